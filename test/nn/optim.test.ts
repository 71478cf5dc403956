// Optimizers against their formulas in plain float64 JavaScript, and invalid options. test/golden
// compares them with PyTorch.

import { describe, expect, it } from 'vitest';
import { ReferenceBackend, Rng } from '../../src/engine/index.js';
import {
  Adagrad,
  Adam,
  AdamW,
  OneCycle,
  Parameter,
  RMSprop,
  SGD,
  type Optimizer,
} from '../../src/nn/index.js';
import { freshBackend, setGrad } from './support.js';

const SEED = 3;
const SIZE = 5;
const STEPS = 6;
const holder = freshBackend(() => new ReferenceBackend({ dtype: 'float64' }));

type MakeOptimizer = (parameters: readonly Parameter[]) => Optimizer;
/** The update of one scalar parameter: takes its gradient of step t, returns its new value. */
type Formula = (parameter: number, grad: number, t: number) => number;

function sgd(lr: number, momentum = 0, dampening = 0, decay = 0, nesterov = false): () => Formula {
  return () => {
    let velocity = 0;
    return (parameter, grad, t) => {
      const g = grad + decay * parameter;
      velocity = t === 1 || momentum === 0 ? g : momentum * velocity + (1 - dampening) * g;
      return parameter - lr * (nesterov ? g + momentum * velocity : velocity);
    };
  };
}

function adam(
  lr: number,
  b1 = 0.9,
  b2 = 0.999,
  epsilon = 1e-8,
  l2 = 0,
  decoupled = 0,
): () => Formula {
  return () => {
    let [m, v] = [0, 0];
    return (parameter, grad, t) => {
      const g = grad + l2 * parameter;
      m = b1 * m + (1 - b1) * g;
      v = b2 * v + (1 - b2) * g * g;
      const corrected = m / (1 - b1 ** t) / (Math.sqrt(v / (1 - b2 ** t)) + epsilon);
      return parameter * (1 - lr * decoupled) - lr * corrected;
    };
  };
}

describe(`the formulas (seed ${SEED})`, () => {
  it.each<[string, MakeOptimizer, () => Formula]>([
    ['SGD', (p) => new SGD(p, { lr: 0.1 }), sgd(0.1)],
    ['SGD, momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }), sgd(0.1, 0.9)],
    [
      'SGD, dampening',
      (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }),
      sgd(0.1, 0.9, 0.5),
    ],
    ['SGD, dampening without momentum', (p) => new SGD(p, { lr: 0.1, dampening: 0.5 }), sgd(0.1)],
    [
      'SGD, Nesterov, decay',
      (p) => new SGD(p, { lr: 0.1, momentum: 0.8, nesterov: true, weightDecay: 0.2 }),
      sgd(0.1, 0.8, 0, 0.2, true),
    ],
    ['Adam', (p) => new Adam(p), adam(1e-3)],
    [
      'Adam, all options',
      (p) => new Adam(p, { lr: 0.1, betas: [0.5, 0.7], epsilon: 1e-3, weightDecay: 0.3 }),
      adam(0.1, 0.5, 0.7, 1e-3, 0.3),
    ],
    ['AdamW', (p) => new AdamW(p, { lr: 0.1 }), adam(0.1, 0.9, 0.999, 1e-8, 0, 0.01)],
    [
      'AdamW, decay',
      (p) => new AdamW(p, { weightDecay: 0.5 }),
      adam(1e-3, 0.9, 0.999, 1e-8, 0, 0.5),
    ],
  ])('%s', async (_, make, formula) => {
    const rng = new Rng(SEED);
    const expected = Float64Array.from({ length: SIZE }, () => rng.normal());
    const parameter = new Parameter([SIZE], expected);
    const optimizer = make([parameter]);
    const formulas = Array.from(expected, formula);
    for (let t = 1; t <= STEPS; t++) {
      const gradient = Float64Array.from({ length: SIZE }, () => rng.normal());
      setGrad(parameter, gradient);
      optimizer.step();
      formulas.forEach((next, i) => (expected[i] = next(expected[i], gradient[i], t)));
      const actual = await parameter.data();
      expected.forEach((value, i) => expect(actual[i], `step ${t}`).toBeCloseTo(value, 12));
    }
    optimizer.dispose();
    parameter.dispose();
  });

  it('uses a changed learning rate from the next step on', async () => {
    const parameter = new Parameter([1], [1]);
    const optimizer = new SGD([parameter], { lr: 0.5 });
    setGrad(parameter, [1]);
    optimizer.step();
    optimizer.lr = 0.25;
    optimizer.step();
    expect(await parameter.item()).toBe(0.25);
    expect(() => (optimizer.lr = NaN)).toThrow(/lr must be a finite number of at least 0, got NaN/);
    expect(optimizer.lr).toBe(0.25);
    optimizer.dispose();
    parameter.dispose();
  });
});

describe('parameters', () => {
  it('without a gradient are not updated, and steps are counted per parameter', async () => {
    const [a, b] = [new Parameter([1], [1]), new Parameter([1], [1])];
    const optimizer = new Adam([a, b], { lr: 0.1 });
    setGrad(a, [3]);
    optimizer.step();
    expect([await a.item(), await b.item()].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
      0.9, 1,
    ]);
    expect(optimizer.stateDict().settings.steps).toEqual([1, 0]);
    expect(Object.keys(optimizer.stateDict().tensors)).toEqual(['0.exp_avg', '0.exp_avg_sq']);
    setGrad(b, [-5]); // b's first step: as long as a's first
    optimizer.step();
    expect(await b.item()).toBeCloseTo(1.1, 6);
    optimizer.zeroGrad();
    expect([a.grad, b.grad]).toEqual([null, null]);
    optimizer.dispose();
    a.dispose();
    b.dispose();
  });

  it('are rejected when the list is empty or contains a parameter twice', () => {
    const parameter = new Parameter([1], [1]);
    expect(() => new SGD([])).toThrow(/no parameters/);
    expect(() => new Adam([parameter, parameter])).toThrow(/listed twice/);
    parameter.dispose();
  });

  it('need no new memory after the first step', () => {
    const parameter = new Parameter([100], new Float64Array(100));
    const optimizer = new Adam([parameter], { weightDecay: 0.1 });
    const step = (): void => {
      setGrad(parameter, new Float64Array(100).fill(1));
      optimizer.step();
    };
    step();
    step();
    const { allocations, live } = holder.backend.memory;
    for (let i = 0; i < 20; i++) step();
    expect(holder.backend.memory).toMatchObject({ allocations, live });
    optimizer.dispose();
    parameter.dispose();
  });
});

describe('options', () => {
  it.each<[string, (parameters: Parameter[]) => Optimizer]>([
    ['lr', (p) => new SGD(p, { lr: -1 })],
    ['momentum', (p) => new SGD(p, { momentum: -0.1 })],
    ['weightDecay', (p) => new SGD(p, { weightDecay: -1 })],
    ['dampening', (p) => new SGD(p, { dampening: NaN })],
    ['nesterov', (p) => new SGD(p, { nesterov: true })],
    ['nesterov', (p) => new SGD(p, { nesterov: true, momentum: 0.9, dampening: 0.1 })],
    ['lr', (p) => new Adam(p, { lr: Infinity })],
    ['betas', (p) => new Adam(p, { betas: [1, 0.9] })],
    ['betas', (p) => new Adam(p, { betas: [0.9, -0.1] })],
    ['epsilon', (p) => new Adam(p, { epsilon: -1 })],
    ['weightDecay', (p) => new AdamW(p, { weightDecay: NaN })],
    ['amsgrad', (p) => new Adam(p, { amsgrad: 1 as unknown as boolean })],
    ['maximize', (p) => new SGD(p, { maximize: 'yes' as unknown as boolean })],
    ['lr', (p) => new RMSprop(p, { lr: NaN })],
    ['alpha', (p) => new RMSprop(p, { alpha: -0.1 })],
    ['epsilon', (p) => new RMSprop(p, { epsilon: -1 })],
    ['momentum', (p) => new RMSprop(p, { momentum: -1 })],
    ['weightDecay', (p) => new RMSprop(p, { weightDecay: Infinity })],
    ['centered', (p) => new RMSprop(p, { centered: null as unknown as boolean })],
    ['lrDecay', (p) => new Adagrad(p, { lrDecay: -1 })],
    ['initialAccumulatorValue', (p) => new Adagrad(p, { initialAccumulatorValue: -1 })],
    ['epsilon', (p) => new Adagrad(p, { epsilon: NaN })],
    ['unknown option eps', (p) => new Adagrad(p, { eps: 1 } as object)],
  ])('reject an invalid %s', (option, make) => {
    const parameter = new Parameter([1], [1]);
    expect(() => make([parameter])).toThrow(new RegExp(option));
    parameter.dispose();
  });
});

describe('maximize', () => {
  it.each<[string, (parameters: Parameter[], maximize: boolean) => Optimizer]>([
    ['SGD', (p, maximize) => new SGD(p, { momentum: 0.9, weightDecay: 0.1, maximize })],
    ['Adam', (p, maximize) => new Adam(p, { weightDecay: 0.1, maximize })],
    ['AdamW', (p, maximize) => new AdamW(p, { amsgrad: true, maximize })],
    ['RMSprop', (p, maximize) => new RMSprop(p, { centered: true, maximize })],
    ['Adagrad', (p, maximize) => new Adagrad(p, { weightDecay: 0.1, maximize })],
  ])('%s: equals minimizing with the negative gradient', async (_, make) => {
    const [up, down] = [new Parameter([2], [1, -2]), new Parameter([2], [1, -2])];
    const optimizers = [make([up], true), make([down], false)];
    for (let step = 0; step < 4; step++) {
      setGrad(up, [0.5 + step, -1]);
      setGrad(down, [-0.5 - step, 1]);
      for (const optimizer of optimizers) optimizer.step();
    }
    expect(await up.data()).toEqual(await down.data());
    expect(Array.from(await up.grad!.data())).toEqual([3.5, -1]); // not changed
    for (const each of [...optimizers, up, down]) each.dispose();
  });
});

describe('momentum of a one-cycle schedule', () => {
  it('is that of RMSprop, which then allocates a velocity; Adagrad rejects it', () => {
    const parameter = new Parameter([1], [1]);
    const rmsprop = new RMSprop([parameter]);
    setGrad(parameter, [1]);
    rmsprop.step();
    expect(Object.keys(rmsprop.stateDict().tensors)).toEqual(['0.square_avg']);
    new OneCycle(rmsprop, { maxLr: 1, totalSteps: 10 });
    expect(rmsprop.momentum).toBe(0.95);
    rmsprop.step();
    expect(Object.keys(rmsprop.stateDict().tensors)).toEqual(['0.square_avg', '0.momentum_buffer']);
    const adagrad = new Adagrad([parameter]);
    expect(() => new OneCycle(adagrad, { maxLr: 1, totalSteps: 10 })).toThrow(
      /^Adagrad: has no momentum; create OneCycle with cycleMomentum: false/,
    );
    new OneCycle(adagrad, { maxLr: 1, totalSteps: 10, cycleMomentum: false });
    expect(adagrad.lr).toBeCloseTo(0.04, 12);
    rmsprop.dispose();
    parameter.dispose();
  });
});
