// Initializers: functions from a shape to initial values.
// A random initializer takes the stream it draws from, so all randomness is explicit.
//
// All of them follow one idea. A layer should neither amplify nor attenuate its signals. The scale
// of its weights therefore depends on the number of inputs (fan in) or outputs (fan out) of each
// unit.

import type { Rng } from '../engine/rng.js';
import { ShapeError } from '../engine/errors.js';
import { format, sizeOf, type Shape } from '../engine/shape.js';
import { check } from './options.js';

/**
 * Generates the initial values of a parameter in row-major order, rounded to float32 so that every
 * backend starts from the same values.
 */
export type Initializer = (shape: Shape) => Float32Array;

/** The nonlinearity after a layer; it determines the gain of the weights. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu';

/**
 * The gain that preserves the variance of signals through a nonlinearity.
 *
 * @param slope negative slope of `leakyRelu`; default 0.01
 * @example
 * print(calculateGain('relu')); // 1.4142
 *
 * @see https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain
 */
export function calculateGain(nonlinearity: Nonlinearity, slope = 0.01): number {
  const gains: Readonly<Record<Nonlinearity, number>> = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + slope * slope)),
    selu: 3 / 4, // PyTorch's value, chosen for compatibility rather than theory
  };
  return gains[nonlinearity];
}

/**
 * Number of inputs and outputs of one unit of a layer.
 *
 * @param shape [out, in] or [out, in, ...kernel]; both fans include the kernel size
 * @throws ShapeError for fewer than 2 axes
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new ShapeError(`init: fans need a weight of at least 2 axes, got ${format(shape)}`);
  }
  const kernelSize = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * kernelSize, fanOut: shape[0] * kernelSize };
}

/** Options of the Kaiming initializers. */
export interface KaimingOptions {
  /** Stream that the values are drawn from. */
  readonly rng: Rng;
  /**
   * Preserve the variance of the forward signal (`fanIn`, default) or of the backward gradient
   * (`fanOut`).
   */
  readonly mode?: 'fanIn' | 'fanOut';
  /** Default `leakyRelu`, which is ReLU for slope 0. */
  readonly nonlinearity?: Nonlinearity;
  /** Negative slope of `leakyRelu`. Default 0. */
  readonly slope?: number;
}

/** Options of the Xavier initializers. */
export interface XavierOptions {
  /** Stream that the values are drawn from. */
  readonly rng: Rng;
  /** See `calculateGain`. Default 1. */
  readonly gain?: number;
}

/** Standard deviation of He et al. ("Delving deep into rectifiers", 2015): gain / sqrt(fan). */
export function kaimingDeviation(shape: Shape, options: Omit<KaimingOptions, 'rng'> = {}): number {
  const { mode = 'fanIn', nonlinearity = 'leakyRelu', slope = 0 } = options;
  return calculateGain(nonlinearity, slope) / Math.sqrt(fans(shape)[mode]);
}

/** Standard deviation of Glorot and Bengio (2010): gain * sqrt(2 / (fanIn + fanOut)). */
export function xavierDeviation(shape: Shape, gain = 1): number {
  const { fanIn, fanOut } = fans(shape);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** A uniform distribution on [-HALF_WIDTH, HALF_WIDTH) has standard deviation 1. */
const HALF_WIDTH = Math.sqrt(3);

let isSkipped = false;

/**
 * Creates modules whose weights are loaded next: inside `body`, random initializers give zeros
 * instead of drawing numbers, which takes longer than loading.
 *
 * @param body synchronous
 */
export function skipInit<T>(body: () => T): T {
  isSkipped = true;
  try {
    return body();
  } finally {
    isSkipped = false;
  }
}

function draw(shape: Shape, next: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (isSkipped) return values;
  for (let i = 0; i < values.length; i++) values[i] = next();
  return values;
}

/**
 * One constant value: 0 for biases, 1 for the weights of normalization layers.
 *
 * @example
 * print(constant(0.5)([2])); // [0.5, 0.5]
 */
export function constant(value: number): Initializer {
  return (shape) => new Float32Array(sizeOf(shape)).fill(value);
}

/**
 * Uniform in [low, high).
 *
 * @throws ArgumentError if high is less than low
 * @example
 * print(uniform({ low: -1, high: 1, rng: new Rng(1) })([3]).length); // 3
 */
export function uniform({ low, high, rng }: { low: number; high: number; rng: Rng }): Initializer {
  check('init.uniform', 'high', high, `at least low (${low})`, high >= low);
  return (shape) => draw(shape, () => rng.between(low, high));
}

/**
 * Normal distribution. Default mean 0, standard deviation 1.
 *
 * @throws ArgumentError if the standard deviation is negative
 * @example
 * print(normal({ deviation: 0.02, rng: new Rng(1) })([3]).length); // 3
 */
export function normal(options: { mean?: number; deviation?: number; rng: Rng }): Initializer {
  const { mean = 0, deviation = 1, rng } = options;
  check('init.normal', 'deviation', deviation, 'at least 0', deviation >= 0);
  return (shape) => draw(shape, () => mean + deviation * rng.normal());
}

/**
 * Uniform with the standard deviation d of He et al.: [-sqrt(3) d, sqrt(3) d). The initializer
 * throws ShapeError for fewer than 2 axes.
 *
 * @example
 * const weight = new Parameter([8, 4], kaimingUniform({ rng: new Rng(1) }));
 * print(weight.shape); // [8, 4]
 * weight.dispose();
 */
export function kaimingUniform(options: KaimingOptions): Initializer {
  return (shape) => {
    const bound = HALF_WIDTH * kaimingDeviation(shape, options);
    return uniform({ low: -bound, high: bound, rng: options.rng })(shape);
  };
}

/**
 * Normal with the standard deviation of He et al. The initializer throws ShapeError for fewer than
 * 2 axes.
 *
 * @example
 * const weight = new Parameter([8, 4], kaimingNormal({ rng: new Rng(1) }));
 * print(weight.shape); // [8, 4]
 * weight.dispose();
 */
export function kaimingNormal(options: KaimingOptions): Initializer {
  return (shape) =>
    normal({ deviation: kaimingDeviation(shape, options), rng: options.rng })(shape);
}

/**
 * Uniform with the standard deviation of Glorot and Bengio. The initializer throws ShapeError for
 * fewer than 2 axes.
 *
 * @example
 * const weight = new Parameter([8, 4], xavierUniform({ rng: new Rng(1) }));
 * print(weight.shape); // [8, 4]
 * weight.dispose();
 */
export function xavierUniform({ rng, gain = 1 }: XavierOptions): Initializer {
  return (shape) => {
    const bound = HALF_WIDTH * xavierDeviation(shape, gain);
    return uniform({ low: -bound, high: bound, rng })(shape);
  };
}

/**
 * Normal with the standard deviation of Glorot and Bengio. The initializer throws ShapeError for
 * fewer than 2 axes.
 *
 * @example
 * const weight = new Parameter([8, 4], xavierNormal({ rng: new Rng(1) }));
 * print(weight.shape); // [8, 4]
 * weight.dispose();
 */
export function xavierNormal({ rng, gain = 1 }: XavierOptions): Initializer {
  return (shape) => normal({ deviation: xavierDeviation(shape, gain), rng })(shape);
}

/**
 * PyTorch's default for the weights of Linear and Conv2d: Kaiming uniform with slope sqrt(5), which
 * equals U(-1 / sqrt(fanIn), 1 / sqrt(fanIn)).
 */
export function defaultWeight(rng: Rng): Initializer {
  return kaimingUniform({ rng, slope: Math.sqrt(5) });
}

/**
 * PyTorch's default for the biases of Linear and Conv2d: U(-1 / sqrt(fanIn), 1 / sqrt(fanIn)).
 *
 * @param weight shape of the weight of the same layer, which determines the fan in
 */
export function defaultBias(rng: Rng, weight: Shape): Initializer {
  const bound = 1 / Math.sqrt(fans(weight).fanIn);
  return uniform({ low: -bound, high: bound, rng });
}
