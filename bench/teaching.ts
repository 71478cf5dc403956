// Cost of fine-tuning on a few corrections, on real images. Characters of EMNIST's test part that
// the model misclassifies are used as corrections, and accuracy is measured on the others. It
// measures accuracy and probabilities, not speed. MODEL is a model file.
//
//     EMNIST_DIR=DIR npm run bench:teaching -- --model MODEL [--trials 10] [--quick]

import { readFile } from 'node:fs/promises';
import { modelFrom } from '../src/app/model/modelContents.js';
import { openTestSource } from '../src/app/training/source.js';
import {
  featuresOf,
  argmax,
  logitsOf,
  rowOf,
  type HostMatrix,
} from '../src/app/correction/features.js';
import { fineTune } from '../src/app/correction/fineTune.js';
import { drawOthers } from '../src/app/correction/syntheticSets.js';
import { probabilitiesOf } from '../src/app/training/temperature.js';
import { imageAt } from '../src/data/loading/imageDataset.js';
import { Normalizer } from '../src/data/loading/transform.js';
import { createWasmBackend, Rng, useBackend } from '../src/index.js';
import { readOptions } from './support/options.js';
import { formatTable } from './support/table.js';

const {
  model: paths,
  trials: requestedTrials,
  quick,
} = readOptions({ model: [''], trials: 10, quick: false });
const trials = quick ? 1 : requestedTrials;
useBackend(await createWasmBackend());
const bytes = new Uint8Array(await readFile(paths[0]));
const original = await modelFrom(paths[0], bytes);
const test = await openTestSource({ data: undefined, split: 'balanced' });
const pixels = new Float32Array(test.images.length);
new Normalizer().apply(test.images, pixels);
/** The convolutions are frozen, so one pass serves every fine-tuned model. */
const features: HostMatrix = await featuresOf(original.model, pixels);

const others = drawOthers();

function predictionsOf(logits: HostMatrix): number[] {
  return Array.from({ length: test.length }, (_, index) => argmax(rowOf(logits, index)));
}

const before = predictionsOf(await logitsOf(original.model, features));
const wrong = [...before.keys()].filter((index) => before[index] !== test.labels[index]);

/** Accuracy in percent on the images that are not corrections. */
function accuracy(predictions: readonly number[], corrected: ReadonlySet<number>): number {
  const others = [...predictions.keys()].filter((index) => !corrected.has(index));
  return (
    (100 * others.filter((index) => predictions[index] === test.labels[index]).length) /
    others.length
  );
}

interface Trial {
  readonly steps: number;
  /** Share of the corrections that are predicted correctly afterwards. */
  readonly right: number;
  /** Their mean probability afterwards. */
  readonly probability: number;
  /** Lost accuracy on all other images, in percentage points. */
  readonly lost: number;
}

async function trial(number: number, count: number): Promise<Trial> {
  const order = new Rng(number).permutation(wrong.length).subarray(0, count);
  const corrected = new Set(Array.from(order, (index) => wrong[index]));
  const corrections = [...corrected].map((index) => ({
    image: imageAt(test, index),
    label: test.labels[index],
  }));
  const { model, temperature } = await modelFrom(paths[0], bytes);
  const { step } = await fineTune(model, { corrections, others, temperature, seed: number });
  const logits = await logitsOf(model, features);
  const after = predictionsOf(logits);
  const probabilityOf = (index: number): number =>
    probabilitiesOf(rowOf(logits, index), logits.width, temperature)[test.labels[index]];
  model.dispose();
  return {
    steps: step,
    right: [...corrected].filter((index) => after[index] === test.labels[index]).length / count,
    probability: [...corrected].reduce((sum, index) => sum + probabilityOf(index), 0) / count,
    lost: accuracy(before, corrected) - accuracy(after, corrected),
  };
}

const rows: string[][] = [];
for (const count of [1, 5, 20]) {
  const results: Trial[] = [];
  for (let number = 1; number <= trials; number++) results.push(await trial(number, count));
  const mean = (key: keyof Trial): number =>
    results.reduce((sum, result) => sum + result[key], 0) / trials;
  const worst = Math.max(...results.map(({ lost }) => lost));
  rows.push([
    String(count),
    mean('lost').toFixed(2),
    worst.toFixed(2),
    (100 * mean('right')).toFixed(0),
    mean('probability').toFixed(2),
    mean('steps').toFixed(0),
  ]);
}
console.log(
  `before: ${accuracy(before, new Set()).toFixed(2)} % of ${test.length} images, ${trials} trials per row`,
);
console.log(
  formatTable(
    ['corrections', 'points lost', 'worst trial', 'predicted correctly, %', 'probability', 'steps'],
    rows,
  ),
);
process.exit(0);
