// Activation functions as layers without state; the functions and their derivatives are in the
// engine.

import { checkOptions } from '../../engine/options.js';
import {
  gelu,
  type GeluOptions,
  leakyRelu,
  relu,
  sigmoid,
  tanh,
} from '../../engine/ops/activation.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';

/** max(x, 0), elementwise; any shape. */
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

/** 1 / (1 + e^-x), elementwise; any shape. */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** Hyperbolic tangent, elementwise; any shape. */
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
 * @example print(String(new GELU({ approximate: 'tanh' })));
 */
export class GELU extends Module {
  /** Form of the function. */
  readonly approximate: 'none' | 'tanh';

  constructor(options: GeluOptions = {}) {
    super();
    checkOptions('GELU', options, { approximate: true });
    const { approximate = 'none' } = options;
    check(
      'GELU',
      'approximate',
      approximate,
      '"none" or "tanh"',
      approximate === 'none' || approximate === 'tanh',
    );
    this.approximate = approximate;
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, { approximate: this.approximate });
  }

  protected override describe(): string {
    return `approximate=${this.approximate}`;
  }
}
