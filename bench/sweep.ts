// Scaling of the cost with batch size, threads and image size. Prints a table for each and writes
// all of them to bench/results. Square images of sides other than 28 use the same blocks followed
// by global average pooling.
//
//     npm run bench:sweep -- [--batches 1,2,...] [--threads 1,2,3,4] [--sides 28,...] [--seconds 1] [--quick]

import { CharacterNet } from '../src/app/model/characterNet.js';
import * as ink from '../src/index.js';
import { Learner, noiseBatch } from './support/learner.js';
import { thisMachine } from './support/machine.js';
import { readOptions } from './support/options.js';
import { saveResult } from './support/results.js';
import { spread } from './support/statistics.js';
import { formatTable, short } from './support/table.js';

const options = readOptions({
  batches: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  threads: [1, 2, 3, 4],
  sides: [28, 40, 56, 80, 112],
  seconds: 1,
  quick: false,
});
const seconds = options.quick ? 0.1 : options.seconds;

interface Point {
  /** The parameter that varies, e.g. `batch`. */
  readonly axis: string;
  readonly value: number;
  readonly threads: number;
  /** Median milliseconds per step. */
  readonly train: number;
  readonly infer: number;
  readonly images: number;
  /** Memory that the backend has reserved after the measurement. */
  readonly reservedMiB: number;
}

/** Three blocks of CharacterNet's kind, then global average pooling: any side of at least 8. */
function anySizeNet(): ink.Layer {
  const rng = new ink.Rng(1);
  const block = (inChannels: number, outChannels: number): ink.Layer[] => [
    new ink.Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
    new ink.BatchNorm2d({ numFeatures: outChannels }),
    new ink.ReLU(),
    new ink.MaxPool2d({ kernelSize: 2 }),
  ];
  return new ink.Sequential(
    ...block(1, 32),
    ...block(32, 64),
    ...block(64, 128),
    new ink.GlobalAvgPool2d(),
    new ink.Flatten(),
    new ink.Linear({ inFeatures: 128, outFeatures: 47, rng }),
  );
}

async function medianMilliseconds(step: () => Promise<unknown>): Promise<number> {
  await step();
  await step();
  const times: number[] = [];
  for (
    let total = 0;
    total < 1000 * seconds || times.length < 3;
    total += times[times.length - 1]
  ) {
    const start = performance.now();
    await step();
    times.push(performance.now() - start);
  }
  return spread(times).median;
}

interface Setting {
  readonly axis: string;
  readonly value: number;
  readonly threads: number;
  readonly images: number;
  readonly side: number;
  readonly net: () => ink.Layer;
}

async function measure({ axis, value, threads, images, side, net }: Setting): Promise<Point> {
  const backend = await ink.createWasmBackend({ threads });
  ink.useBackend(backend);
  const learner = new Learner(net());
  const batch = noiseBatch(images, side);
  const train = await medianMilliseconds(() => learner.train(batch));
  const infer = await medianMilliseconds(() => learner.infer(batch));
  const reservedMiB = Math.round(backend.memory.reservedBytes / 2 ** 20);
  learner.dispose();
  await backend.dispose();
  return { axis, value, threads, train, infer, images, reservedMiB };
}

const characterNet = (): ink.Layer => new CharacterNet({ classes: 47, rng: new ink.Rng(1) });
const maxThreads = thisMachine().cores;
const common = { images: 64, side: 28, threads: maxThreads, net: characterNet };
const sweeps: Setting[][] = [
  options.batches.map((value) => ({ ...common, axis: 'batch', value, images: value })),
  options.threads.map((value) => ({ ...common, axis: 'threads', value, threads: value })),
  options.sides.map((value) => ({ ...common, axis: 'side', value, side: value, net: anySizeNet })),
];

const points: Point[] = [];
for (const settings of sweeps) {
  const sweepPoints: Point[] = [];
  for (const setting of settings) sweepPoints.push(await measure(setting));
  points.push(...sweepPoints);
  const rows = sweepPoints.map(({ value, threads, images, train, infer, reservedMiB }) => [
    `${value}`,
    `${threads}`,
    short(train),
    short((1000 * images) / train),
    short(infer),
    short((1000 * images) / infer),
    `${reservedMiB}`,
  ]);
  const header = [
    sweepPoints[0].axis,
    'threads',
    'train ms',
    'train img/s',
    'infer ms',
    'infer img/s',
    'MiB reserved',
  ];
  console.log(`${formatTable(header, rows)}\n`);
}
console.log(`written: ${saveResult('sweep', { seconds, points }, options)}`);
