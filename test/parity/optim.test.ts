// Optimizer steps: a backend's fused routine against the composition of kernels, in float64, with
// every option and lengths that do not fill a SIMD vector. test/golden compares optimizers with
// PyTorch.

import { describe, expect, it } from 'vitest';
import { type Backend, Rng, scope, tensor, withBackend } from '../../src/engine/index.js';
import {
  Adagrad,
  Adam,
  AdamW,
  clipGradNorm,
  clipGradValue,
  type Optimizer,
  Parameter,
  RMSprop,
  SGD,
} from '../../src/nn/index.js';
import { backendsUnderTest, oracle, withFreshBackend } from '../support/backends.js';
import { expectClose } from '../support/parity.js';

const SEED = 20261123;
const SHAPES = [[1], [3], [64], [5, 13], [4, 3, 3, 3], [300]];

type Make = (parameters: Parameter[]) => Optimizer;

const optimizers: [string, Make][] = [
  ['SGD', (p) => new SGD(p, { lr: 0.1 })],
  ['SGD with momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9 })],
  [
    'SGD with dampening and decay',
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.3, weightDecay: 0.1 }),
  ],
  [
    'SGD, Nesterov',
    (p) => new SGD(p, { lr: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  ],
  ['Adam', (p) => new Adam(p)],
  [
    'Adam with decay',
    (p) => new Adam(p, { lr: 0.01, betas: [0.8, 0.95], epsilon: 1e-4, weightDecay: 0.1 }),
  ],
  ['AdamW', (p) => new AdamW(p, { lr: 0.01, weightDecay: 0.1 })],
  [
    'Adam, amsgrad',
    (p) => new Adam(p, { lr: 0.01, betas: [0.8, 0.5], weightDecay: 0.1, amsgrad: true }),
  ],
  ['AdamW, amsgrad', (p) => new AdamW(p, { lr: 0.01, amsgrad: true, maximize: true })],
  ['RMSprop', (p) => new RMSprop(p)],
  [
    'RMSprop with momentum and decay',
    (p) => new RMSprop(p, { alpha: 0.8, epsilon: 1e-3, momentum: 0.9, weightDecay: 0.1 }),
  ],
  ['RMSprop, centered', (p) => new RMSprop(p, { centered: true })],
  [
    'RMSprop, centered with momentum',
    (p) => new RMSprop(p, { lr: 1e-3, momentum: 0.9, centered: true, maximize: true }),
  ],
  ['Adagrad', (p) => new Adagrad(p)],
  [
    'Adagrad with decay',
    (p) => new Adagrad(p, { lrDecay: 0.1, weightDecay: 0.1, initialAccumulatorValue: 0.5 }),
  ],
];

/** Takes five steps with random gradients and returns the final parameters. */
async function runSteps(backend: Backend, make: Make, clip?: (parameters: Parameter[]) => void) {
  const rng = new Rng(SEED);
  const draw = (shape: readonly number[]): Float32Array =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.between(-2, 2));
  const parameters = withBackend(backend, () =>
    SHAPES.map((shape) => new Parameter(shape, draw(shape))),
  );
  const optimizer = make(parameters);
  for (let step = 0; step < 5; step++) {
    withBackend(backend, () =>
      scope(() => {
        for (const parameter of parameters) {
          parameter.accumulateGrad(tensor(draw(parameter.shape), { shape: parameter.shape }).array);
        }
        clip?.(parameters);
        optimizer.step();
        optimizer.zeroGrad();
      }),
    );
  }
  const results = await Promise.all(parameters.map((parameter) => parameter.data()));
  optimizer.dispose();
  for (const parameter of parameters) parameter.dispose();
  return results;
}

describe.each(backendsUnderTest)('optimizers on $name', ({ make }) => {
  const agree = async (
    title: string,
    ...runArgs: [Make, ((parameters: Parameter[]) => void)?]
  ): Promise<void> => {
    const expected = await withFreshBackend(oracle.make, (backend) =>
      runSteps(backend, ...runArgs),
    );
    const actual = await withFreshBackend(make, (backend) => runSteps(backend, ...runArgs));
    expected.forEach((values, i) =>
      expectClose(actual[i], values, `${title}, [${SHAPES[i].join()}]`),
    );
  };

  it.each(optimizers)('%s', (title, makeOptimizer) => agree(title, makeOptimizer));

  it('with gradients clipped by norm and by value', async () => {
    const [, sgd] = optimizers[0];
    for (const normType of [1, 2, 3, Infinity]) {
      await agree(`clipped ${normType}-norm`, sgd, (parameters) =>
        clipGradNorm(parameters, 1, { normType }),
      );
    }
    await agree('clipped values', sgd, (parameters) => clipGradValue(parameters, 0.5));
  });

  it('changes a parameter noticeably', async () => {
    const moved = await withFreshBackend(make, (backend) => runSteps(backend, optimizers[0][1]));
    const rng = new Rng(SEED);
    expect(Math.abs(moved[0][0] - rng.between(-2, 2))).toBeGreaterThan(1e-3);
  });
});
