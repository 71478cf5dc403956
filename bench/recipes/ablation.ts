// The ablation: trains every variant of variants.ts with every seed, one after another, measures each on the test part once it
// is done, and draws the table. Killed at any time it goes on where it was, by `train --resume`; what is finished is never
// trained again. Each run is a folder bench/.ablation/VARIANT-SEED, so a run made elsewhere counts when it is put there.
//
//     npm run build:bench && node dist/bench/recipes/ablation.js --data DIR
//         [--variants best,original] [--seeds 1,2,3] [--epochs 20] [--threads 2] [--table]
//
// --table trains nothing. Results: bench/results/ablation.json and, on stdout, a table. Imports node: modules and variants.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { usageError } from '../support/options.js';
import { RESULTS, ROOT } from '../support/paths.js';
import { formatTable } from '../support/table.js';
import { tableRows, VARIANTS, type Result, type Variant } from './variants.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    variants: { type: 'string', default: VARIANTS.map(({ name }) => name).join() },
    seeds: { type: 'string', default: '1,2,3' },
    epochs: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    table: { type: 'boolean', default: false },
  },
});
const CLI = join(ROOT, 'dist', 'src', 'app', 'cli.js');
const FOLDERS = join(ROOT, 'bench', '.ablation');
const FILE = join(RESULTS, 'ablation.json');
const epochs = Number(values.epochs);
const seeds = values.seeds.split(',').map(Number);
const chosen = values.variants.split(',').map((name) => {
  const found = VARIANTS.find((variant) => variant.name === name);
  return (
    found ?? usageError(`there is no variant ${name}; there are ${VARIANTS.map((one) => one.name).join()}`)
  );
});

const results: Result[] = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Result[]) : [];

/** Runs the command line; its progress goes to the terminal. Returns what it printed on stdout. */
function inkgrad(...words: string[]): string {
  const { status, signal, stdout } = spawnSync(process.execPath, [CLI, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  console.error(`ended with ${signal ?? status}: inkgrad ${words.join(' ')}`);
  return process.exit(status ?? 1); // the same command goes on from here
}

interface Row {
  readonly epoch: number;
  readonly valAccuracy: number;
  readonly seconds: number;
}

/** What a run has written about its epochs so far. */
function rowsOf(folder: string): Row[] {
  const file = join(folder, 'metrics.jsonl');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Row);
}

const where = [...(values.data === undefined ? [] : ['--data', values.data])];
const compute = ['--backend', 'wasm', '--threads', values.threads];

function train({ name, options }: Variant, seed: number): string {
  const folder = join(FOLDERS, `${name}-${seed}`);
  if (rowsOf(folder).length >= epochs) return folder;
  const begun = existsSync(join(folder, 'config.json'));
  const words = begun
    ? ['--resume', folder]
    : [...options, '--seed', `${seed}`, '--epochs', `${epochs}`, '--out', folder];
  console.error(`\n${begun ? 'going on with' : 'training'} ${name}, seed ${seed}`);
  inkgrad('train', ...words, ...where, ...compute, '--json');
  return folder;
}

interface Measured {
  readonly accuracy: number;
  readonly mergedAccuracy: number;
  readonly calibrationError: number;
  readonly total: number;
}

function measure({ name }: Variant, seed: number, folder: string): Result {
  const model = join(folder, 'best.safetensors');
  const line = inkgrad('eval', '--model', model, '--part', 'test', '--json', ...where, ...compute);
  const { accuracy, mergedAccuracy, calibrationError, total } = JSON.parse(line) as Measured;
  const rows = rowsOf(folder);
  const best = rows.reduce((a, b) => (b.valAccuracy > a.valAccuracy ? b : a));
  return {
    ...{ name, seed, epochs: rows.length, bestEpoch: best.epoch, valAccuracy: best.valAccuracy },
    ...{ testImages: total, testAccuracy: accuracy, testMerged: mergedAccuracy, calibrationError },
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
  for (const variant of chosen) {
    if (results.some((one) => one.name === variant.name && one.seed === seed && one.epochs === epochs))
      continue;
    results.push(measure(variant, seed, train(variant, seed)));
    save();
  }
}
const head = ['recipe', 'seeds', 'test accuracy, %', 'merged, %', 'calibration error, %', 'minutes'];
console.log(formatTable(head, tableRows(results.filter((one) => one.epochs === epochs))));
