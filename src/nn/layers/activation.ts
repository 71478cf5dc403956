// Activation functions as layers without state; the functions and their derivatives are in the
// engine.

import { checkOptions } from '../../engine/options.js';
import {
  elu,
  gelu,
  type GeluOptions,
  leakyRelu,
  relu,
  sigmoid,
  silu,
  softplus,
  type SoftplusOptions,
  tanh,
} from '../../engine/ops/activation.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';

/**
 * max(x, 0), elementwise; any shape.
 *
 * @example
 * print(await scope(() => new ReLU().forward(tensor([-1, 2])).data())); // [0, 2]
 */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x);
  }
}

/** Options of `LeakyReLU`. */
export interface LeakyReLUOptions {
  /** Negative slope. Default 0.01. */
  readonly slope?: number;
}

/**
 * x where positive, slope * x elsewhere; any shape.
 *
 * @throws ArgumentError if `slope` (default 0.01) is not finite
 * @example
 * print(await scope(() => new LeakyReLU({ slope: 0.1 }).forward(tensor([-1, 2])).data())); // [-0.1, 2]
 */
export class LeakyReLU extends Module {
  /** Negative slope. */
  readonly slope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super();
    checkOptions('LeakyReLU', options, { slope: true });
    const { slope = 0.01 } = options;
    check('LeakyReLU', 'slope', slope, 'a finite number', Number.isFinite(slope));
    this.slope = slope;
  }

  override forward(x: Tensor): Tensor {
    return leakyRelu(x, this.slope);
  }

  protected override describe(): string {
    return `slope=${this.slope}`;
  }
}

/**
 * 1 / (1 + e^-x), elementwise; any shape.
 *
 * @example
 * print(await scope(() => new Sigmoid().forward(tensor([0])).data())); // [0.5]
 */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/**
 * Hyperbolic tangent, elementwise; any shape.
 *
 * @example
 * print(await scope(() => new Tanh().forward(tensor([0, 1])).data())); // [0, 0.7616]
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/**
 * GELU, elementwise; any shape: the exact function, or with `approximate: 'tanh'` an approximation
 * within 5e-4.
 *
 * @throws ArgumentError if `approximate` is neither `none` (default) nor `tanh`
 * @see https://pytorch.org/docs/stable/generated/torch.nn.GELU.html
 * @example
 * print(await scope(() => new GELU().forward(tensor([0, 3])).data())); // [0, 2.996]
 */
export class GELU extends Module {
  /** Form of the function. */
  readonly approximate: 'none' | 'tanh';

  constructor(options: GeluOptions = {}) {
    super();
    checkOptions('GELU', options, { approximate: true });
    const { approximate = 'none' } = options;
    const valid = (['none', 'tanh'] as string[]).includes(approximate);
    check('GELU', 'approximate', approximate, '"none" or "tanh"', valid);
    this.approximate = approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  protected override describe(): string {
    return `approximate=${this.approximate}`;
  }
}

/**
 * log(1 + e^(beta x)) / beta, a smooth ReLU, elementwise; any shape. Where beta x exceeds
 * `threshold`, it is x.
 *
 * @throws ArgumentError if `beta` (default 1) is 0 or not finite, or `threshold` (default 20) is NaN
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html
 * @example
 * print(await scope(() => new Softplus().forward(tensor([0])).data())); // [0.6931]
 */
export class Softplus extends Module {
  /** Steepness at 0. */
  readonly beta: number;
  /** Value of beta * x above which the result is x. */
  readonly threshold: number;

  constructor(options: SoftplusOptions = {}) {
    super();
    checkOptions('Softplus', options, { beta: true, threshold: true });
    const { beta = 1, threshold = 20 } = options;
    const validBeta = Number.isFinite(beta) && beta !== 0;
    check('Softplus', 'beta', beta, 'a finite number other than 0', validBeta);
    check('Softplus', 'threshold', threshold, 'a number', !Number.isNaN(threshold));
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    return softplus(x, { beta: this.beta, threshold: this.threshold });
  }

  protected override describe(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/**
 * SiLU, also called swish: x sigmoid(x), elementwise; any shape.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html
 * @example
 * print(await scope(() => new SiLU().forward(tensor([0, 1])).data())); // [0, 0.7311]
 */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return silu(x);
  }
}

/** Options of `ELU`. */
export interface ELUOptions {
  /** The limit for x to -Infinity is -alpha. Default 1. */
  readonly alpha?: number;
}

/**
 * x where positive, alpha (e^x - 1) elsewhere; any shape.
 *
 * @throws ArgumentError if `alpha` (default 1) is not finite
 * @see https://pytorch.org/docs/stable/generated/torch.nn.ELU.html
 * @example
 * print(await scope(() => new ELU().forward(tensor([-1, 2])).data())); // [-0.6321, 2]
 */
export class ELU extends Module {
  /** Minus the limit for x to -Infinity. */
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super();
    checkOptions('ELU', options, { alpha: true });
    const { alpha = 1 } = options;
    check('ELU', 'alpha', alpha, 'a finite number', Number.isFinite(alpha));
    this.alpha = alpha;
  }

  override forward(x: Tensor): Tensor {
    return elu(x, this.alpha);
  }

  protected override describe(): string {
    return `alpha=${this.alpha}`;
  }
}
