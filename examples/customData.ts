// Classifies pen movements: a data set of one's own, which is neither EMNIST nor images.
//
// Question: how do data of any shape reach a network, and how are new examples kept apart?
// Run:      npm run example -- customData
//
// Output:
//   194 of 200 new movements recognized
//           line    corner  arc     wave
//   line    34      0       0       5
//   corner  0       54      0       0
//   arc     0       0       51      0
//   wave    1       0       0       55

import {
  Adam,
  argmax,
  Conv1d,
  createWasmBackend,
  crossEntropy,
  Flatten,
  Linear,
  MaxPool1d,
  noGrad,
  ReLU,
  Rng,
  scope,
  Sequential,
  tensor,
  useBackend,
} from 'inkgrad';
import { DataLoader, randomSplit, type Dataset, type Transform } from 'inkgrad/data';

const epochs = process.argv.includes('--short') ? 7 : 12;
useBackend(await createWasmBackend({ threads: 1, module: 'base' })); // same numbers everywhere

const STEPS = 32;
/** Position of the pen at time t, from 0 to 1, for each class. */
const MOVEMENTS: Readonly<Record<string, (t: number) => [number, number]>> = {
  line: (t) => [2 * t, 0],
  corner: (t) => [Math.min(2 * t, 1), Math.max(2 * t - 1, 0)],
  arc: (t) => [Math.sin(3 * t), 1 - Math.cos(3 * t)],
  wave: (t) => [2 * t, 0.3 * Math.sin(12 * t)],
};
const CLASSES = Object.keys(MOVEMENTS);

/** Noisy movements: `points` [2, 32], all x and then all y, and the index of the class. */
const movements: Dataset<'points' | 'label'> = {
  length: 1000,
  shapes: { points: [2, STEPS], label: [] },
  get(index) {
    const rng = new Rng(1).split(String(index)); // the same numbers each time
    const label = index % CLASSES.length;
    const points = new Float32Array(2 * STEPS);
    for (let i = 0; i < STEPS; i++) {
      const [x, y] = MOVEMENTS[CLASSES[label]](i / (STEPS - 1));
      points[i] = x + 0.15 * rng.normal();
      points[STEPS + i] = y + 0.15 * rng.normal();
    }
    return { points, label };
  },
};

/** Turns a movement by an angle that depends on the example and the epoch, so that runs repeat. */
const turn: Transform = {
  apply(points, target, index, epoch) {
    const angle = new Rng(2).split(`${index}-${epoch}`).between(-Math.PI, Math.PI);
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    for (let i = 0; i < STEPS; i++) {
      target[i] = cos * points[i] - sin * points[STEPS + i];
      target[STEPS + i] = sin * points[i] + cos * points[STEPS + i];
    }
  },
};

const rng = new Rng(3);
const [train, validation] = randomSplit(movements, [0.8, 0.2], rng);
const transform = { points: turn };
const loader = new DataLoader(train, { batchSize: 40, shuffle: 1, transform });
const [examples] = new DataLoader(validation, { batchSize: validation.length, transform }).batches(
  0,
);

const model = new Sequential(
  new Conv1d({ inChannels: 2, outChannels: 16, kernelSize: 5, padding: 2, rng }),
  new ReLU(),
  new MaxPool1d({ kernelSize: 4 }), // [N, 16, 8]
  new Flatten(),
  new Linear({ inFeatures: 16 * 8, outFeatures: CLASSES.length, rng }),
);
const optimizer = new Adam(model.parameters(), { lr: 0.005 });
for (let epoch = 0; epoch < epochs; epoch++) {
  for (const { points, label } of loader.batches(epoch)) {
    scope(() => {
      crossEntropy(model.forward(tensor(points)), tensor(label)).backward();
      optimizer.step();
      optimizer.zeroGrad();
    });
  }
}

// Rows are labels, columns are predictions.
const logits = noGrad(() => model.forward(tensor(examples.points)));
const predictions = await argmax(logits).data();
const labels = [...examples.label.data];
const correct = labels.filter((label, i) => label === predictions[i]).length;
console.log(`${correct} of ${labels.length} new movements recognized`);
const printRow = (cells: (string | number)[]): void =>
  console.log(cells.map((cell) => String(cell).padEnd(8)).join(''));
printRow(['', ...CLASSES]);
for (const [row, name] of CLASSES.entries()) {
  const predicted = [...predictions].filter((_, i) => labels[i] === row);
  printRow([name, ...CLASSES.map((_, column) => predicted.filter((p) => p === column).length)]);
}
