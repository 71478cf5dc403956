// Agreement of several networks' errors, with look-alikes merged. Images that many networks all
// misclassify in the same way are unlikely to be the recipe's fault. It also reports the accuracy
// of their mean probabilities (an ensemble), an upper bound of what one such network can be
// expected to reach. Prints counts, or JSON with --json; --picture writes a sheet of those images.
//
//     npm run build:bench && node dist/bench/recipes/agreement.js --data DIR [--picture FILE.png] [--json] MODEL.safetensors ...

import { parseArgs } from 'node:util';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { mergedName } from '../../src/data/emnist/lookAlikes.js';
import { score } from '../../src/app/evaluation/accuracy.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { gallery } from '../../src/app/report/gallery.js';
import { writePng } from '../../src/app/report/writePng.js';
import { probabilitiesOf } from '../../src/app/training/temperature.js';
import { imageAt } from '../../src/data/loading/imageDataset.js';
import { readEmnist } from '../../src/data/emnist/readEmnist.js';
import { createWasmBackend, useBackend } from '../../src/index.js';
import { usageError } from '../support/options.js';
import { formatTable } from '../support/table.js';

const { values, positionals } = parseArgs({
  options: {
    data: { type: 'string', default: process.env.EMNIST_DIR ?? 'data/emnist' },
    picture: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
if (positionals.length < 2) usageError('expected at least two model files');
/** Number of tiles on the sheet. */
const SHOWN = 96;

const backend = await createWasmBackend({ threads: 1 });
useBackend(backend);
const test = await readEmnist({ dir: values.data, split: 'balanced', part: 'test' });
const names = test.classes.map(mergedName);
const predictionsByModel: ArrayLike<number>[] = []; // predicted class of each image, per model
// Sums of probabilities, one row per image.
const probabilitySums = new Float64Array(test.length * names.length);
for (const path of positionals) {
  const { model, temperature } = await loadModel(path);
  const { predictions, logits } = await evaluate(model, test, { logits: true });
  predictionsByModel.push(predictions);
  const probabilities = probabilitiesOf(logits!, names.length, temperature);
  probabilities.forEach((probability, i) => (probabilitySums[i] += probability));
  model.dispose();
}
await backend.dispose();

/** The most likely class of each image according to the ensemble. */
const ensemblePredictions = Array.from({ length: test.length }, (_, i) => {
  const row = probabilitySums.subarray(i * names.length, (i + 1) * names.length);
  return row.indexOf(Math.max(...row));
});
const { accuracy, mergedAccuracy } = score(ensemblePredictions, test.labels, test.classes);

/** Number of images that 0, 1, ... all of the models misclassify. */
const byCount = new Array<number>(predictionsByModel.length + 1).fill(0);
/** Images that all models misclassify as the same class. */
const sameWrongClass: number[] = [];
for (let i = 0; i < test.length; i++) {
  const truth = names[test.labels[i]];
  const predicted = predictionsByModel.map((predictions) => names[predictions[i]]);
  const wrong = predicted.filter((name) => name !== truth).length;
  byCount[wrong] += 1;
  if (wrong === predictionsByModel.length && new Set(predicted).size === 1) sameWrongClass.push(i);
}

if (values.picture !== undefined) {
  const tiles = sameWrongClass.slice(0, SHOWN).map((i) => ({
    pixels: imageAt(test, i),
    caption: `${test.classes[test.labels[i]]}\npredicted ${test.classes[predictionsByModel[0][i]]}`,
  }));
  const title = `Same wrong class by all ${predictionsByModel.length} networks: ${sameWrongClass.length} of ${test.length} images`;
  await writePng(values.picture, gallery({ title, tiles, size: test, columns: 16 }));
}
const result = {
  images: test.length,
  models: positionals,
  byCount,
  misreadAlikeByAll: sameWrongClass.length,
  together: { accuracy, mergedAccuracy },
};
if (values.json) {
  console.log(JSON.stringify(result));
} else {
  const rows = byCount.map((count, models) => [
    `${models} of ${predictionsByModel.length}`,
    `${count}`,
  ]);
  console.log(formatTable(['misclassified by (look-alikes merged)', 'images'], rows));
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  console.log(`\nsame wrong class by all: ${sameWrongClass.length} of ${test.length}`);
  console.log(
    `ensemble (mean of probabilities): ${percent(accuracy)}, merged ${percent(mergedAccuracy)}`,
  );
}
