// Adaptive pooling layers: the size of the output is fixed, whatever the size of the input.

import { checkOptions } from '../../engine/options.js';
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  type AdaptiveSize,
} from '../../engine/ops/adaptivePool.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check } from '../options.js';

/** Options of `AdaptiveAvgPool2d` and `AdaptiveMaxPool2d`. */
export interface AdaptivePool2dOptions {
  /** Size of the output: one number, or [height, width], where null keeps the size of the input. */
  readonly outputSize: AdaptiveSize;
}

/** Options of `AdaptiveAvgPool1d` and `AdaptiveMaxPool1d`. */
export interface AdaptivePool1dOptions {
  /** Length of the output. */
  readonly outputSize: number;
}

/** The common part of the four layers. */
abstract class AdaptivePool<Size extends AdaptiveSize> extends Module {
  /** Size of the output. */
  readonly outputSize: Size;

  constructor(options: { readonly outputSize: Size }, caller: string, isPair: boolean) {
    super();
    checkOptions(caller, options, { outputSize: true });
    const { outputSize } = options;
    const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
    const valid =
      isCount(outputSize) ||
      (isPair &&
        Array.isArray(outputSize) &&
        outputSize.length === 2 &&
        outputSize.every((one: unknown) => one === null || isCount(one)));
    const rule = `a whole number of at least 0${isPair ? ', or a pair of such numbers or null' : ''}`;
    check(caller, 'outputSize', String(outputSize), rule, valid);
    this.outputSize = outputSize;
  }

  protected override describe(): string {
    const size: AdaptiveSize = this.outputSize;
    const text = typeof size === 'number' ? `${size}` : `[${size.map(String).join(',')}]`;
    return `outputSize=${text}`;
  }
}

/**
 * Mean of windows that divide each image evenly into the given number of rows and columns; see
 * `adaptiveAvgPool2d`.
 *
 * x [N, C, H, W] -> y [N, C, height, width]
 *
 * @example
 * const layer = new AdaptiveAvgPool2d({ outputSize: 1 });
 * scope(() => print(layer.forward(zeros([8, 32, 7, 5])).shape)); // [8, 32, 1, 1]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html
 */
export class AdaptiveAvgPool2d extends AdaptivePool<AdaptiveSize> {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: AdaptivePool2dOptions) {
    super(options, 'AdaptiveAvgPool2d', true);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/**
 * Maximum of windows that divide each image evenly into the given number of rows and columns; see
 * `adaptiveMaxPool2d`.
 *
 * x [N, C, H, W] -> y [N, C, height, width]
 *
 * @example
 * const layer = new AdaptiveMaxPool2d({ outputSize: [3, null] });
 * scope(() => print(layer.forward(zeros([8, 32, 7, 5])).shape)); // [8, 32, 3, 5]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool2d.html
 */
export class AdaptiveMaxPool2d extends AdaptivePool<AdaptiveSize> {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: AdaptivePool2dOptions) {
    super(options, 'AdaptiveMaxPool2d', true);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/**
 * Mean of windows that divide each sequence evenly; see `adaptiveAvgPool1d`.
 *
 * x [N, C, L] -> y [N, C, outputSize]
 *
 * @example
 * const layer = new AdaptiveAvgPool1d({ outputSize: 4 });
 * scope(() => print(layer.forward(zeros([8, 32, 10])).shape)); // [8, 32, 4]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool1d.html
 */
export class AdaptiveAvgPool1d extends AdaptivePool<number> {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: AdaptivePool1dOptions) {
    super(options, 'AdaptiveAvgPool1d', false);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/**
 * Maximum of windows that divide each sequence evenly; see `adaptiveMaxPool1d`.
 *
 * x [N, C, L] -> y [N, C, outputSize]
 *
 * @example
 * const layer = new AdaptiveMaxPool1d({ outputSize: 4 });
 * scope(() => print(layer.forward(zeros([8, 32, 10])).shape)); // [8, 32, 4]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveMaxPool1d.html
 */
export class AdaptiveMaxPool1d extends AdaptivePool<number> {
  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: AdaptivePool1dOptions) {
    super(options, 'AdaptiveMaxPool1d', false);
  }

  override forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}
