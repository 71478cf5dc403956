// `inkgrad export`: a model for other programs: ONNX, safetensors, PyTorch. Imports the app.

import type { Argv, CommandModule } from 'yargs';
import { writeAtomically } from '../atomicFile.js';
import { startBackend } from '../backend.js';
import { exportModel, FILE_FORMATS } from '../exportModel.js';
import { loadModel } from '../modelFile.js';
import { beside, checkFree, sha256 } from '../outputFile.js';
import { Reporter } from '../reporter.js';
import { forceOption, jsonOption, oneOf } from './options.js';

interface ExportArguments {
  readonly model: string;
  readonly to: (typeof FILE_FORMATS)[number];
  readonly out: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

/** What may be done with each kind of file. */
const NEXT: Record<ExportArguments['to'], string> = {
  onnx: 'input x: float32 [N, 1, 28, 28], (pixel / 255 - 0.5) / 0.5; output logits [N, classes]; see its metadata',
  safetensors: 'arrays under the names of the PyTorch original; class names in the header',
  pth: "torch.load(FILE)['model_state_dict'], class_mapping and input_size beside it",
};

async function run(args: ExportArguments): Promise<void> {
  const { model: path, to, out = beside(path, `.${to}`), force, json } = args;
  const reporter = new Reporter({ json });
  checkFree(out, force);
  const { backend } = await startBackend({ backend: 'reference', threads: 1 });
  const loaded = await loadModel(path);
  const bytes = await exportModel({ ...loaded, data: loaded.training.data }, to);
  loaded.model.dispose();
  await backend.dispose();
  await writeAtomically(out, bytes);
  reporter.emit({
    model: path,
    to,
    out,
    bytes: bytes.length,
    sha256: sha256(bytes),
    classes: loaded.classes,
  });
  if (json) return;
  reporter.say(`read      ${path}  (${loaded.classes.length} classes: ${loaded.classes.join('')})`);
  reporter.say(`wrote     ${out}  (${bytes.length} bytes, sha256 ${sha256(bytes)})`);
  reporter.say(`use       ${NEXT[to].replace('FILE', `'${out}'`)}`);
}

export const exportCommand: CommandModule<object, ExportArguments> = {
  command: 'export <model>',
  describe: 'Write a model for other programs: ONNX, safetensors, PyTorch',
  builder: (yargs: Argv): Argv<ExportArguments> =>
    forceOption(jsonOption(yargs))
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'Model file that train or import wrote, or a PyTorch .pth file',
      })
      .option('to', {
        type: 'string',
        demandOption: true,
        requiresArg: true,
        describe: `Format: ${FILE_FORMATS.join(', ')}`,
        coerce: oneOf('to', FILE_FORMATS),
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'File to write (default: beside the model, with the ending of the format)',
      })
      .example('$0 export runs/1/best.safetensors --to onnx', 'writes runs/1/best.onnx')
      .example('$0 export runs/1/best.safetensors --to pth --out model.pth', 'for torch.load'),
  handler: run,
};
