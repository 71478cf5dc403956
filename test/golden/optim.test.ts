// Optimizers, gradient clipping and initializers against PyTorch, with every option. In float64 the
// only error is the rounding of the stored result. In float32 each step rounds relative to the
// parameter's magnitude at that step, which is about 1 even if it ends near 0. Therefore tolerances
// have a floor.

import { afterAll, describe, expect, it } from 'vitest';
import { ReferenceBackend, Rng, scope, tensor, withBackend } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import {
  defaultBias,
  defaultWeight,
  fans,
  kaimingDeviation,
  xavierDeviation,
} from '../../src/nn/init.js';
import { loadGolden, type Fields, type GoldenCase } from './fixtures.js';

const golden = loadGolden('optim');
const BACKENDS = [
  { backend: new ReferenceBackend({ dtype: 'float64' }), tolerance: 1e-7, floor: 1e-3 },
  { backend: new ReferenceBackend({ dtype: 'float32' }), tolerance: 1e-6, floor: 1 },
];

type Make = (parameters: readonly nn.Parameter[], options: Fields) => nn.Optimizer;

/** A flag that only some cases have. */
const flag = (options: Fields, name: string): boolean => options.has(name) && options.flag(name);

const adamOptions = (options: Fields): nn.AdamOptions => ({
  lr: options.number('lr'),
  betas: options.pair('betas'),
  epsilon: options.number('eps'),
  weightDecay: options.number('weight_decay'),
  amsgrad: flag(options, 'amsgrad'),
  maximize: flag(options, 'maximize'),
});

const OPTIMIZERS: Readonly<Record<string, Make>> = {
  sgd: (parameters, options) =>
    new nn.SGD(parameters, {
      lr: options.number('lr'),
      momentum: options.number('momentum'),
      dampening: options.number('dampening'),
      weightDecay: options.number('weight_decay'),
      nesterov: options.flag('nesterov'),
      maximize: flag(options, 'maximize'),
    }),
  adam: (parameters, options) => new nn.Adam(parameters, adamOptions(options)),
  adamw: (parameters, options) => new nn.AdamW(parameters, adamOptions(options)),
  rmsprop: (parameters, options) =>
    new nn.RMSprop(parameters, {
      lr: options.number('lr'),
      alpha: options.number('alpha'),
      epsilon: options.number('eps'),
      weightDecay: options.number('weight_decay'),
      momentum: options.number('momentum'),
      centered: options.flag('centered'),
      maximize: flag(options, 'maximize'),
    }),
  adagrad: (parameters, options) =>
    new nn.Adagrad(parameters, {
      lr: options.number('lr'),
      lrDecay: options.number('lr_decay'),
      weightDecay: options.number('weight_decay'),
      initialAccumulatorValue: options.number('initial_accumulator_value'),
      epsilon: options.number('eps'),
      maximize: flag(options, 'maximize'),
    }),
};

function setGrad(parameter: nn.Parameter, values: Float32Array): void {
  const { backend } = parameter.array;
  parameter.zeroGrad();
  scope(() => {
    parameter.accumulateGrad(
      tensor(Float64Array.from(values), { shape: parameter.shape, backend }).array,
    );
  });
}

/** The allowed error: `tolerance` times the larger of the expected magnitude and `floor`. */
interface Allowed {
  readonly tolerance: number;
  readonly floor: number;
}

function expectClose(
  actual: ArrayLike<number>,
  expected: Float32Array,
  allowed: Allowed,
  label: string,
): void {
  expect(actual.length, label).toBe(expected.length);
  expected.forEach((value, i) => {
    const error = Math.abs(actual[i] - value);
    const limit = allowed.tolerance * Math.max(allowed.floor, Math.abs(value));
    expect(error, `${label}, element ${i}: ${actual[i]}, PyTorch ${value}`).toBeLessThanOrEqual(
      limit,
    );
  });
}

const ofKind = (...kinds: string[]): GoldenCase[] =>
  golden.cases.filter((one) => kinds.includes(one.options.text('kind')));

describe.each(BACKENDS)('$backend.dtype', ({ backend, ...allowed }) => {
  afterAll(() => expect(backend.memory.live).toBe(0));

  it.each(ofKind(...Object.keys(OPTIMIZERS)).map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      const [initial, gradients, after] = ['initial', 'gradients', 'after'].map((name) =>
        one.tensor(name),
      );
      const [steps, size] = gradients.shape;
      const parameter = withBackend(backend, () => new nn.Parameter([size], initial.data));
      const optimizer = OPTIMIZERS[one.options.text('kind')]([parameter], one.options);
      for (let step = 0; step < steps; step++) {
        const row = (rows: Float32Array): Float32Array =>
          rows.subarray(step * size, (step + 1) * size);
        setGrad(parameter, row(gradients.data));
        optimizer.step();
        expectClose(await parameter.data(), row(after.data), allowed, `step ${step + 1}`);
      }
      optimizer.dispose();
      parameter.dispose();
    },
  );

  it.each(ofKind('clip_grad_norm', 'clip_grad_value').map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      const parameters = [0, 1].map((index) => {
        const { shape, data } = one.tensor(`before_${index}`);
        const parameter = withBackend(
          backend,
          () => new nn.Parameter(shape, new Float32Array(data.length)),
        );
        setGrad(parameter, data);
        return parameter;
      });
      if (one.options.text('kind') === 'clip_grad_norm') {
        const normType = one.options.has('norm_type') ? one.options.number('norm_type') : 2;
        const norm = scope(() =>
          nn.clipGradNorm(parameters, one.options.number('max_norm'), { normType }).item(),
        );
        expect(await norm).toBeCloseTo(one.values.number('norm'), 5);
      } else {
        nn.clipGradValue(parameters, one.options.number('clip_value'));
      }
      for (const [index, parameter] of parameters.entries()) {
        const label = `gradient ${index}`;
        expectClose(
          await parameter.grad!.data(),
          one.tensor(`after_${index}`).data,
          allowed,
          label,
        );
        parameter.dispose();
      }
    },
  );

  it('covers every case', () => {
    const covered = ofKind(...Object.keys(OPTIMIZERS), 'clip_grad_norm', 'clip_grad_value');
    expect(covered).toHaveLength(golden.cases.length);
    expect(covered.length).toBeGreaterThanOrEqual(37);
  });
});

describe('initializers', () => {
  const SEED = 17;
  const init = loadGolden('init');
  const NONLINEARITIES: Readonly<Record<string, nn.Nonlinearity>> = {
    relu: 'relu',
    leaky_relu: 'leakyRelu',
  };

  it('gains', () => {
    const { values } = init.case('gains');
    const gains: Record<string, number> = {
      linear: nn.calculateGain('linear'),
      conv2d: nn.calculateGain('linear'),
      sigmoid: nn.calculateGain('sigmoid'),
      tanh: nn.calculateGain('tanh'),
      relu: nn.calculateGain('relu'),
      selu: nn.calculateGain('selu'),
      leaky_relu: nn.calculateGain('leakyRelu'),
      'leaky_relu_0.2': nn.calculateGain('leakyRelu', 0.2),
      leaky_relu_sqrt5: nn.calculateGain('leakyRelu', Math.sqrt(5)),
    };
    expect(Object.keys(gains).sort()).toEqual([...values.keys].sort());
    for (const [name, gain] of Object.entries(gains))
      expect(gain, name).toBeCloseTo(values.number(name), 14);
  });

  /** inkgrad's initializer for a case, and its standard deviation. */
  function initializerOf({ name, options }: GoldenCase): {
    initialize: nn.Initializer;
    deviation: number;
  } {
    const rng = new Rng(SEED);
    const shape = options.numbers('shape');
    const uniform = name.includes('uniform') || name.startsWith('default');
    if (name.startsWith('default_bias')) {
      const weight = name.endsWith('linear_1152_256') ? [256, 1152] : [64, 32, 3, 3];
      return {
        initialize: defaultBias(rng, weight),
        deviation: kaimingDeviation(weight, { slope: Math.sqrt(5) }),
      };
    }
    if (options.has('gain')) {
      const gain = options.number('gain');
      const initialize = (uniform ? nn.xavierUniform : nn.xavierNormal)({ rng, gain });
      return { initialize, deviation: xavierDeviation(shape, gain) };
    }
    const kaimingOptions = {
      mode: options.text('mode') === 'fan_in' ? ('fanIn' as const) : ('fanOut' as const),
      nonlinearity: NONLINEARITIES[options.text('nonlinearity')],
      slope: options.number('a'),
    };
    const deviation = kaimingDeviation(shape, kaimingOptions);
    if (name.startsWith('default')) return { initialize: defaultWeight(rng), deviation };
    const initialize = (uniform ? nn.kaimingUniform : nn.kaimingNormal)({ rng, ...kaimingOptions });
    return { initialize, deviation };
  }

  it.each(init.cases.filter(({ name }) => name !== 'gains').map((one) => [one.name, one] as const))(
    `%s (seed ${SEED})`,
    (_, one) => {
      const { values, options } = one;
      const { initialize, deviation } = initializerOf(one);
      const shape = options.numbers('shape');
      const drawn = initialize(shape);
      const largest = drawn.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      if (values.has('fan_in')) {
        expect(fans(shape)).toEqual({
          fanIn: values.number('fan_in'),
          fanOut: values.number('fan_out'),
        });
      }
      if (values.text('distribution') === 'uniform') {
        const high = values.number('high');
        expect(values.number('low')).toBe(-high);
        expect(deviation * Math.sqrt(3)).toBeCloseTo(high, 14);
        expect(largest).toBeLessThanOrEqual(Math.fround(high));
        expect(largest).toBeGreaterThan(high * (1 - 20 / drawn.length));
      } else {
        expect(values.number('mean')).toBe(0);
        expect(deviation).toBeCloseTo(values.number('std'), 14);
        const variance = drawn.reduce((sum, value) => sum + value * value, 0) / drawn.length;
        expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(
          5 * Math.sqrt(2 / drawn.length),
        );
      }
    },
  );
});
