// Accuracy of models trained with --limit on the training images beyond that limit, which they
// never saw: 40,000 images for choosing between recipes without using the test part. Prints a
// table, or JSON with --json.
//
//     npm run build:bench && node dist/bench/recipes/unseen.js --data DIR [--count 40000] [--json] MODEL.safetensors ...

import { parseArgs } from 'node:util';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { selectImages, type ImageDataset } from '../../src/data/loading/imageDataset.js';
import { readEmnist } from '../../src/data/emnist/readEmnist.js';
import { createWasmBackend, useBackend } from '../../src/index.js';
import { usageError } from '../support/options.js';
import { formatTable } from '../support/table.js';

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.EMNIST_DIR ?? 'data/emnist' },
    count: { type: 'string', default: '40000' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (positionals.length === 0) usageError('expected at least one model file');
const count = Number(values.count);
if (!(Number.isSafeInteger(count) && count > 0)) usageError('--count must be a positive integer');

/** `count` training images after the first `limit`. */
function imagesAfter(all: ImageDataset, limit: number): ImageDataset {
  const length = Math.min(count, all.length - limit);
  return selectImages(
    all,
    Array.from({ length }, (_, index) => limit + index),
  );
}

const backend = await createWasmBackend({ threads: 1 });
useBackend(backend);
const all = await readEmnist({ dir: values.data, split: 'balanced', part: 'train' });
const results = [];
for (const path of positionals) {
  const { model, training } = await loadModel(path);
  if (training.limit === null || training.limit >= all.length)
    usageError(`${path} was trained on all images; expected a model trained with --limit`);
  const dataset = imagesAfter(all, training.limit);
  const { accuracy, balancedAccuracy, mergedAccuracy } = await evaluate(model, dataset);
  model.dispose();
  results.push({ path, images: dataset.length, accuracy, balancedAccuracy, mergedAccuracy });
}
await backend.dispose();

if (values.json) {
  console.log(JSON.stringify(results));
} else {
  const percent = (share: number): string => (100 * share).toFixed(2);
  const rows = results.map(({ path, images, accuracy, balancedAccuracy, mergedAccuracy }) => [
    path,
    `${images}`,
    ...[accuracy, balancedAccuracy, mergedAccuracy].map(percent),
  ]);
  console.log(
    formatTable(['model', 'images', 'accuracy, %', 'mean over classes, %', 'merged, %'], rows),
  );
}
