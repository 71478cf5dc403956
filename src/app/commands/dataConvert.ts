// `inkgrad data convert`: writes a data set of any layout as IDX files or as a folder of images.

import type { Argv, CommandModule } from 'yargs';
import { ArgumentError } from '../../engine/errors.js';
import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import { describeInput } from '../model/modelInput.js';
import { newFolder } from '../outputFiles.js';
import { EXIT_HELP } from '../terminal/exitCodes.js';
import { Reporter } from '../terminal/reporter.js';
import { openAllParts } from '../training/source.js';
import {
  choice,
  dataOptions,
  inputOptions,
  jsonOption,
  type CommonArguments,
  type InputArguments,
} from './options.js';

const TARGETS = ['idx', 'images'] as const;

interface ConvertArguments
  extends Pick<CommonArguments, 'data' | 'split' | 'limit' | 'json'>, InputArguments {
  readonly out: string;
  readonly to: (typeof TARGETS)[number] | undefined;
}

async function run(args: ConvertArguments): Promise<void> {
  const { data, split, limit, orientation, size, preprocess, out, json } = args;
  const reporter = new Reporter({ json, outputRequired: false });
  const wanted = { size, preprocess };
  const source = { data, split, limit, orientation, input: wanted, reporter };
  const { parts, input } = await openAllParts(source);
  const { train, validation, test } = parts;
  const problem =
    input.channels !== 1 || input.size !== IMAGE_SIDE
      ? `contain gray images of 28 x 28 pixels, these are ${describeInput(input)}`
      : validation !== undefined
        ? 'have no validation part'
        : train.classes.length > 256
          ? `have at most 256 classes, these are ${train.classes.length}`
          : null;
  const to = args.to ?? (problem === null ? 'idx' : 'images');
  if (to === 'idx' && problem !== null) {
    throw new ArgumentError(`--to idx: IDX files ${problem}; use --to images`);
  }
  newFolder('out', out);
  const { writeIdx, writeImages } = await import('../datasets/writeDataset.js');
  const written =
    to === 'idx'
      ? await writeIdx(out, { train, test })
      : await writeImages(out, parts, (done, total) =>
          reporter.progress(done, total, `image ${done} of ${total}`),
        );
  const images = Object.fromEntries(
    Object.entries(parts).map(([part, { length }]) => [part, length]),
  );
  reporter.emit({ data: train.name, out, to, images, classes: train.classes, input, written });
  const counts = Object.entries(images).map(([part, count]) => `${count} ${part}`);
  reporter.print(`read      ${train.classes.length} classes: ${counts.join(', ')}`);
  reporter.print(`wrote     ${out}  (${written.join(', ')})`);
  reporter.print(`next      npx inkgrad train --data ${out}`);
}

export const convertCommand: CommandModule<object, ConvertArguments> = {
  command: 'convert',
  describe: 'Write a data set of any layout as IDX files or as a folder of images per class',
  builder: (yargs: Argv): Argv<ConvertArguments> =>
    jsonOption(inputOptions(dataOptions(yargs)))
      .option('out', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: 'New folder for the files',
      })
      .option('to', {
        ...choice('to', TARGETS),
        describe:
          'idx: the four files of MNIST, upright, and classes.txt; images: PNG files, one folder ' +
          'per class (default: idx for gray images of 28 x 28 pixels, otherwise images)',
      })
      .example('$0 data convert --data digits.npz --out digits', 'write IDX files to digits/')
      .epilogue(EXIT_HELP),
  handler: run,
};
