// The operations and gradients of examples/minimal.ts equal those of the engine in float64.

import { expect, it } from 'vitest';
import * as minimal from '../../examples/minimal.js';
import {
  Adam,
  conv2d,
  crossEntropy,
  flatten,
  linear,
  Parameter,
  relu,
  scope,
  tensor,
  type Tensor,
} from '../../src/index.js';
import { oracle, withFreshBackend } from '../support/backends.js';

const LABELS = [3, 1, 4, 1, 5];
const LR = 0.01;

/** Random weights, random biases and a batch of drawn digits, the same for both. */
function setUp(): { images: minimal.Tensor; parameters: minimal.Tensor[] } {
  const random = minimal.generator(2);
  const parameters = minimal.initialize(random);
  for (const { shape, data } of parameters) {
    if (shape.length === 1) data.forEach((_, i) => (data[i] = random() - 0.5));
  }
  return { images: minimal.batchOf(LABELS.map((i) => minimal.drawDigit(i, random))), parameters };
}

/** The same network as `minimal.network`, made of the engine's ops. */
function engineNetwork(images: Tensor, [w1, b1, w2, b2, w3, b3]: readonly Tensor[]): Tensor {
  const edges = relu(conv2d(images, w1, b1, { stride: 2 }));
  const parts = relu(conv2d(edges, w2, b2, { stride: 2 }));
  return linear(flatten(parts, 1), w3, b3);
}

/** Asserts that all numbers agree to 12 digits. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  expect(scale).toBeGreaterThan(0);
  for (let i = 0; i < actual.length; i++) {
    expect(Math.abs(actual[i] - expected[i]) / scale).toBeLessThan(1e-12);
  }
}

it('computes the scores, the loss, all gradients and two steps of Adam as the engine does', async () => {
  const { images, parameters } = setUp();
  await withFreshBackend(oracle.make, async () => {
    const copies = parameters.map(({ shape, data }) => new Parameter(shape, data.slice()));
    const optimizer = new Adam(copies, { lr: LR });
    const update = minimal.adam(parameters, LR);
    for (let step = 0; step < 2; step++) {
      const scores = minimal.network(images, parameters);
      const loss = minimal.crossEntropy(scores, LABELS);
      loss.backward();
      const [engineScores, engineLoss, ...gradients] = await Promise.all(
        scope(() => {
          const input = tensor(images.data, { shape: images.shape });
          const output = engineNetwork(input, copies);
          const value = crossEntropy(output, LABELS);
          optimizer.zeroGrad();
          value.backward();
          return [output, value, ...copies.map(({ grad }) => grad!)].map((one) => one.data());
        }),
      );
      expectClose(scores.data, engineScores);
      expectClose(loss.data, engineLoss);
      parameters.forEach(({ grad }, i) => expectClose(grad, gradients[i]));
      update();
      optimizer.step();
      const updated = await Promise.all(copies.map((copy) => copy.data()));
      parameters.forEach(({ data }, i) => expectClose(data, updated[i]));
    }
    optimizer.dispose();
    for (const copy of copies) copy.dispose();
  });
});

it('computes the gradient of the input, and adds the gradients of a tensor that is used twice', () => {
  const random = minimal.generator(3);
  const x = new minimal.Tensor([2, 4]);
  const w = new minimal.Tensor([4, 4]);
  const b = new minimal.Tensor([4]);
  for (const { data } of [x, w, b]) data.forEach((_, i) => (data[i] = random() - 0.5));
  const lossOf = (): minimal.Tensor => {
    const hidden = minimal.relu(minimal.linear(x, w, b));
    return minimal.crossEntropy(minimal.linear(hidden, w, b), [0, 3]); // w and b again
  };
  lossOf().backward();
  for (const { data, grad } of [x, w, b]) {
    const numeric = data.map((value, i) => {
      const [above, below] = [value + 1e-6, value - 1e-6].map((moved) => {
        data[i] = moved;
        return lossOf().data[0];
      });
      data[i] = value;
      return (above - below) / 2e-6;
    });
    numeric.forEach((slope, i) => expect(grad[i]).toBeCloseTo(slope, 7));
  }
});
