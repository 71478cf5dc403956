// `inkgrad info`: shows a model file's layers, multiply-adds, classes, digest, and how
// it was trained.

import type { Argv } from 'yargs';
import type { Json, JsonObject } from '../../nn/index.js';
import { withBackend } from '../device/backend.js';
import { describeLayers, type LayerInfo } from '../model/describeModel.js';
import { findModel } from '../model/findModel.js';
import { readModelBytes } from '../model/modelBytes.js';
import { modelFrom } from '../model/modelContents.js';
import { sha256 } from '../sha256.js';
import { printable } from '../terminal/printable.js';
import { flattenValues, provenanceOf, omit, type Provenance } from '../model/provenance.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandBody.js';
import { DEFAULT_MODEL, jsonOption } from './options.js';

interface InfoArguments {
  readonly file: string | undefined;
  readonly json: boolean;
}

async function run({ file: given, json }: InfoArguments): Promise<void> {
  const reporter = new Reporter({ json });
  const { path: file, note } = await findModel(given);
  if (note !== null) reporter.warn(note);
  const { format, original, safetensors } = await readModelBytes(file);
  const { classes, layers, parameters, verified } = await withBackend(
    { backend: 'reference', threads: 1 },
    async () => {
      const { model, classes, verified } = await modelFrom(file, safetensors);
      const description = {
        classes,
        verified,
        layers: describeLayers(model),
        parameters: model.parameterCount,
      };
      model.dispose();
      return description;
    },
  );
  const multiplyAdds = layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0);
  const provenance = await provenanceOf(file, safetensors);
  const digest = await sha256(original);
  reporter.emit({
    file,
    format,
    bytes: original.length,
    sha256: digest,
    verified,
    classes,
    parameters,
    multiplyAdds,
    layers,
    ...provenance,
  });
  if (json) return;
  reporter.print(`file      ${file}  (${format}, ${original.length} bytes)`);
  reporter.print(`sha256    ${digest}`);
  reporter.print(
    verified
      ? 'verified  the contents match the digest in the file'
      : 'verified  no: the file contains no digest, so damaged weights are not detected',
  );
  reporter.print(`classes   ${classes.length}: ${printable(classes.join(''))}\n`);
  for (const line of formatTable(layers)) reporter.print(line);
  const millions = (multiplyAdds / 1e6).toFixed(2);
  reporter.print(
    `\n${withSeparators(parameters)} parameters, ${millions} million multiply-adds per image\n`,
  );
  for (const line of trainingLines(provenance)) reporter.print(line);
}

const withSeparators = (count: number): string => count.toLocaleString('en-US');

/** Formats columns as wide as their widest cell; numbers are right-aligned. */
function formatTable(layers: readonly LayerInfo[]): string[] {
  const header = ['name', 'layer', 'output', 'parameters', 'multiply-adds'];
  const rows = layers.map(({ name, layer, output, parameters, multiplyAdds }) => [
    name,
    layer,
    output.join(' x '),
    ...[parameters, multiplyAdds].map((count) => (count === 0 ? '-' : withSeparators(count))),
  ]);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column].length)),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

function objectAt(object: JsonObject, key: string): JsonObject {
  const value: Json | undefined = object[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** The last training session of a run, which records the device. */
function lastSession(run: JsonObject): JsonObject {
  const sessions = run.sittings;
  return Array.isArray(sessions) ? objectAt({ last: sessions.at(-1) as Json }, 'last') : {};
}

function trainingLines({ training, optimizer, run }: Provenance): string[] {
  const groups: [string, JsonObject][] = [
    ['trained', training],
    ['optimizer', omit(optimizer, 'steps')],
    ['recipe', objectAt(run, 'settings')],
    ['where', lastSession(run)],
  ];
  const lines = groups
    .map(([title, object]) => [title, flattenValues(object)] as const)
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => {
      const texts = entries.map(([key, value]) => `${printable(key)} ${printable(value)}`);
      return `${title.padEnd(10)}${texts.join(', ')}`;
    });
  return lines.length > 0 ? lines : ['trained   not recorded in the file'];
}

export const infoCommand: CommandBody<InfoArguments> = {
  builder: (yargs: Argv): Argv<InfoArguments> =>
    jsonOption(yargs)
      .positional('file', {
        alias: 'model',
        type: 'string',
        describe:
          'Model file of train or import, run folder, or PyTorch .pth file (default: ' +
          `${DEFAULT_MODEL})`,
      })
      .example('$0 info runs/1', 'show a table of its layers')
      .example('$0 info cnn_model.pth --json', 'inspect a PyTorch file, and print JSON'),
  handler: run,
};
