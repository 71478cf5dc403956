// `inkgrad predict`: classifies the character in each image, or with --words the line.

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { ArgumentError } from '../../engine/errors.js';
import { DataError } from '../../data/errors.js';
import { INVERT, type Invert } from '../../data/image/preprocess.js';
import { newFolder } from '../outputFiles.js';
import { withBackend } from '../device/backend.js';
import { classify } from '../evaluation/classify.js';
import { interpret, type Prediction } from '../evaluation/interpret.js';
import { describeInput, inputPixels, storedInput, type ModelInput } from '../model/modelInput.js';
import type { LoadedModel } from '../model/modelContents.js';
import { findModel, type FoundModel } from '../model/findModel.js';
import { loadModel } from '../model/modelFile.js';
import { findImages, nameOf, type ImageFile } from '../images/files.js';
import type { PreparedFile } from '../images/prepareFile.js';
import { prepareFiles } from '../images/prepareFiles.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandBody.js';
import {
  choice,
  integerAtLeast,
  jsonOption,
  modelOption,
  runOptions,
  type CommonArguments,
} from './options.js';
import { writeDebugImage } from './debugImages.js';
import { reportModel } from './modelNotes.js';
import { PredictOutput } from './predictOutput.js';
import { predictLine } from './predictWords.js';

interface PredictOptions extends Pick<
  CommonArguments,
  'backend' | 'threads' | 'wideSimd' | 'json'
> {
  readonly model: string | undefined;
  readonly top: number;
  readonly invert: Invert;
  readonly words: boolean;
  readonly csv: boolean;
  readonly 'debug-dir': string | undefined;
}

/** yargs adds the camel-case name of every option. */
type PredictArguments = ArgumentsCamelCase<PredictOptions>;

/** Images per forward pass; with --words, the characters of one image. */
const BATCH_SIZE = 64;
/** Up to this number of images, the start of a GPU or of the backend's threads takes longer than it saves. */
const FEW_IMAGES = 1000;

async function run(args: PredictArguments): Promise<void> {
  const { json, csv } = args;
  if (json && csv) throw new ArgumentError('--csv and --json exclude each other; choose one');
  const reporter = new Reporter({ json, csv, outputRequired: args.debugDir === undefined });
  const imageFiles = await findImages(args._.slice(1).map(String));
  const debugDir = args.debugDir === undefined ? undefined : newFolder('debug-dir', args.debugDir);
  const model = await findModel(args.model);
  const brief = imageFiles.length <= FEW_IMAGES;
  const counts = await withBackend({ ...args, brief }, () =>
    predictAll(args, { model, imageFiles, debugDir, reporter }),
  );
  reporter.emit(counts);
  if (imageFiles.length > 1) {
    reporter.print(
      `${counts.pictures} images: ${counts.read} classified, ${counts.empty} empty, ` +
        `${counts.failed} failed`,
    );
  }
  if (debugDir !== undefined) reporter.print(`network inputs are in ${debugDir}`);
  if (counts.failed === 0) return;
  const { failed, pictures } = counts;
  throw new DataError(
    failed < pictures
      ? `${failed} of ${pictures} images could not be read; the others were classified`
      : `the ${pictures === 1 ? 'image' : 'images'} could not be read`,
  );
}

interface Counts {
  readonly pictures: number;
  read: number;
  empty: number;
  failed: number;
}

interface PredictTask {
  readonly model: FoundModel;
  readonly imageFiles: readonly ImageFile[];
  readonly debugDir: string | undefined;
  readonly reporter: Reporter;
}

/** Predicts all images and reports each; returns the counts of each outcome. */
async function predictAll(args: PredictArguments, task: PredictTask): Promise<Counts> {
  const { model, reporter, imageFiles } = task;
  const loaded = await loadModel(model.path);
  reportModel(reporter, model, loaded);
  if (loaded.training.synthetic) {
    reporter.warn(
      '*** This model was trained on SYNTHETIC characters only; expect errors on real ones. ***',
    );
  }
  if (args.words && Object.keys(storedInput(loaded.input)).length > 0) {
    throw new ArgumentError(
      `--words requires a model of gray 28 x 28 characters, but ${model.name} classifies ` +
        `${describeInput(loaded.input)}; remove --words, or choose another model`,
    );
  }
  const output = new PredictOutput(reporter, args);
  const counts: Counts = { pictures: imageFiles.length, read: 0, empty: 0, failed: 0 };
  const batchSize = args.words ? 1 : BATCH_SIZE;
  let batch: Item[] = [];
  for await (const item of prepareAll(args, task, loaded.input)) {
    const { prepared, number } = item;
    if (prepared.content === 'error') counts.failed += 1;
    else if (prepared.content === 'empty') counts.empty += 1;
    else counts.read += 1;
    batch.push(item);
    if (batch.length < batchSize && number < imageFiles.length) continue;
    await predictBatch(batch, loaded, args.top, output);
    batch = [];
  }
  loaded.model.dispose();
  return counts;
}

/** An image file, prepared. */
interface Item {
  /** Position among the files, from 1. */
  readonly number: number;
  readonly file: string;
  readonly prepared: PreparedFile;
  readonly debugFile?: string | undefined;
}

/** Prepares every image file in order, shows the progress, and writes the debug images. */
async function* prepareAll(
  { words, invert, threads }: PredictArguments,
  { imageFiles, debugDir, reporter }: PredictTask,
  input: ModelInput,
): AsyncGenerator<Item> {
  const content = words ? 'line' : 'character';
  let number = 0;
  for await (const prepared of prepareFiles(imageFiles, { content, invert, input }, threads)) {
    const file = nameOf(imageFiles[number]);
    number += 1;
    reporter.progress(number, imageFiles.length, `${number} of ${imageFiles.length} images`);
    let debugFile: string | undefined;
    if (debugDir !== undefined && prepared.content === 'line') {
      for (const [i, { image }] of prepared.line.characters.entries())
        await writeDebugImage(debugDir, number, file, image, { input, suffix: `-${i + 1}` });
    } else if (debugDir !== undefined && !words && prepared.content !== 'error') {
      const image = 'image' in prepared ? prepared.image : new Uint8Array(inputPixels(input));
      debugFile = await writeDebugImage(debugDir, number, file, image, { input });
    }
    yield { number, file, prepared, debugFile };
  }
}

/** Predicts some images and reports each. */
async function predictBatch(
  items: readonly Item[],
  loaded: LoadedModel,
  top: number,
  output: PredictOutput,
): Promise<void> {
  const predictions = await predictCharacters(items, loaded, top);
  for (const { file, prepared, debugFile } of items) {
    if (prepared.content === 'error') output.error(file, prepared.message);
    else if (prepared.content === 'empty') output.empty(file, debugFile);
    else if (prepared.content === 'line')
      output.line(file, await predictLine(prepared.line, loaded), prepared.line.kind);
    else output.character({ file, prediction: predictions.shift()!, debugFile, ...prepared });
  }
}

/** The predictions of the items that are characters, in one forward pass. */
async function predictCharacters(
  items: readonly Item[],
  { model, classes, temperature, rejection, input: form }: LoadedModel,
  top: number,
): Promise<Prediction[]> {
  const images = items.flatMap(({ prepared }) =>
    prepared.content === 'character' ? [prepared.image] : [],
  );
  if (images.length === 0) return [];
  const pixels = inputPixels(form);
  const input = new Uint8Array(images.length * pixels);
  images.forEach((image, i) => input.set(image, i * pixels));
  const probabilities = await classify(model, input, temperature);
  const { length } = classes;
  return images.map((_, row) =>
    interpret(probabilities.subarray(row * length, (row + 1) * length), classes, top, rejection),
  );
}

// Files are not declared as positionals. yargs would drop a lone `-`. It would also keep only the
// last file, because duplicate arguments count once.
export const predictCommand: CommandBody<PredictOptions> = {
  builder: (yargs: Argv): Argv<PredictOptions> =>
    jsonOption(runOptions(modelOption(yargs)))
      .usage(
        '$0 predict <files..>\n\nClassify the character in each image, or with --words recognize its ' +
          'words: PNG or JPEG files, folders of them, or - for stdin.',
      )
      .strict(false)
      .strictOptions()
      .demandCommand(1, 'Specify at least one image, a folder of images, or - for stdin.')
      .option('top', {
        ...integerAtLeast('top', 1),
        default: 3,
        describe: 'Number of most likely classes to list',
      })
      .option('invert', {
        ...choice('invert', INVERT),
        default: 'auto' as const,
        describe:
          'yes: dark ink on a light background; no: light ink on a dark one; auto: detect ' +
          'per image',
      })
      .option('words', {
        type: 'boolean',
        default: false,
        describe: 'Each image is a line of separate letters: recognize its words',
      })
      .option('csv', {
        type: 'boolean',
        default: false,
        describe: 'Print a table of comma-separated values on stdout and text on stderr',
      })
      .option('debug-dir', {
        type: 'string',
        requiresArg: true,
        describe: 'New folder for enlarged copies of the network inputs',
      })
      .example('$0 predict a.png scans/', 'classify an image, and every image in a folder')
      .example('$0 predict --words note.png', 'recognize a line of handwriting')
      .example('$0 predict --csv scans/ > scans.csv', 'write a table')
      .example(
        '$0 predict --top 5 --debug-dir seen - < a.png',
        'read stdin, and write the network input to seen/',
      ),
  handler: run,
};
