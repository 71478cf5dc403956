// `inkgrad import`: converts a PyTorch file to a model file, and lists its contents.

import type { Argv } from 'yargs';
import { decodeSafetensors } from '../../nn/index.js';
import { checkOverwrite, freePath, replaceExtension, writeAtomically } from '../outputFiles.js';
import { withBackend } from '../device/backend.js';
import { ModelError } from '../errors.js';
import { withDigest } from '../model/fileDigest.js';
import { readModelBytes } from '../model/modelBytes.js';
import { modelFrom } from '../model/modelContents.js';
import { sha256 } from '../sha256.js';
import { printable } from '../terminal/printable.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandBody.js';
import { forceOption, jsonOption } from './options.js';

interface ImportArguments {
  readonly file: string;
  readonly out: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

async function run({ file, force, json, ...args }: ImportArguments): Promise<void> {
  const sameName = replaceExtension(file, '.safetensors');
  const out = args.out ?? (force && sameName !== file ? sameName : freePath(sameName));
  const reporter = new Reporter({ json, outputRequired: false });
  checkOverwrite(out, force);
  const { format, original, safetensors, ignored } = await readModelBytes(file);
  if (format !== 'pth') {
    throw new ModelError(
      `model ${file}: is a ${format} file, which needs no import; every command accepts it`,
    );
  }
  // Load the network first, so that only models that this program can run are written.
  const classes = await withBackend({ backend: 'reference', threads: 1 }, async () => {
    const { model, classes } = await modelFrom(file, safetensors);
    model.dispose();
    return classes;
  });
  const written = await withDigest(Uint8Array.from(safetensors));
  await writeAtomically(out, written);

  const arrays = Object.entries(decodeSafetensors(safetensors).tensors);
  const [digest, outDigest] = [await sha256(original), await sha256(written)];
  reporter.emit({
    file,
    format,
    sha256: digest,
    classes,
    ignored,
    arrays: arrays.map(([name, { shape }]) => ({ name, shape })),
    out,
    outSha256: outDigest,
  });
  if (json) return;
  reporter.print(`read      ${file}  (PyTorch, sha256 ${digest})`);
  for (const [name, { shape }] of arrays) {
    reporter.print(
      `          ${printable(name).padEnd(36)} ` +
        (shape.length === 0 ? 'scalar' : shape.join(' x ')),
    );
  }
  reporter.print(`classes   ${classes.length}: ${printable(classes.join(''))}`);
  if (ignored.length > 0) reporter.print(`ignored   ${printable(ignored.join(', '))}`);
  reporter.print(`wrote     ${out}  (sha256 ${outDigest})`);
  reporter.print(`next      npx inkgrad eval --model ${out}`);
}

export const importCommand: CommandBody<ImportArguments> = {
  builder: (yargs: Argv): Argv<ImportArguments> =>
    forceOption(jsonOption(yargs))
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'File written by torch.save',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Model file to write (default: a new name next to the input)',
      })
      .example('$0 import cnn_model.pth', 'write cnn_model.safetensors')
      .example(
        '$0 import cnn_model.pth --out original.safetensors --json',
        'choose the output file, and print JSON',
      ),
  handler: run,
};
