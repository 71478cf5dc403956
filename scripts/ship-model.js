// Ships a run's best model with the package and the page: exports it with 8-bit weights, evaluates it, and writes
// the record of both. Every number of the record, of docs/model.md and of the page's model card
// comes from here. Run after `npm run build:node`:
//
//     node scripts/ship-model.js runs/1 --data path/to/emnist --strangers FILE.json --commit SHA \
//       --command 'npx inkgrad train --seed 1'
//
// SHA is the commit that the run was trained with, FILE.json the result of bench:strangers.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { OFFICIAL_DIGESTS } from '../dist/src/app/fetch/splitMembers.js';
import { describeRecord } from './describeRecord.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const modelFolder = join(root, 'src/app/model/shipped');
/**
 * Number format of the weights: with a wider one, the best recipe's network exceeds the page's 0.9
 * MB.
 */
const WEIGHTS = 'int8';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    strangers: { type: 'string' },
    commit: { type: 'string' },
    command: { type: 'string' },
  },
});
const [run] = positionals;
const { data, strangers, commit, command } = values;
if ([run, data, strangers, commit, command].includes(undefined)) {
  console.error(
    'usage: node scripts/ship-model.js RUN --data FOLDER --strangers FILE.json --commit SHA ' +
      "--command 'npx inkgrad train ...'",
  );
  process.exit(2);
}

const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Runs an inkgrad command and returns its JSON output. */
function inkgrad(...args) {
  const program = join(root, 'dist/src/app/cli.js');
  const text = execFileSync(process.execPath, [program, ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(text);
}

/** The part of an evaluation that the record contains. */
function measure(model, part, ...options) {
  const evaluation = inkgrad('eval', '--model', model, '--data', data, '--part', part, ...options);
  const { accuracy, accuracyInterval, correct, total, mergedAccuracy, top3Accuracy } = evaluation;
  const { temperature, calibrationError, uncalibratedError, statements } = evaluation;
  const interval = { low: accuracyInterval.low, high: accuracyInterval.high };
  return {
    data: evaluation.data,
    images: total,
    correct,
    accuracy,
    interval,
    mergedAccuracy,
    top3Accuracy,
    temperature,
    calibrationError,
    uncalibratedError,
    statements,
  };
}

const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'));
const epochs = readFileSync(join(run, 'metrics.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const { keep } = config.settings;
const shippedEpoch =
  keep === 'last'
    ? epochs.at(-1)
    : epochs.reduce((a, b) => (b.valAccuracy > a.valAccuracy ? b : a));
const shipped = join(modelFolder, 'model.safetensors');

// Calibration writes into the file, so it uses a copy.
const folder = mkdtempSync(join(tmpdir(), 'inkgrad-ship-'));
const copy = join(folder, 'best.safetensors');
copyFileSync(join(run, 'best.safetensors'), copy);
const unquantized = measure(copy, 'test', '--calibrate');
inkgrad('export', copy, '--to', 'safetensors', '--weights', WEIGHTS, '--out', shipped, '--force');
rmSync(folder, { recursive: true });

const test = measure(shipped, 'test');
const validation = measure(shipped, 'val');
const { bySet, rejectedBySet } = JSON.parse(readFileSync(strangers, 'utf8'));
const { files, train, validation: setAside } = config.data;
const session = config.sittings.at(-1);
const record = {
  file: 'model.safetensors',
  bytes: statSync(shipped).size,
  sha256: sha256(shipped),
  weights: WEIGHTS,
  parameters: config.parameters,
  classes: config.classes.length,
  training: {
    command,
    commit,
    node: session.node,
    inkgrad: session.inkgrad,
    backend: session.backend,
    date: config.sittings[0].started.slice(0, 10),
    seed: config.settings.seed,
    epochs: epochs.length,
    keep,
    keptEpoch: shippedEpoch.epoch,
    data: config.data.name,
    images: train.images,
    setAside: setAside.images,
    files,
    // True if the files are those of the official archive.
    official: files.every(({ name, sha256: digest }) => OFFICIAL_DIGESTS[name] === digest),
    weights: sha256(join(run, 'best.safetensors')),
  },
  test,
  validation,
  otherHandwriting: {
    sets: bySet,
    rejectedTrainedKinds: rejectedBySet['outliers of trained kinds'],
    rejectedUnseenKinds: rejectedBySet['outliers of unseen kinds'],
  },
  float32: {
    correct: unquantized.correct,
    accuracy: unquantized.accuracy,
    mergedAccuracy: unquantized.mergedAccuracy,
  },
};
writeFileSync(join(modelFolder, 'model.json'), `${JSON.stringify(record, null, 2)}\n`);
copyFileSync(join(run, 'metrics.csv'), join(root, 'docs/logs/page-model.csv'));
writeFileSync(join(root, 'docs/model.md'), describeRecord(record));
console.log(
  `${shipped}: ${record.bytes} bytes, sha256 ${record.sha256}\nrecord: model.json in the same folder, and docs/model.md`,
);
