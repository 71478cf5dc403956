// Optimizers against their formulas in plain float64 JavaScript, and invalid options. test/golden
// compares them with PyTorch.

import { describe, expect, it } from 'vitest';
import { ReferenceBackend, Rng } from '../../src/engine/index.js';
import { Adam, AdamW, Parameter, SGD, type Optimizer } from '../../src/nn/index.js';
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
  ])('reject an invalid %s', (option, make) => {
    const parameter = new Parameter([1], [1]);
    expect(() => make([parameter])).toThrow(new RegExp(option));
    parameter.dispose();
  });
});
