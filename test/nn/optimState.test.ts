// Optimizer state: saving, loading, and the contract with backends that implement the update
// themselves.

import { describe, expect, it } from 'vitest';
import { ReferenceBackend, useBackend } from '../../src/engine/index.js';
import type { NamedScalars } from '../../kernels/kernel.js';
import type { Buffer, RoutineLaunch } from '../../src/engine/backend.js';
import {
  Adagrad,
  Adam,
  AdamW,
  Parameter,
  RMSprop,
  SGD,
  type HostState,
  type Json,
  type Optimizer,
} from '../../src/nn/index.js';
import { freshBackend, readAll, setGrad } from './support.js';

type MakeOptimizer = (parameters: readonly Parameter[]) => Optimizer;
freshBackend();

describe('state', () => {
  /** Runs two steps with an optimizer and returns its state as a file would store it. */
  async function trained(make: MakeOptimizer): Promise<{ settings: Json; tensors: HostState }> {
    const parameter = new Parameter([2], [1, 2]);
    const optimizer = make([parameter]);
    setGrad(parameter, [0.5, -2]);
    optimizer.step();
    optimizer.step();
    const { settings, tensors } = optimizer.stateDict();
    const values = await readAll(tensors);
    optimizer.dispose();
    parameter.dispose();
    const host = Object.entries(values).map(
      ([name, data]) => [name, { shape: [2], data }] as const,
    );
    return {
      settings: JSON.parse(JSON.stringify(settings)) as Json,
      tensors: Object.fromEntries(host),
    };
  }

  it.each<[string, MakeOptimizer, MakeOptimizer]>([
    [
      'SGD',
      (p) => new SGD(p, { lr: 0.3, momentum: 0.9, dampening: 0.2, weightDecay: 0.1 }),
      (p) => new SGD(p),
    ],
    [
      'Adam',
      (p) => new Adam(p, { lr: 0.3, betas: [0.5, 0.6], weightDecay: 0.2 }),
      (p) => new Adam(p),
    ],
    [
      'AdamW',
      (p) => new AdamW(p, { lr: 0.3, epsilon: 0.1, weightDecay: 0.2 }),
      (p) => new AdamW(p),
    ],
    [
      'Adam, amsgrad and maximize',
      (p) => new Adam(p, { lr: 0.3, betas: [0.1, 0.2], amsgrad: true, maximize: true }),
      (p) => new Adam(p),
    ],
    [
      'Adam without amsgrad, loaded into amsgrad',
      (p) => new Adam(p, { lr: 0.3 }),
      (p) => new Adam(p, { amsgrad: true, maximize: true }),
    ],
    [
      'RMSprop',
      (p) => new RMSprop(p, { lr: 0.3, alpha: 0.5, epsilon: 0.1, weightDecay: 0.2 }),
      (p) => new RMSprop(p, { momentum: 0.5, centered: true }),
    ],
    [
      'RMSprop, momentum, centered',
      (p) => new RMSprop(p, { lr: 0.3, momentum: 0.8, centered: true, maximize: true }),
      (p) => new RMSprop(p),
    ],
    [
      'Adagrad',
      (p) => new Adagrad(p, { lr: 0.3, lrDecay: 0.5, initialAccumulatorValue: 2, epsilon: 0.1 }),
      (p) => new Adagrad(p),
    ],
  ])(
    '%s: a loaded optimizer continues with the saved options and arrays',
    async (_, make, makeDefault) => {
      const [uninterrupted, resumed] = [new Parameter([2], [1, 2]), new Parameter([2], [0, 0])];
      const first = make([uninterrupted]);
      setGrad(uninterrupted, [0.5, -2]);
      first.step();
      first.step();
      resumed.assign(await uninterrupted.data());
      const second = makeDefault([resumed]);
      second.loadStateDict(await trained(make));
      expect(second.stateDict().settings).toEqual(first.stateDict().settings);
      setGrad(resumed, [0.5, -2]);
      first.step();
      second.step();
      expect(await resumed.data()).toEqual(await uninterrupted.data());
      for (const disposable of [first, second, uninterrupted, resumed]) disposable.dispose();
    },
  );

  it('rejects a state of another type, size or name, and changes nothing', async () => {
    const state = await trained((p) => new Adam(p, { lr: 0.3 }));
    const settings = state.settings as Record<string, Json>;
    const [one, other] = [new Parameter([2], [1, 2]), new Parameter([1], [1])];
    const optimizer = new Adam([one], { lr: 0.7 });
    const load = (changes: Record<string, Json>, tensors = state.tensors): void =>
      optimizer.loadStateDict({ settings: { ...settings, ...changes }, tensors });

    expect(() => load({ type: 'sgd' })).toThrow(/type is sgd, expected adam/);
    expect(() => load({ steps: [2, 2] })).toThrow(/2 parameters, expected 1/);
    expect(() => load({ steps: [0.5] })).toThrow(/steps: expected a list of whole numbers/);
    expect(() => load({ lr: -1 })).toThrow(/lr: expected a finite number of at least 0, got -1/);
    expect(() => load({ beta1: 1 })).toThrow(/beta1/);
    expect(() => load({ epsilon: 'NaN' })).toThrow(/epsilon/);
    expect(() => load({}, {})).toThrow(/missing: 0.exp_avg\n\s+missing: 0.exp_avg_sq/);
    expect(() =>
      load({}, { ...state.tensors, '0.velocity': { shape: [2], data: [1, 2] } }),
    ).toThrow(/unexpected: 0.velocity/);
    expect(() => optimizer.loadStateDict({ settings: 3, tensors: {} })).toThrow(
      /expected a JSON object/,
    );
    expect(() => new Adam([other]).loadStateDict(state)).toThrow(/expected \[1\], got \[2\]/);
    expect(optimizer.stateDict()).toMatchObject({ settings: { lr: 0.7, steps: [0] }, tensors: {} });
    one.dispose();
    other.dispose();
  });
});

describe('a backend with its own update routines', () => {
  it('receives the documented inputs and scalars, and its results are used', async () => {
    const calls: [string, NamedScalars, readonly number[]][] = [];
    const record =
      (name: string) =>
      ({ inputs, scalars, lengths, donate }: RoutineLaunch): Buffer[] => {
        calls.push([name, scalars, lengths]);
        expect(inputs).toHaveLength(name === 'adamStep' ? 4 : 3);
        return donate.map((index) => inputs[index]);
      };
    class FusedUpdates extends ReferenceBackend {
      readonly routines = { adamStep: record('adamStep'), sgdStep: record('sgdStep') };
    }
    const backend = new FusedUpdates();
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
    const [biasCorrection2SqrtStep1, biasCorrection2SqrtStep2] = [
      Math.sqrt(0.25),
      Math.sqrt(1 - 0.75 ** 2),
    ];
    const adam = { beta1: 0.5, beta2: 0.75, epsilon: 0.125 };
    const scalarsStep1 = { ...adam, stepSize: 1, biasCorrection2Sqrt: biasCorrection2SqrtStep1 };
    const scalarsStep2 = {
      ...adam,
      stepSize: 0.5 / 0.75,
      biasCorrection2Sqrt: biasCorrection2SqrtStep2,
    };
    const sgd = { lr: 0.5, momentum: 0.75 };
    expect(calls.map(([name, scalars]) => [name, scalars])).toEqual([
      ['adamStep', { ...scalarsStep1, weightDecay: 2, shrink: 1 }],
      ['adamStep', { ...scalarsStep2, weightDecay: 2, shrink: 1 }],
      ['adamStep', { ...scalarsStep1, weightDecay: 0, shrink: 0.5 }],
      ['adamStep', { ...scalarsStep2, weightDecay: 0, shrink: 0.5 }],
      ['sgdStep', { ...sgd, oneMinusDampening: 1, weightDecay: 2, nesterov: 0 }],
      ['sgdStep', { ...sgd, oneMinusDampening: 0.75, weightDecay: 2, nesterov: 0 }],
      ['sgdStep', { ...sgd, oneMinusDampening: 1, weightDecay: 0, nesterov: 1 }],
      ['sgdStep', { ...sgd, oneMinusDampening: 1, weightDecay: 0, nesterov: 1 }],
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
