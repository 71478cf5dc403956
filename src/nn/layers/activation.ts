// Activation functions as layers without state; the functions and their derivatives are in the
// engine.

import { checkOptions } from '../../engine/options.js';
import { gelu, leakyRelu, relu, sigmoid, tanh } from '../../engine/ops/activation.js';
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
 * GELU in its tanh form: PyTorch's `approximate='tanh'`, within 5e-4 of PyTorch's default, which
 * uses erf.
 *
 * @example
 * print(await scope(() => new GELU().forward(tensor([0, 3])).data())); // [0, 2.9964]
 */
export class GELU extends Module {
  override forward(x: Tensor): Tensor {
    return gelu(x);
  }
}
