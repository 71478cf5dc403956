// Parameter groups: options per group, schedules over groups, adding a group, and the saved state.

import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/engine/index.js';
import {
  Adam,
  AdamW,
  CosineWithWarmup,
  loadState,
  OneCycle,
  Parameter,
  ParameterGroup,
  ReduceLROnPlateau,
  saveState,
  SGD,
  StepLR,
  type HostState,
  type Json,
  type Optimizer,
  type ParametersOrGroups,
  type SGDOptions,
} from '../../src/nn/index.js';
import { freshBackend, readAll, setGrad } from './support.js';

freshBackend();

const scalar = (value = 1): Parameter => new Parameter([1], [value]);
const rates = (optimizer: Optimizer): number[] => optimizer.groups.map(({ lr }) => lr);

/** Runs steps with gradients that differ by step and parameter. */
function run(optimizer: Optimizer, steps: number, first = 0): void {
  for (let step = first; step < first + steps; step++) {
    optimizer.parameters.forEach((parameter, index) =>
      setGrad(parameter, [Math.sin(3 * step + index)]),
    );
    optimizer.step();
  }
}

const values = async (parameters: readonly Parameter[]): Promise<number[]> =>
  Promise.all(parameters.map((parameter) => parameter.item()));

const dispose = (...list: { dispose(): void }[]): void => {
  for (const each of list) each.dispose();
};

describe('groups', () => {
  it.each<[string, (p: ParametersOrGroups<object>, options: object) => Optimizer, object, object]>([
    [
      'SGD',
      (p, o) => new SGD(p, o),
      { lr: 0.1, momentum: 0.9 },
      { weightDecay: 0.5, nesterov: true },
    ],
    ['Adam', (p, o) => new Adam(p, o), { lr: 0.1 }, { betas: [0.5, 0.6], maximize: true }],
    ['AdamW', (p, o) => new AdamW(p, o), { lr: 0.1 }, { weightDecay: 0.3, epsilon: 0.1 }],
  ])('%s: each equals an optimizer of its own', async (_, make, shared, own) => {
    const [a, b, c] = [scalar(), scalar(2), scalar(3)];
    const [alone, others] = [[scalar()], [scalar(2), scalar(3)]];
    const grouped = make([{ params: [a] }, { params: [b, c], ...own }], shared);
    const [first, second] = [make(alone, shared), make(others, { ...shared, ...own })];
    for (let step = 0; step < 5; step++) {
      for (const [index, parameter] of [a, b, c].entries()) {
        for (const each of [parameter, [...alone, ...others][index]]) {
          setGrad(each, [Math.sin(3 * step + index)]);
        }
      }
      for (const optimizer of [grouped, first, second]) optimizer.step();
    }
    expect(await values([a, b, c])).toEqual(await values([...alone, ...others]));
    expect(await values([b])).not.toEqual([2]);
    dispose(grouped, first, second, a, b, c, ...alone, ...others);
  });

  it('have the options of the optimizer, except their own', () => {
    const [a, b] = [scalar(), scalar()];
    const optimizer = new AdamW(
      [
        { params: [a], lr: 0.5 },
        { params: [b], weightDecay: 0 },
      ],
      {
        epsilon: 1e-4,
      },
    );
    const common = { betas: [0.9, 0.999], epsilon: 1e-4, maximize: false };
    expect(optimizer.groups.map(({ options }) => options)).toMatchObject([
      { ...common, lr: 0.5, weightDecay: 0.01 },
      { ...common, lr: 1e-3, weightDecay: 0 },
    ]);
    expect(optimizer.groups[0]).toBeInstanceOf(ParameterGroup);
    expect(optimizer.groups.map(({ params }) => params)).toEqual([[a], [b]]);
    expect(optimizer.parameters).toEqual([a, b]);
    dispose(a, b);
  });

  it('change options one by one; the optimizer changes the rate and momentum of all', () => {
    const [a, b] = [scalar(), scalar()];
    const optimizer = new SGD([{ params: [a], lr: 0.5 }, { params: [b] }], { lr: 0.1 });
    expect(optimizer.lr).toBe(0.5);
    optimizer.groups[1].lr = 0.2;
    expect(rates(optimizer)).toEqual([0.5, 0.2]);
    optimizer.groups[1].set({ weightDecay: 0.3, momentum: 0.4 });
    expect(optimizer.groups[1].options).toEqual({
      lr: 0.2,
      momentum: 0.4,
      dampening: 0,
      weightDecay: 0.3,
      nesterov: false,
      maximize: false,
    });
    optimizer.lr = 0.7;
    optimizer.momentum = 0.8;
    expect(rates(optimizer)).toEqual([0.7, 0.7]);
    expect(optimizer.groups.map(({ options }) => options.momentum)).toEqual([0.8, 0.8]);
    expect(() => optimizer.groups[1].set({ lr: 1, weightDecay: -1 })).toThrow(
      /^SGD: weightDecay must be a finite number of at least 0, got -1/,
    );
    expect(() => optimizer.groups[1].set({ momentum: 0, nesterov: true })).toThrow(
      /nesterov needs/,
    );
    expect(optimizer.groups[1].options).toMatchObject({ lr: 0.7, momentum: 0.8, nesterov: false });
    dispose(a, b);
  });

  it('can be added, with an empty state', async () => {
    const [a, b, twin] = [scalar(), scalar(), scalar()];
    const optimizer = new Adam([a], { lr: 0.1 });
    run(optimizer, 3);
    optimizer.addParamGroup({ params: [b], lr: 0.01 });
    const alone = new Adam([twin], { lr: 0.01 });
    setGrad(b, [0.5]);
    setGrad(twin, [0.5]);
    optimizer.step();
    alone.step();
    expect(optimizer.stateDict().settings.steps).toEqual([4, 1]);
    expect(await b.item()).toBe(await twin.item());
    dispose(optimizer, alone, a, b, twin);
  });

  it('are validated', () => {
    const [a, b] = [scalar(), scalar()];
    const make =
      (parameters: unknown, options: SGDOptions = {}) =>
      () =>
        new SGD(parameters as readonly Parameter[], options);
    expect(make([{ params: [a] }, { params: [b, a] }])).toThrow(
      /^SGD: a parameter is listed twice/,
    );
    expect(make([{ params: [a], lr: -1 }])).toThrow(/^SGD: lr must be/);
    expect(make([{ params: [a], learningRate: 1 }])).toThrow(
      /^SGD: unknown option learningRate; the options are lr, momentum/,
    );
    expect(make([{ params: [a], nesterov: true }])).toThrow(/nesterov needs a momentum above 0/);
    expect(make([{ params: [a], nesterov: true }], { momentum: 0.9 })).not.toThrow();
    expect(make([{ params: [a], maximize: 1 }])).toThrow(/maximize must be true or false, got 1/);
    expect(make([{ params: a }])).toThrow(
      /^SGD: params of a group must be a list of parameters, got/,
    );
    expect(make([a, { params: [b] }])).toThrow(/^SGD: parameter 1 must be a Parameter, got/);
    expect(make(new Map())).toThrow(/^SGD: expected a list of parameters .* or of groups/);
    expect(make([{ params: [] }])).toThrow(/no parameters/);
    const optimizer = new SGD([a]);
    expect(() => optimizer.addParamGroup({ params: [a] })).toThrow(/listed twice/);
    expect(optimizer.groups).toHaveLength(1);
    dispose(a, b);
  });
});

describe('schedules', () => {
  const two = (body: (optimizer: SGD) => void): void => {
    const [a, b] = [scalar(), scalar()];
    body(new SGD([{ params: [a] }, { params: [b], lr: 0.01 }], { lr: 0.1, momentum: 0.5 }));
    dispose(a, b);
  };
  const expectRates = (optimizer: Optimizer, expected: number[]): void =>
    expected.forEach((lr, index) => expect(optimizer.groups[index].lr).toBeCloseTo(lr, 12));

  it('StepLR and CosineWithWarmup scale the rate of each group', () =>
    two((optimizer) => {
      const schedule = new StepLR(optimizer, { stepSize: 1 });
      schedule.step();
      expectRates(optimizer, [0.01, 0.001]);
      new CosineWithWarmup(optimizer, { totalSteps: 4, warmupSteps: 2 });
      expectRates(optimizer, [0.005, 0.0005]);
    }));

  it('ReduceLROnPlateau lowers every rate, to minLr', () =>
    two((optimizer) => {
      const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, minLr: 0.005 });
      schedule.step(1);
      schedule.step(1);
      expectRates(optimizer, [0.01, 0.005]);
    }));

  it('OneCycle has one maximum, or one per group', () =>
    two((optimizer) => {
      new OneCycle(optimizer, { maxLr: 1, totalSteps: 10, divFactor: 4 });
      expectRates(optimizer, [0.25, 0.25]);
      new OneCycle(optimizer, { maxLr: [1, 2], totalSteps: 10, divFactor: 4 });
      expectRates(optimizer, [0.25, 0.5]);
      expect(optimizer.groups.map(({ options }) => options.momentum)).toEqual([0.95, 0.95]);
      expect(() => new OneCycle(optimizer, { maxLr: [1], totalSteps: 10 })).toThrow(
        /maxLr must be one rate per group \(2\), got 1 rates/,
      );
      expect(() => new OneCycle(optimizer, { maxLr: [1, 0], totalSteps: 10 })).toThrow(/maxLr/);
    }));

  it('save the initial rates of all groups', () =>
    two((optimizer) => {
      const schedule = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
      schedule.step();
      const state = JSON.parse(JSON.stringify(schedule.state())) as Json;
      expect(state).toEqual({ type: 'StepLR', steps: 1, baseLrs: [0.1, 0.01] });
      two((other) => {
        other.lr = 7;
        const resumed = new StepLR(other, { stepSize: 1, gamma: 0.5 });
        resumed.load(state);
        expectRates(other, [0.05, 0.005]);
        resumed.step();
        expectRates(other, [0.025, 0.0025]);
      });
      const single = scalar();
      const alone = new StepLR(new SGD([single], { lr: 0.1 }), { stepSize: 1 });
      expect(alone.state()).toEqual({ type: 'StepLR', steps: 0, baseLr: 0.1 });
      expect(() => alone.load(state)).toThrow(/has 2 groups of parameters, expected 1/);
      expect(() => schedule.load(alone.state())).toThrow(/has 1 groups of parameters, expected 2/);
      expect(() => schedule.load({ type: 'StepLR', steps: 1, baseLrs: [1, -1] })).toThrow(
        /baseLrs: expected a list of finite numbers/,
      );
      single.dispose();
    }));

  it('schedule an added group from its own rate', () =>
    two((optimizer) => {
      const schedule = new StepLR(optimizer, { stepSize: 1, gamma: 0.5 });
      const added = scalar();
      optimizer.addParamGroup({ params: [added], lr: 0.8 });
      schedule.step();
      expectRates(optimizer, [0.05, 0.005, 0.4]);
      added.dispose();
    }));
});

describe('the state of groups', () => {
  const make = (parameters: readonly Parameter[]): Adam =>
    new Adam(
      [
        { params: parameters.slice(0, 1), lr: 0.2 },
        { params: parameters.slice(1), weightDecay: 0.3, betas: [0.5, 0.6], maximize: true },
      ],
      { lr: 0.1 },
    );
  const three = (): Parameter[] => [scalar(), scalar(2), scalar(3)];

  async function saved(optimizer: Optimizer): Promise<{ settings: Json; tensors: HostState }> {
    const { settings, tensors } = optimizer.stateDict();
    const arrays = Object.entries(await readAll(tensors));
    return {
      settings: JSON.parse(JSON.stringify(settings)) as Json,
      tensors: Object.fromEntries(arrays.map(([name, data]) => [name, { shape: [1], data }])),
    };
  }

  it('continues exactly, through a file', async () => {
    const [original, resumed] = [three(), three()];
    const first = make(original);
    run(first, 3);
    const bytes = await saveState({ optimizer: first });
    const second = new Adam([{ params: resumed.slice(0, 1) }, { params: resumed.slice(1) }]);
    loadState(bytes, { optimizer: second });
    const state = await readAll(Object.fromEntries(original.map((each, i) => [`${i}`, each])));
    resumed.forEach((parameter, index) => parameter.assign(state[index]));
    expect(second.groups.map(({ options }) => options)).toEqual(
      first.groups.map(({ options }) => options),
    );
    run(first, 3, 3);
    run(second, 3, 3);
    expect(await values(resumed)).toEqual(await values(original));
    expect(second.stateDict().settings).toEqual(first.stateDict().settings);
    dispose(first, second, ...original, ...resumed);
  });

  it('lists options and sizes of groups; one group is stored without a list', () => {
    const parameters = three();
    const grouped = make(parameters);
    const options = { lr: 0.2, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    expect(grouped.stateDict()).toEqual({
      settings: {
        type: 'adam',
        steps: [0, 0, 0],
        groups: [
          { ...options, parameters: 1 },
          {
            lr: 0.1,
            beta1: 0.5,
            beta2: 0.6,
            epsilon: 1e-8,
            weightDecay: 0.3,
            maximize: true,
            parameters: 2,
          },
        ],
      },
      tensors: {},
    });
    const single = new Adam(parameters, { lr: 0.2 });
    const stored = { type: 'adam', steps: [0, 0, 0], ...options };
    expect(single.stateDict().settings).toEqual(stored);
    single.loadStateDict({ settings: { ...stored, lr: 0.5 }, tensors: {} });
    expect(single.lr).toBe(0.5);
    dispose(...parameters);
  });

  it('is rejected if the groups differ, and nothing is changed', async () => {
    const parameters = three();
    const optimizer = make(parameters);
    run(optimizer, 1);
    const state = await saved(optimizer);
    const [a, ...rest] = parameters;
    const load = (other: Optimizer) => () => other.loadStateDict(state);
    expect(load(new Adam(parameters))).toThrow(/has 2 groups, expected 1/);
    const swapped = new Adam([{ params: rest }, { params: [a], lr: 0.7 }]);
    expect(load(swapped)).toThrow(/has 1 parameters in group 0, expected 2/);
    expect(rates(swapped)).toEqual([1e-3, 0.7]);
    const settings = state.settings as { groups: Json[] };
    const damaged = { ...settings, groups: [settings.groups[0], { parameters: 2, lr: 'x' }] };
    expect(() => optimizer.loadStateDict({ ...state, settings: damaged })).toThrow(
      /optimizer state.groups\[1\].lr: expected a number/,
    );
    expect(() =>
      optimizer.loadStateDict({ ...state, settings: { ...settings, groups: 3 } }),
    ).toThrow(FormatError);
    expect(rates(optimizer)).toEqual([0.2, 0.1]);
    dispose(optimizer, ...parameters);
  });
});
