// `inkgrad info`: shows a model file's layers, multiply-adds, classes, digest, and how
// it was trained.

import type { Argv, CommandModule } from 'yargs';
import type { Json, JsonObject } from '../../nn/index.js';
import { withBackend } from '../device/backend.js';
import { describeLayers, type LayerFacts } from '../model/describeModel.js';
import { readModelBytes } from '../model/modelBytes.js';
import { modelFrom } from '../model/modelContents.js';
import { sha256 } from '../sha256.js';
import { printable } from '../terminal/printable.js';
import { facts, provenanceOf, without, type Provenance } from '../model/provenance.js';
import { Reporter } from '../terminal/reporter.js';
import { jsonOption } from './options.js';

interface InfoArguments {
  readonly file: string;
  readonly json: boolean;
}

async function run({ file, json }: InfoArguments): Promise<void> {
  const reporter = new Reporter({ json });
  const { format, original, safetensors } = await readModelBytes(file);
  const { classes, layers, parameters } = await withBackend(
    { backend: 'reference', threads: 1 },
    async () => {
      const { model, classes } = await modelFrom(file, safetensors);
      const described = {
        classes,
        layers: describeLayers(model),
        parameters: model.parameterCount,
      };
      model.dispose();
      return described;
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
    classes,
    parameters,
    multiplyAdds,
    layers,
    ...provenance,
  });
  if (json) return;
  reporter.say(`file      ${file}  (${format}, ${original.length} bytes)`);
  reporter.say(`sha256    ${digest}`);
  reporter.say(`classes   ${classes.length}: ${printable(classes.join(''))}\n`);
  for (const line of table(layers)) reporter.say(line);
  const millions = (multiplyAdds / 1e6).toFixed(2);
  reporter.say(
    `\n${grouped(parameters)} parameters, ${millions} million multiply-adds per image\n`,
  );
  for (const line of origin(provenance)) reporter.say(line);
}

const grouped = (count: number): string => count.toLocaleString('en-US');

/** Formats columns as wide as their widest cell; numbers are right-aligned. */
function table(layers: readonly LayerFacts[]): string[] {
  const head = ['name', 'layer', 'output', 'parameters', 'multiply-adds'];
  const rows = layers.map(({ name, layer, output, parameters, multiplyAdds }) => [
    name,
    layer,
    output.join(' x '),
    ...[parameters, multiplyAdds].map((count) => (count === 0 ? '-' : grouped(count))),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column].length)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd(),
  );
}

function pick(object: JsonObject, key: string): JsonObject {
  const value: Json | undefined = object[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** The last training session of a run, which records the device. */
function lastSitting(run: JsonObject): JsonObject {
  const sittings = run.sittings;
  return Array.isArray(sittings) ? pick({ last: sittings.at(-1) as Json }, 'last') : {};
}

function origin({ training, optimizer, run }: Provenance): string[] {
  const groups: [string, JsonObject][] = [
    ['trained', training],
    ['optimizer', without(optimizer, 'steps')],
    ['recipe', pick(run, 'settings')],
    ['where', lastSitting(run)],
  ];
  const lines = groups
    .map(([title, object]) => [title, facts(object)] as const)
    .filter(([, found]) => found.length > 0)
    .map(([title, found]) => {
      const words = found.map(([key, value]) => `${printable(key)} ${printable(value)}`);
      return `${title.padEnd(10)}${words.join(', ')}`;
    });
  return lines.length > 0 ? lines : ['trained   not recorded in the file'];
}

export const infoCommand: CommandModule<object, InfoArguments> = {
  command: 'info <file>',
  describe: 'Show the layers, multiply-adds, digest and training settings of a model file',
  builder: (yargs: Argv): Argv<InfoArguments> =>
    jsonOption(yargs)
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'Model file written by train or import, or a PyTorch .pth file',
      })
      .example('$0 info runs/1/best.safetensors', 'show a table of its layers')
      .example('$0 info cnn_model.pth --json', 'inspect a PyTorch file, and print JSON'),
  handler: run,
};
