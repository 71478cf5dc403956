// Learning-rate schedules against PyTorch: 60 epochs of ReduceLROnPlateau with every option, and
// the other schedules. Both sides compute in float64.

import { afterAll, describe, expect, it } from 'vitest';
import { ReferenceBackend, withBackend } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { loadGolden, type Fields, type GoldenCase } from './fixtures.js';

const backend = new ReferenceBackend();
afterAll(() => expect(backend.memory.live).toBe(0));

/** Runs a test with an optimizer of one or two groups, used only for its settings. */
function withOptimizer(
  options: Fields,
  body: (optimizer: nn.Optimizer) => void,
  secondLr?: number,
): void {
  const parameter = withBackend(backend, () => new nn.Parameter([1], [0]));
  const lr = options.has('lr') ? options.number('lr') : 0.1;
  const isAdam = options.has('optimizer') && options.text('optimizer') === 'adam';
  const optimizer = isAdam
    ? new nn.Adam([parameter], { lr })
    : new nn.SGD([parameter], { lr, momentum: 0.9 });
  const second = withBackend(backend, () => new nn.Parameter([1], [0]));
  if (secondLr !== undefined) optimizer.addParamGroup({ params: [second], lr: secondLr });
  body(optimizer);
  parameter.dispose();
  second.dispose();
}

function oneOf<T extends string>(value: string, ...allowed: readonly T[]): T {
  const match = allowed.find((candidate) => candidate === value);
  if (match === undefined) throw new Error(`${value} is none of ${allowed.join(', ')}`);
  return match;
}

describe('ReduceLROnPlateau', () => {
  const golden = loadGolden('plateau');

  it('has at least 22 traces', () => {
    expect(golden.cases.length).toBeGreaterThanOrEqual(22);
  });

  it.each(golden.cases.map((one) => [one.name, one] as const))('%s', (_, { options, values }) => {
    withOptimizer(options, (optimizer) => {
      const schedule = new nn.ReduceLROnPlateau(optimizer, {
        mode: oneOf(options.text('mode'), 'min', 'max'),
        factor: options.number('factor'),
        patience: options.number('patience'),
        threshold: options.number('threshold'),
        thresholdMode: oneOf(options.text('threshold_mode'), 'rel', 'abs'),
        cooldown: options.number('cooldown'),
        minLr: options.number('min_lr'),
        epsilon: options.number('eps'),
      });
      const metrics = values.numbers('metrics');
      expect(metrics).toHaveLength(60);
      const traced = metrics.map((metric) => {
        schedule.step(metric);
        return [optimizer.lr, schedule.best, schedule.badEpochs, schedule.cooldownLeft];
      });
      const columns = ['lr', 'best', 'num_bad_epochs', 'cooldown_counter'].map((key) =>
        values.numbers(key),
      );
      expect(traced).toEqual(
        metrics.map((_metric, epoch) => columns.map((column) => column[epoch])),
      );
    });
  });
});

describe('curves', () => {
  const golden = loadGolden('schedule');

  type Make = (optimizer: nn.Optimizer, options: Fields) => { step(): void };
  const KINDS: Readonly<Record<string, Make>> = {
    step: (optimizer, options) =>
      new nn.StepLR(optimizer, {
        stepSize: options.number('step_size'),
        gamma: options.number('gamma'),
      }),
    cosine: (optimizer, options) =>
      new nn.CosineWithWarmup(optimizer, {
        totalSteps: options.number('T_max'),
        floor: options.number('eta_min') / options.number('lr'),
      }),
    warmup_cosine: (optimizer, options) =>
      new nn.CosineWithWarmup(optimizer, {
        warmupSteps: options.number('warmup_steps'),
        totalSteps: options.number('total_steps'),
        floor: options.number('floor'),
      }),
    exponential: (optimizer, options) =>
      new nn.ExponentialLR(optimizer, { gamma: options.number('gamma') }),
    lambda: (optimizer) =>
      new nn.LambdaLR(optimizer, {
        lrLambda: [(step) => 1 / (1 + step), (step) => 0.5 ** Math.floor(step / 4)],
      }),
    warm_restarts: (optimizer, options) =>
      new nn.CosineAnnealingWarmRestarts(optimizer, {
        firstPeriod: options.number('T_0'),
        periodFactor: options.number('T_mult'),
        minLr: options.number('eta_min'),
      }),
    sequential: (optimizer, options) => {
      const schedules: ((each: nn.Optimizer) => nn.CurveScheduler)[] = [
        (each: nn.Optimizer) => new nn.LambdaLR(each, { lrLambda: (step) => (step + 1) / 5 }),
        (each: nn.Optimizer) => new nn.ExponentialLR(each, { gamma: options.number('gamma') }),
      ];
      if (options.has('step_size')) {
        const stepSize = options.number('step_size');
        schedules.push((each) => new nn.StepLR(each, { stepSize }));
      }
      const milestones = options.numbers('milestones');
      return new nn.SequentialLR(optimizer, { schedules, milestones });
    },
    one_cycle: (optimizer, options) => {
      expect(options.flag('three_phase')).toBe(false);
      return new nn.OneCycle(optimizer, {
        maxLr: options.number('max_lr'),
        totalSteps: options.number('total_steps'),
        pctStart: options.number('pct_start'),
        anneal: oneOf(options.text('anneal_strategy'), 'cos', 'linear'),
        divFactor: options.number('div_factor'),
        finalDivFactor: options.number('final_div_factor'),
        cycleMomentum: options.flag('cycle_momentum'),
        baseMomentum: options.number('base_momentum'),
        maxMomentum: options.number('max_momentum'),
      });
    },
  };

  it.each(golden.cases.map((one): [string, GoldenCase] => [one.name, one]))(
    '%s',
    (_, { options, values }) => {
      const secondRates = values.has('lr_1') ? values.numbers('lr_1') : [];
      const trace = (optimizer: nn.Optimizer): void => {
        const schedule = KINDS[options.text('kind')](optimizer, options);
        const momenta = ['momentum', 'beta1'].find((key) => values.has(key));
        expect(momenta !== undefined).toBe(options.text('kind') === 'one_cycle');
        for (const [step, lr] of values.numbers('lr').entries()) {
          const expected = secondRates.length === 0 ? [lr] : [lr, secondRates[step]];
          for (const [group, rate] of expected.entries()) {
            const error = Math.abs(optimizer.groups[group].lr - rate);
            expect(error, `lr of group ${group} in step ${step}`).toBeLessThanOrEqual(
              1e-12 * Math.abs(rate) + 1e-17,
            );
          }
          if (momenta !== undefined) {
            expect(optimizer.momentum, `momentum of step ${step}`).toBeCloseTo(
              values.numbers(momenta)[step],
              12,
            );
          }
          schedule.step();
        }
      };
      withOptimizer(options, trace, secondRates.length === 0 ? undefined : 0.03);
    },
  );
});
