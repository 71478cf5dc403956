// Learning-rate schedules: curves, options, and resuming from a saved state. test/golden compares
// them with PyTorch.

import { describe, expect, it } from 'vitest';
import {
  Adam,
  CosineAnnealingWarmRestarts,
  CosineWithWarmup,
  ExponentialLR,
  LambdaLR,
  OneCycle,
  Parameter,
  ReduceLROnPlateau,
  SequentialLR,
  SGD,
  StepLR,
} from '../../src/nn/index.js';
import type { Json, Optimizer, Scheduler } from '../../src/nn/index.js';
import { freshBackend } from './support.js';

freshBackend();

/** Runs a test with an optimizer of one parameter, used only for its learning rate and momentum. */
function withOptimizer(body: (optimizer: Optimizer) => void, lr = 0.1): void {
  const parameter = new Parameter([1], [0]);
  body(new SGD([parameter], { lr, momentum: 0.5 }));
  parameter.dispose();
}

const roundTrip = (state: Json): Json => JSON.parse(JSON.stringify(state)) as Json;

describe('curves', () => {
  it('CosineWithWarmup rises linearly, falls to its floor and stays there', () =>
    withOptimizer((optimizer) => {
      const schedule = new CosineWithWarmup(optimizer, {
        totalSteps: 10,
        warmupSteps: 4,
        floor: 0.1,
      });
      const rates = Array.from({ length: 14 }, () => {
        const { lr } = optimizer;
        schedule.step();
        return lr;
      });
      [0.025, 0.05, 0.075, 0.1].forEach((lr, step) => expect(rates[step]).toBeCloseTo(lr, 12));
      expect(rates[7]).toBeCloseTo(0.1 * (0.1 + 0.9 / 2), 12); // half-way down
      expect(rates.slice(10).every((lr) => Math.abs(lr - 0.01) < 1e-12)).toBe(true);
    }));

  it('OneCycle stays at its final values', () =>
    withOptimizer((optimizer) => {
      const schedule = new OneCycle(optimizer, {
        maxLr: 1,
        totalSteps: 10,
        divFactor: 4,
        finalDivFactor: 5,
      });
      expect([optimizer.lr, optimizer.momentum]).toEqual([0.25, 0.95]);
      for (let step = 0; step < 2; step++) schedule.step();
      expect([optimizer.lr, optimizer.momentum]).toEqual([1, 0.85]);
      for (let step = 0; step < 20; step++) schedule.step();
      expect(optimizer.lr).toBeCloseTo(0.05, 12);
      expect(optimizer.momentum).toBeCloseTo(0.95, 12);
    }));

  it('OneCycle can leave momentum unchanged, and can peak at the first step', () =>
    withOptimizer((optimizer) => {
      const options = { maxLr: 1, totalSteps: 10, cycleMomentum: false, pctStart: 0.1 };
      const schedule = new OneCycle(optimizer, options);
      expect(optimizer.lr).toBe(1);
      schedule.step();
      expect(optimizer.lr).toBeLessThan(1);
      expect(optimizer.momentum).toBe(0.5);
    }));
});

describe('ReduceLROnPlateau', () => {
  it('waits for patience and cooldown, and stops at minLr', () =>
    withOptimizer((optimizer) => {
      const options = { factor: 0.5, patience: 1, cooldown: 1, minLr: 0.03 };
      const schedule = new ReduceLROnPlateau(optimizer, options);
      const rates = Array.from({ length: 11 }, () => {
        schedule.step(1);
        return optimizer.lr;
      });
      expect(rates).toEqual([0.1, 0.1, 0.05, 0.05, 0.05, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03]);
      expect(schedule.best).toBe(1);
    }));

  it('treats NaN as no improvement', () =>
    withOptimizer((optimizer) => {
      const schedule = new ReduceLROnPlateau(optimizer, { mode: 'max', patience: 0 });
      schedule.step(NaN);
      expect(schedule.best).toBe(-Infinity);
      expect(optimizer.lr).toBeCloseTo(0.01, 12);
    }));
});

describe('saved in the middle', () => {
  const metrics = [5, 4, 4, 4, 3, 3, 3, 3, 3, 2.9, 3, 3, 3, 3, 3, 3];
  it.each<[string, (optimizer: Optimizer) => Scheduler & { step(metric: number): void }]>([
    ['StepLR', (optimizer) => new StepLR(optimizer, { stepSize: 3 })],
    [
      'CosineWithWarmup',
      (optimizer) => new CosineWithWarmup(optimizer, { totalSteps: 12, warmupSteps: 3 }),
    ],
    ['OneCycle', (optimizer) => new OneCycle(optimizer, { maxLr: 0.3, totalSteps: 14 })],
    ['ExponentialLR', (optimizer) => new ExponentialLR(optimizer, { gamma: 0.7 })],
    ['LambdaLR', (optimizer) => new LambdaLR(optimizer, { lrLambda: (step) => 1 / (step + 1) })],
    [
      'CosineAnnealingWarmRestarts',
      (o) => new CosineAnnealingWarmRestarts(o, { firstPeriod: 3, periodFactor: 2, minLr: 0.01 }),
    ],
    [
      'SequentialLR',
      (optimizer) =>
        new SequentialLR(optimizer, {
          schedules: [
            (each) => new OneCycle(each, { maxLr: 0.3, totalSteps: 6 }),
            (each) => new ExponentialLR(each, { gamma: 0.7 }),
          ],
          milestones: [6],
        }),
    ],
    [
      'ReduceLROnPlateau',
      (optimizer) => new ReduceLROnPlateau(optimizer, { patience: 1, cooldown: 1, factor: 0.5 }),
    ],
  ])('%s continues exactly where it was saved', (_, make) => {
    for (let savedAt = 0; savedAt < metrics.length; savedAt++) {
      withOptimizer((uninterrupted) =>
        withOptimizer((resumed) => {
          const [first, before] = [make(uninterrupted), make(resumed)];
          for (const metric of metrics.slice(0, savedAt)) {
            first.step(metric);
            before.step(metric);
          }
          const { lr } = resumed;
          resumed.lr = 0.1; // a new process starts with the rate of the options ...
          const after = make(resumed);
          after.load(roundTrip(before.state()));
          resumed.lr = lr; // ... and restores the saved one with the optimizer's state
          for (const metric of metrics.slice(savedAt)) {
            first.step(metric);
            after.step(metric);
            expect([resumed.lr, resumed.momentum]).toEqual([
              uninterrupted.lr,
              uninterrupted.momentum,
            ]);
          }
          expect(after.state()).toEqual(first.state());
        }),
      );
    }
  });

  it('restores an infinite best, and rejects the state of another schedule or a damaged one', () =>
    withOptimizer((optimizer) => {
      const schedule = new ReduceLROnPlateau(optimizer);
      schedule.load(roundTrip(schedule.state()));
      expect(schedule.best).toBe(Infinity);
      const state = schedule.state();
      expect(() => new StepLR(optimizer, { stepSize: 1 }).load(state)).toThrow(
        /type is ReduceLROnPlateau, expected StepLR/,
      );
      expect(() => schedule.load({ ...state, badEpochs: -1 })).toThrow(
        /badEpochs: expected a whole number/,
      );
      expect(() => schedule.load({ type: 'ReduceLROnPlateau' })).toThrow(/best: expected a value/);
      expect(() => schedule.load(null)).toThrow(/expected a JSON object/);
    }));
});

const constant = (optimizer: Optimizer): LambdaLR => new LambdaLR(optimizer, { lrLambda: () => 1 });

describe('SequentialLR', () => {
  it('gives each schedule the initial rate, and restores what their creation changed', () =>
    withOptimizer((optimizer) => {
      const schedule = new SequentialLR(optimizer, {
        schedules: [
          (each) => new LambdaLR(each, { lrLambda: (step) => (step + 1) / 2 }),
          (each) => new OneCycle(each, { maxLr: 1, totalSteps: 10, divFactor: 4 }),
          (each) => new ExponentialLR(each, { gamma: 0.5 }),
        ],
        milestones: [2, 3],
      });
      const rates = Array.from({ length: 5 }, () => {
        const point = [optimizer.lr, optimizer.momentum];
        schedule.step();
        return point;
      });
      expect(rates).toEqual([
        [0.05, 0.5],
        [0.1, 0.5],
        [0.25, 0.95],
        [0.1, 0.95],
        [0.05, 0.95],
      ]);
    }));

  it('rejects a schedule of a metric', () =>
    withOptimizer((optimizer) => {
      const schedules = [(each: Optimizer) => new ReduceLROnPlateau(each)];
      const make = () =>
        new SequentialLR(optimizer, { schedules: schedules as never, milestones: [] });
      expect(make).toThrow(/^SequentialLR: function 0 of schedules must return a schedule/);
    }));
});

describe('options', () => {
  it.each<[string, (optimizer: Optimizer) => Scheduler]>([
    ['stepSize', (o) => new StepLR(o, { stepSize: 0 })],
    ['gamma', (o) => new StepLR(o, { stepSize: 1, gamma: 0 })],
    ['totalSteps', (o) => new CosineWithWarmup(o, { totalSteps: 3, warmupSteps: 3 })],
    ['warmupSteps', (o) => new CosineWithWarmup(o, { totalSteps: 3, warmupSteps: -1 })],
    ['floor', (o) => new CosineWithWarmup(o, { totalSteps: 3, floor: 2 })],
    ['maxLr', (o) => new OneCycle(o, { totalSteps: 10, maxLr: 0 })],
    ['totalSteps', (o) => new OneCycle(o, { totalSteps: 1, maxLr: 1 })],
    ['pctStart', (o) => new OneCycle(o, { totalSteps: 10, maxLr: 1, pctStart: 1 })],
    ['divFactor', (o) => new OneCycle(o, { totalSteps: 10, maxLr: 1, divFactor: 0 })],
    ['gamma', (o) => new ExponentialLR(o, { gamma: 0 })],
    ['gamma', (o) => new ExponentialLR(o, { gamma: Infinity })],
    ['firstPeriod', (o) => new CosineAnnealingWarmRestarts(o, { firstPeriod: 0 })],
    [
      'periodFactor',
      (o) => new CosineAnnealingWarmRestarts(o, { firstPeriod: 1, periodFactor: 1.5 }),
    ],
    ['minLr', (o) => new CosineAnnealingWarmRestarts(o, { firstPeriod: 1, minLr: -1 })],
    ['lrLambda', (o) => new LambdaLR(o, { lrLambda: 0.5 as unknown as () => number })],
    ['lrLambda', (o) => new LambdaLR(o, { lrLambda: [() => 1, () => 1] })],
    ['lr', (o) => new LambdaLR(o, { lrLambda: () => -1 })],
    ['schedules', (o) => new SequentialLR(o, { schedules: [], milestones: [] })],
    ['milestones', (o) => new SequentialLR(o, { schedules: [constant], milestones: [1] })],
    [
      'milestones',
      (o) => new SequentialLR(o, { schedules: [constant, constant], milestones: [0] }),
    ],
    [
      'milestones',
      (o) => new SequentialLR(o, { schedules: [constant, constant, constant], milestones: [4, 4] }),
    ],
    ['factor', (o) => new ReduceLROnPlateau(o, { factor: 1 })],
    ['patience', (o) => new ReduceLROnPlateau(o, { patience: 0.5 })],
    ['cooldown', (o) => new ReduceLROnPlateau(o, { cooldown: -1 })],
    ['minLr', (o) => new ReduceLROnPlateau(o, { minLr: NaN })],
    ['mode', (o) => new ReduceLROnPlateau(o, { mode: 'least' as 'min' })],
  ])('reject an invalid %s', (option, make) =>
    withOptimizer((optimizer) =>
      expect(() => make(optimizer)).toThrow(new RegExp(`: ${option} must be`)),
    ),
  );

  it("OneCycle cycles Adam's beta1 as momentum", () => {
    const parameter = new Parameter([1], [0]);
    const optimizer = new Adam([parameter]);
    new OneCycle(optimizer, { maxLr: 1, totalSteps: 10 });
    expect(optimizer.stateDict().settings).toMatchObject({
      beta1: expect.closeTo(0.95, 12) as number,
      beta2: 0.999,
      lr: expect.closeTo(0.04, 12) as number,
    });
    parameter.dispose();
  });
});
