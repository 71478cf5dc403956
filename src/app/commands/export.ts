// `inkgrad export`: converts a model for other programs: ONNX, safetensors, PyTorch,
// a PyTorch project.

import type { Argv } from 'yargs';
import { ArgumentError } from '../../engine/index.js';
import { checkOverwrite, freePath, replaceExtension, writeAtomically } from '../outputFiles.js';
import { withBackend } from '../device/backend.js';
import {
  exportModel,
  FILE_FORMATS,
  WEIGHT_FORMATS,
  type ExportedModel,
  type ExportOptions,
  type FileFormat,
  type WeightFormat,
} from '../model/exportModel.js';
import { exportProject } from '../model/exportProject.js';
import { findModel, type FoundModel } from '../model/findModel.js';
import { loadModel } from '../model/modelFile.js';
import { sha256 } from '../sha256.js';
import { printable } from '../terminal/printable.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandBody.js';
import { reportModel } from './modelNotes.js';
import { choice, DEFAULT_MODEL, forceOption, jsonOption } from './options.js';

const TARGETS = [...FILE_FORMATS, 'pytorch'] as const;

interface ExportArguments {
  readonly model: string | undefined;
  readonly to: (typeof TARGETS)[number];
  readonly out: string | undefined;
  readonly weights: WeightFormat;
  readonly force: boolean;
  readonly json: boolean;
}

/** How to use each kind of output. */
const USAGE_HINTS: Record<ExportArguments['to'], string> = {
  onnx:
    'input x: float32 [N, 1, 28, 28], (pixel / 255 - 0.5) / 0.5; output logits [N, ' +
    'classes]; see its metadata',
  safetensors: 'state dict with the names of the PyTorch original; class names in the header',
  pth: "torch.load(FILE)['model_state_dict']; also has the keys class_mapping and input_size",
  pytorch: 'see its README.md; convert trained weights back with inkgrad import',
};

/** The path of the output without `--out`: next to the model; the bundled one goes to this folder. */
function defaultOut({ path, bundled }: FoundModel, suffix: string, force: boolean): string {
  const out = replaceExtension(bundled ? 'character.safetensors' : path, suffix);
  return force && out !== path ? out : freePath(out);
}

async function run(args: ExportArguments): Promise<void> {
  const { to, weights, force, json } = args;
  const isFloat32 = weights === 'float32';
  if (!isFloat32 && to !== 'safetensors') {
    throw new ArgumentError(`--weights ${weights} requires --to safetensors, got --to ${to}`);
  }
  const suffix = to === 'pytorch' ? '-pytorch' : `${isFloat32 ? '' : `-${weights}`}.${to}`;
  const reporter = new Reporter({ json, outputRequired: false });
  const found = await findModel(args.model);
  const { path, name } = found;
  const out = args.out ?? defaultOut(found, suffix, force);
  checkOverwrite(out, force);
  const { result, classes } = await withBackend({ backend: 'reference', threads: 1 }, async () => {
    const loaded = await loadModel(path);
    reportModel(reporter, found, loaded);
    const exported = { ...loaded, data: loaded.training.data };
    const result =
      to === 'pytorch'
        ? { files: await exportProject(exported, out) }
        : await writeModelFile(exported, to, out, { weights });
    loaded.model.dispose();
    return { result, classes: loaded.classes };
  });
  reporter.emit({ model: path, to, out, ...result, classes });
  if (json) return;
  const details =
    'files' in result ? result.files.join(', ') : `${result.bytes} bytes, sha256 ${result.sha256}`;
  reporter.print(`read      ${name}  (${classes.length} classes: ${printable(classes.join(''))})`);
  reporter.print(`wrote     ${out}  (${details})`);
  reporter.print(`use       ${USAGE_HINTS[to].replace('FILE', `'${out}'`)}`);
}

async function writeModelFile(
  exported: ExportedModel,
  format: FileFormat,
  out: string,
  options: ExportOptions,
): Promise<{ readonly bytes: number; readonly sha256: string | null }> {
  const bytes = await exportModel(exported, format, options);
  await writeAtomically(out, bytes);
  return { bytes: bytes.length, sha256: await sha256(bytes) };
}

export const exportCommand: CommandBody<ExportArguments> = {
  builder: (yargs: Argv): Argv<ExportArguments> =>
    forceOption(jsonOption(yargs))
      .positional('model', {
        type: 'string',
        describe:
          'Model file of train or import, run folder, or PyTorch .pth file (default: ' +
          `${DEFAULT_MODEL})`,
      })
      .option('to', {
        ...choice('to', TARGETS),
        demandOption: true,
        describe:
          'Output format; pytorch writes a folder with network, distributed training and weights',
      })
      .option('weights', {
        ...choice('weights', WEIGHT_FORMATS),
        default: 'float32' as const,
        describe:
          'Number format of the weights, for safetensors; float16 halves the size, int8 ' +
          'quarters it',
      })
      .positional('out', {
        type: 'string',
        describe: 'Output file or folder (default: a new name next to the model); same as --out',
      })
      .example('$0 export runs/1 --to onnx', 'write runs/1/best.onnx')
      .example(
        '$0 export runs/1 --to safetensors --weights int8',
        'quantize to a quarter of the size',
      )
      .example('$0 export runs/1 --to pytorch project', 'write a PyTorch project to project/'),
  handler: run,
};
