// One network on images of several sizes: packed filters are cached, and their layout depends on the
// size of the image.

import { describe, expect, it } from 'vitest';
import {
  type FloatArray,
  noGrad,
  Rng,
  scope,
  sum,
  type Tensor,
  tensor,
} from '../../src/engine/index.js';
import { BatchNorm2d, Conv2d, MaxPool2d, ReLU, Sequential } from '../../src/nn/index.js';
import {
  type BackendUnderTest,
  oracle,
  reference32,
  wasm,
  withFreshBackend,
} from '../support/backends.js';

const SEED = 20261129;
const CHANNELS = 16;

/** Height and width. 14 x 12 and 12 x 14 have equally many Winograd filters, in different orders. */
const SIZES = [
  [14, 12],
  [12, 14],
  [7, 9],
  [9, 7],
  [14, 14],
  [3, 4],
  [14, 12],
] as const;

/** Output and gradient of the images, and the output for inference, for each size in turn. */
async function results(): Promise<Record<string, FloatArray>> {
  const rng = new Rng(SEED);
  const convolution = (inChannels: number, groups = 1): Conv2d =>
    new Conv2d({ inChannels, outChannels: CHANNELS, kernelSize: 3, padding: 1, groups, rng });
  const model = new Sequential(
    convolution(2), // direct
    convolution(CHANNELS), // Winograd
    convolution(CHANNELS, CHANNELS), // depthwise
    convolution(CHANNELS), // with batch norm folded in
    new BatchNorm2d({ numFeatures: CHANNELS }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
  ).eval();
  const pending: [string, Promise<FloatArray>][] = [];
  for (const [step, [height, width]] of SIZES.entries()) {
    const shape = [2, 2, height, width];
    const pixels = Float64Array.from({ length: 4 * height * width }, () => rng.between(-1, 1));
    const save = (name: string, value: Tensor): void => {
      pending.push([`${step}: ${name}, ${height} x ${width}`, value.data()]);
    };
    scope(() => {
      const x = tensor(pixels, { shape, requiresGrad: true });
      const y = model.forward(x);
      sum(y).backward();
      save('output', y);
      save('gradient', x.grad!);
      x.zeroGrad();
      save(
        'inference',
        noGrad(() => model.forward(x)),
      );
    });
  }
  const values = await Promise.all(
    pending.map(async ([name, data]) => [name, await data] as const),
  );
  model.dispose();
  return Object.fromEntries(values);
}

const expectedResults = withFreshBackend(oracle.make, results);

async function expectResults({ make }: BackendUnderTest): Promise<void> {
  const [expected, actual] = [await expectedResults, await withFreshBackend(make, results)];
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const errors = Array.from(values, (value, i) => Math.abs(value - actual[name][i]));
    expect(Math.max(...errors), `${name}, seed ${SEED}`).toBeLessThanOrEqual(1e-5);
  }
}

describe('one network on images of several sizes', () => {
  it.each([reference32, wasm(1), wasm(2), wasm(3)])('$name', (backend) => expectResults(backend));
});
