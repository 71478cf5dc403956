// Cost of augmentation: alternates training steps on unaugmented images and on images augmented by
// the best recipe.
//
//     npm run build:bench && node dist/bench/recipes/augmentation.js [--rounds 6] [--seconds 2] [--threads 2]
//
// Batches are prepared as in the trainer, each while the backend computes the previous one.

import { Augmenter } from '../../src/data/loading/augment.js';
import { DataLoader, type Batch } from '../../src/data/loading/dataLoader.js';
import { Normalizer, type Transform } from '../../src/data/loading/transform.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { CharacterNet } from '../../src/app/model/characterNet.js';
import { RECIPES } from '../../src/app/training/recipes.js';
import { trainStep } from '../../src/app/training/trainStep.js';
import { Adam, createWasmBackend, Rng, useBackend } from '../../src/index.js';
import { readOptions } from '../support/options.js';
import { spread } from '../support/statistics.js';

const { rounds, seconds, threads } = readOptions({ rounds: 6, seconds: 2, threads: 2 });
const backend = await createWasmBackend({ threads });
useBackend(backend);
const rng = new Rng(1);
const model = new CharacterNet({ classes: 47, rng });
const optimizer = new Adam(model.parameters());
const dataset = syntheticDataset({ seed: 1, count: 2560 });
const { shift, rotation, scale, shear, stroke } = RECIPES.best as Record<string, number>;
const augmenter = new Augmenter(
  { shift, rotation, scale, shear, stroke },
  { shape: dataset.shapes.inputs, rng: rng.split('augment') },
);

function* endless(inputs: Transform): Generator<Batch, never, undefined> {
  const loader = new DataLoader(dataset, {
    batchSize: 64,
    shuffle: rng.split('shuffle'),
    transform: { inputs },
  });
  for (let epoch = 1; ; epoch++) yield* loader.batches(epoch);
}

/** Measures images per second for `duration` seconds. */
async function speed(
  batches: Generator<Batch, never, undefined>,
  duration: number,
): Promise<number> {
  const start = performance.now();
  let [images, batch] = [0, batches.next().value];
  while (performance.now() - start < 1000 * duration) {
    const step = trainStep(model, optimizer, batch);
    images += batch.count;
    batch = batches.next().value; // prepared while the backend computes
    await step;
  }
  return images / ((performance.now() - start) / 1000);
}

const sources = [endless(new Normalizer()), endless(augmenter)];
for (const source of sources) await speed(source, 1); // warm up
const pairs: [number, number][] = [];
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? [0, 1] : [1, 0];
  const pair: [number, number] = [0, 0];
  for (const index of order) pair[index] = await speed(sources[index], seconds);
  pairs.push(pair);
}
model.dispose();
optimizer.dispose();
await backend.dispose();
const cost = spread(pairs.map(([unaugmented, augmented]) => 100 * (1 - augmented / unaugmented)));
const [unaugmented, augmented] = [0, 1].map(
  (index) => spread(pairs.map((pair) => pair[index])).median,
);
console.log(
  `Node ${process.version}, ${threads} threads: ${unaugmented.toFixed(0)} images/s unaugmented, ${augmented.toFixed(0)} augmented; ` +
    `cost ${cost.median.toFixed(1)} % (${cost.min.toFixed(1)} to ${cost.max.toFixed(1)} %)`,
);
