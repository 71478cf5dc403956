// Ablation study: trains every variant of variants.ts with every seed, evaluates each on the test
// part when its training is complete, and prints the table. The scale is full or small
// (variants.ts). After an interruption the same command continues with `train --resume`; finished
// runs are never repeated. Each run is a folder bench/.ablation/SCALE/VARIANT-SEED, so a run from
// another machine can be copied there.
//
//     npm run build:bench && node dist/bench/recipes/ablation.js --data DIR
//         [--scale full] [--variants best,original] [--seeds 1,2,3] [--threads 2] [--table]
//
// --table trains nothing. Results: bench/results/ablation.json and, on stdout, a table.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../support/options.js';
import { RESULTS, ROOT } from '../support/paths.js';
import { formatTable } from '../support/table.js';
import {
  optionsOf,
  SCALES,
  tableRows,
  VARIANTS,
  type Result,
  type ScaleName,
  type Variant,
} from './variants.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    variants: { type: 'string', default: VARIANTS.map(({ name }) => name).join() },
    seeds: { type: 'string', default: '1,2,3' },
    scale: { type: 'string', default: 'full' },
    threads: { type: 'string', default: '2' },
    table: { type: 'boolean', default: false },
  },
});
const CLI = join(ROOT, 'dist', 'src', 'app', 'cli.js');
const FILE = join(RESULTS, 'ablation.json');
if (!Object.hasOwn(SCALES, values.scale))
  usageError(`unknown scale '${values.scale}'; expected ${Object.keys(SCALES).join(', ')}`);
const scale = values.scale as ScaleName;
const FOLDERS = join(ROOT, 'bench', '.ablation', scale);
/** Seeds of the teacher networks, for all student seeds. */
const TEACHERS = [1, 2, 3];
const seeds = values.seeds.split(',').map(Number);
const selected = values.variants.split(',').map(variantOf);

function variantOf(name: string): Variant {
  const match = VARIANTS.find((variant) => variant.name === name);
  return (
    match ??
    usageError(`unknown variant '${name}'; expected ${VARIANTS.map((one) => one.name).join(', ')}`)
  );
}

const results: Result[] = existsSync(FILE)
  ? (JSON.parse(readFileSync(FILE, 'utf8')) as Result[])
  : [];

/** Runs the command line with its progress on the terminal. Returns its stdout. */
function inkgrad(...args: string[]): string {
  const { status, signal, stdout } = spawnSync(process.execPath, [CLI, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  console.error(`failed (${signal ?? `exit code ${status}`}): inkgrad ${args.join(' ')}`);
  return process.exit(status ?? 1); // the same command continues from here
}

interface Row {
  readonly epoch: number;
  readonly valAccuracy: number;
  readonly seconds: number;
}

/** Metrics of the epochs that a run has completed so far. */
function rowsOf(folder: string): Row[] {
  const file = join(folder, 'metrics.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Row);
}

const dataOptions = [...(values.data === undefined ? [] : ['--data', values.data])];
const backendOptions = ['--backend', 'wasm', '--threads', values.threads];

interface RunSettings {
  readonly epochs: number;
  /** Epoch that becomes the run's model; runs that predate this option use the best. */
  readonly keep?: 'best' | 'last';
}

/** Settings of a run; 0 epochs if it has not started. */
function settingsOf(folder: string): RunSettings {
  const file = join(folder, 'config.json');
  if (!existsSync(file)) return { epochs: 0 };
  return (JSON.parse(readFileSync(file, 'utf8')) as { settings: RunSettings }).settings;
}

function train(variant: Variant, seed: number): string {
  const { name } = variant;
  const folder = join(FOLDERS, `${name}-${seed}`);
  const { epochs } = settingsOf(folder);
  const started = epochs > 0;
  if (started && rowsOf(folder).length >= epochs) return folder;
  const args = started
    ? ['--resume', folder]
    : [...optionsOf(variant, scale), ...teachersOf(variant), '--seed', `${seed}`, '--out', folder];
  console.error(`\n${started ? 'resuming' : 'training'} ${name}, seed ${seed}`);
  inkgrad('train', ...args, ...dataOptions, ...backendOptions, '--json');
  return folder;
}

/** The teacher networks of a variant, which are trained first if necessary. */
function teachersOf({ teacherVariant }: Variant): string[] {
  if (teacherVariant === undefined) return [];
  const files = TEACHERS.map((seed) =>
    join(train(variantOf(teacherVariant), seed), 'best.safetensors'),
  );
  return ['--teacher', files.join()];
}

interface Evaluation {
  readonly accuracy: number;
  readonly mergedAccuracy: number;
  readonly calibrationError: number;
  readonly total: number;
}

function measure({ name }: Variant, seed: number, folder: string): Result {
  const model = join(folder, 'best.safetensors');
  const evaluatePart = (part: string): Evaluation =>
    JSON.parse(
      inkgrad(
        'eval',
        '--model',
        model,
        '--part',
        part,
        '--json',
        ...dataOptions,
        ...backendOptions,
      ),
    ) as Evaluation;
  const { accuracy, mergedAccuracy, calibrationError, total } = evaluatePart('test');
  const rows = rowsOf(folder);
  const selectedEpoch =
    settingsOf(folder).keep === 'last'
      ? rows.at(-1)!
      : rows.reduce((a, b) => (b.valAccuracy > a.valAccuracy ? b : a));
  return {
    name,
    scale,
    seed,
    epochs: rows.length,
    keptEpoch: selectedEpoch.epoch,
    valAccuracy: evaluatePart('val').accuracy,
    testImages: total,
    testAccuracy: accuracy,
    testMerged: mergedAccuracy,
    calibrationError,
    seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function save(): void {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(`${FILE}.partial`, `${JSON.stringify(results, null, 1)}\n`);
  renameSync(`${FILE}.partial`, FILE);
}

mkdirSync(FOLDERS, { recursive: true });
for (const seed of values.table ? [] : seeds) {
  for (const variant of selected) {
    const isSameRun = (one: Result): boolean =>
      one.name === variant.name && one.seed === seed && one.scale === scale;
    if (results.some(isSameRun)) continue;
    results.push(measure(variant, seed, train(variant, seed)));
    save();
  }
}
const header = [
  'recipe',
  'seeds',
  'accuracy, %',
  'vs best, points',
  'merged, %',
  'calibration error, %',
  'minutes',
];
console.log(formatTable(header, tableRows(results, scale)));
