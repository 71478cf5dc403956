// Optimizers against their formulas, written out again in plain float64 JavaScript; their state; the contract with
// backends that have an update of their own; clipping. PyTorch's numbers are in test/golden.

import { describe, expect, it } from 'vitest';
import {
  add,
  ReferenceBackend,
  Rng,
  scope,
  sum,
  tensor,
  useBackend,
  type FloatArray,
  type Tensor,
} from '../../src/engine/index.js';
import type { Buffer, RoutineLaunch } from '../../src/engine/backend.js';
import {
  Adam,
  AdamW,
  clipGradNorm,
  clipGradValue,
  Parameter,
  SGD,
  type HostState,
  type Json,
  type Optimizer,
} from '../../src/nn/index.js';
import { freshBackend, readAll } from './support.js';

const SEED = 3;
const SIZE = 5;
const STEPS = 6;
const holder = freshBackend(() => new ReferenceBackend({ dtype: 'float64' }));

/** Puts a gradient on a parameter as backward would. */
function setGrad(parameter: Parameter, values: ArrayLike<number>): void {
  parameter.zeroGrad();
  scope(() => parameter.accumulateGrad(tensor(Float64Array.from(values), { shape: parameter.shape }).array));
}

type Make = (parameters: readonly Parameter[]) => Optimizer;
/** The formula for one number: takes the gradient of step t, returns the new parameter. */
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

function adam(lr: number, b1 = 0.9, b2 = 0.999, epsilon = 1e-8, l2 = 0, decoupled = 0): () => Formula {
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
  it.each<[string, Make, () => Formula]>([
    ['SGD', (p) => new SGD(p, { lr: 0.1 }), sgd(0.1)],
    ['SGD, momentum', (p) => new SGD(p, { lr: 0.1, momentum: 0.9 }), sgd(0.1, 0.9)],
    ['SGD, dampening', (p) => new SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5 }), sgd(0.1, 0.9, 0.5)],
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
    ['AdamW, decay', (p) => new AdamW(p, { weightDecay: 0.5 }), adam(1e-3, 0.9, 0.999, 1e-8, 0, 0.5)],
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

  it('follows a change of the learning rate', async () => {
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
  it('without a gradient are left alone and keep their own count of steps', async () => {
    const [a, b] = [new Parameter([1], [1]), new Parameter([1], [1])];
    const optimizer = new Adam([a, b], { lr: 0.1 });
    setGrad(a, [3]);
    optimizer.step();
    expect([await a.item(), await b.item()].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.9, 1]);
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

  it('are refused when there are none or one is listed twice', () => {
    const parameter = new Parameter([1], [1]);
    expect(() => new SGD([])).toThrow(/no parameters/);
    expect(() => new Adam([parameter, parameter])).toThrow(/listed twice/);
    parameter.dispose();
  });

  it('take no memory after the first step', () => {
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
  ])('refuse a bad %s', (option, make) => {
    const parameter = new Parameter([1], [1]);
    expect(() => make([parameter])).toThrow(new RegExp(option));
    parameter.dispose();
  });
});

describe('state', () => {
  /** Two steps with an optimizer, and its state as a file would hold it. */
  async function trained(make: Make): Promise<{ settings: Json; tensors: HostState }> {
    const parameter = new Parameter([2], [1, 2]);
    const optimizer = make([parameter]);
    setGrad(parameter, [0.5, -2]);
    optimizer.step();
    optimizer.step();
    const { settings, tensors } = optimizer.stateDict();
    const values = await readAll(tensors);
    optimizer.dispose();
    parameter.dispose();
    const host = Object.entries(values).map(([name, data]) => [name, { shape: [2], data }] as const);
    return { settings: JSON.parse(JSON.stringify(settings)) as Json, tensors: Object.fromEntries(host) };
  }

  it.each<[string, Make, Make]>([
    [
      'SGD',
      (p) => new SGD(p, { lr: 0.3, momentum: 0.9, dampening: 0.2, weightDecay: 0.1 }),
      (p) => new SGD(p),
    ],
    ['Adam', (p) => new Adam(p, { lr: 0.3, betas: [0.5, 0.6], weightDecay: 0.2 }), (p) => new Adam(p)],
    ['AdamW', (p) => new AdamW(p, { lr: 0.3, epsilon: 0.1, weightDecay: 0.2 }), (p) => new AdamW(p)],
  ])('%s: a loaded optimizer goes on with the saved options and arrays', async (_, make, plain) => {
    const [straight, resumed] = [new Parameter([2], [1, 2]), new Parameter([2], [0, 0])];
    const first = make([straight]);
    setGrad(straight, [0.5, -2]);
    first.step();
    first.step();
    resumed.assign(await straight.data());
    const second = plain([resumed]);
    second.loadStateDict(await trained(make));
    expect(second.stateDict().settings).toEqual(first.stateDict().settings);
    setGrad(resumed, [0.5, -2]);
    first.step();
    second.step();
    expect(await resumed.data()).toEqual(await straight.data());
    for (const owner of [first, second, straight, resumed]) owner.dispose();
  });

  it('refuses a state of another kind, size or name, and changes nothing', async () => {
    const state = await trained((p) => new Adam(p, { lr: 0.3 }));
    const settings = state.settings as Record<string, Json>;
    const [one, other] = [new Parameter([2], [1, 2]), new Parameter([1], [1])];
    const optimizer = new Adam([one], { lr: 0.7 });
    const load = (changes: Record<string, Json>, tensors = state.tensors): void =>
      optimizer.loadStateDict({ settings: { ...settings, ...changes }, tensors });

    expect(() => load({ type: 'sgd' })).toThrow(/it is of sgd, but this optimizer is adam/);
    expect(() => load({ steps: [2, 2] })).toThrow(/2 parameters, this optimizer 1/);
    expect(() => load({ steps: [0.5] })).toThrow(/steps: expected a list of whole numbers/);
    expect(() => load({ lr: -1 })).toThrow(/lr: expected a finite number of at least 0, got -1/);
    expect(() => load({ beta1: 1 })).toThrow(/beta1/);
    expect(() => load({ epsilon: 'NaN' })).toThrow(/epsilon/);
    expect(() => load({}, {})).toThrow(/missing: 0.exp_avg\n\s+missing: 0.exp_avg_sq/);
    expect(() => load({}, { ...state.tensors, '0.velocity': { shape: [2], data: [1, 2] } })).toThrow(
      /unexpected: 0.velocity/,
    );
    expect(() => optimizer.loadStateDict({ settings: 3, tensors: {} })).toThrow(/expected a JSON object/);
    expect(() => new Adam([other]).loadStateDict(state)).toThrow(/wanted \[1\], given \[2\]/);
    expect(optimizer.stateDict()).toMatchObject({ settings: { lr: 0.7, steps: [0] }, tensors: {} });
    one.dispose();
    other.dispose();
  });
});

describe('a backend with updates of its own', () => {
  it('gets the documented inputs and scalars, and its results replace parameter and state', async () => {
    const calls: [string, number[], readonly number[]][] = [];
    const record =
      (name: string) =>
      ({ inputs, scalars, lengths, donate }: RoutineLaunch): Buffer[] => {
        calls.push([name, [...scalars], lengths]);
        expect(inputs).toHaveLength(name === 'adamStep' ? 4 : 3);
        return donate.map((index) => inputs[index]);
      };
    class OwnUpdates extends ReferenceBackend {
      readonly routines = { adamStep: record('adamStep'), sgdStep: record('sgdStep') };
    }
    const backend = new OwnUpdates();
    useBackend(backend);
    const parameter = new Parameter([2, 3], new Float32Array(6));
    const optimizers = [
      new Adam([parameter], { lr: 0.5, betas: [0.5, 0.75], epsilon: 0.125, weightDecay: 2 }),
      new AdamW([parameter], { lr: 0.5, betas: [0.5, 0.75], epsilon: 0.125, weightDecay: 1 }),
      new SGD([parameter], { lr: 0.5, momentum: 0.75, dampening: 0.25, weightDecay: 2 }),
      new SGD([parameter], { lr: 0.5, momentum: 0.75, nesterov: true }),
    ];
    setGrad(parameter, new Float32Array(6));
    for (const optimizer of optimizers) {
      optimizer.step();
      optimizer.step();
    }
    const [rootOne, rootTwo] = [Math.sqrt(0.25), Math.sqrt(1 - 0.75 ** 2)];
    expect(calls.map(([name, scalars]) => [name, ...scalars])).toEqual([
      ['adamStep', 1, 0.5, 0.75, rootOne, 0.125, 2, 1],
      ['adamStep', 0.5 / 0.75, 0.5, 0.75, rootTwo, 0.125, 2, 1],
      ['adamStep', 1, 0.5, 0.75, rootOne, 0.125, 0, 0.5],
      ['adamStep', 0.5 / 0.75, 0.5, 0.75, rootTwo, 0.125, 0, 0.5],
      ['sgdStep', 0.5, 0.75, 1, 2, 0],
      ['sgdStep', 0.5, 0.75, 0.75, 2, 0],
      ['sgdStep', 0.5, 0.75, 1, 0, 1],
      ['sgdStep', 0.5, 0.75, 1, 0, 1],
    ]);
    expect(calls.map(([, , lengths]) => lengths)).toEqual([
      ...Array<number[]>(4).fill([6, 6, 6]),
      ...Array<number[]>(4).fill([6, 6]),
    ]);
    for (const optimizer of optimizers) optimizer.dispose();
    parameter.dispose();
    expect(backend.memory.live).toBe(0);
    await backend.dispose();
  });
});

describe('clipping', () => {
  const clipped = async (parameters: Parameter[], clip: () => Tensor): Promise<[number, number[][]]> => {
    const norm = await scope(() => clip().item());
    const gradients = await Promise.all(parameters.map(({ grad }) => grad?.data() ?? Promise.resolve([])));
    return [norm, gradients.map((gradient: FloatArray | never[]) => Array.from(gradient))];
  };

  it('by norm scales all gradients by one factor', async () => {
    const parameters = [
      new Parameter([2, 1], [0, 0]),
      new Parameter([1], [0]),
      new Parameter([3], [0, 0, 0]),
    ];
    setGrad(parameters[0], [3, 0]);
    setGrad(parameters[1], [-4]);
    const [norm, gradients] = await clipped(parameters, () => clipGradNorm(parameters, 1));
    expect(norm).toBe(5);
    expect(gradients[0][0]).toBeCloseTo(0.6, 6);
    expect(gradients[1][0]).toBeCloseTo(-0.8, 6);
    expect(parameters[2].grad).toBeNull();
    const [after, unchanged] = await clipped(parameters, () => clipGradNorm(parameters, 7));
    expect(after).toBeCloseTo(1, 6);
    expect(unchanged).toEqual(gradients); // below the limit, not a bit changes
    for (const parameter of parameters) parameter.dispose();
  });

  it('scales once where two parameters share one gradient', async () => {
    const parameters = [new Parameter([1], [1]), new Parameter([1], [2])];
    scope(() => sum(add(...(parameters as [Parameter, Parameter]))).backward());
    const [norm, gradients] = await clipped(parameters, () => clipGradNorm(parameters, Math.SQRT2 / 2));
    expect(norm).toBeCloseTo(Math.SQRT2, 12);
    expect(gradients[0][0]).toBeCloseTo(0.5, 5);
    expect(gradients[1][0]).toBeCloseTo(0.5, 5);
    for (const parameter of parameters) parameter.dispose();
  });

  it('by value limits each number', async () => {
    const parameter = new Parameter([4], [0, 0, 0, 0]);
    setGrad(parameter, [-3, -0.5, 0.25, 9]);
    clipGradValue([parameter], 0.5);
    expect(Array.from(await parameter.grad!.data())).toEqual([-0.5, -0.5, 0.25, 0.5]);
    parameter.dispose();
  });

  it('refuses a bad limit, and gives norm 0 where nothing has a gradient', async () => {
    const parameter = new Parameter([1], [0]);
    expect(() => clipGradNorm([parameter], 0)).toThrow(/maxNorm must be greater than 0, got 0/);
    expect(() => clipGradValue([parameter], NaN)).toThrow(/limit must be greater than 0, got NaN/);
    expect(await scope(() => clipGradNorm([parameter], 1).item())).toBe(0);
    parameter.dispose();
  });
});
