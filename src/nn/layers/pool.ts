// Pooling layers without state.

import { checkOptions } from '../../engine/options.js';
import { avgPool2d, globalAvgPool2d, maxPool2d } from '../../engine/ops/pool.js';
import { pair, type Pair } from '../../engine/ops/internal/window.js';
import { check } from '../options.js';
import type { Tensor } from '../../engine/tensor.js';
import { describePair } from './conv2d.js';
import { Module } from '../module.js';

/** Options of `MaxPool2d`; a pair is one number or [vertical, horizontal]. */
export interface MaxPool2dOptions {
  /** Size of the window. */
  readonly kernelSize: Pair;
  /** Step between windows. Default: the window size, so windows do not overlap. */
  readonly stride?: Pair;
  /** Padding on each side of the image, at most half a window. Default 0. */
  readonly padding?: Pair;
  /**
   * Whether to round the number of windows up, so that the last window may extend beyond the
   * padding. Default false.
   */
  readonly ceilMode?: boolean;
}

/** Options of `AvgPool2d`. */
export interface AvgPool2dOptions extends MaxPool2dOptions {
  /**
   * Whether the mean includes the zeros of the padding. What lies beyond the padding is never
   * included. Default true, as in PyTorch.
   */
  readonly countIncludePad?: boolean;
}

interface PoolWindow {
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number];
  readonly ceilMode: boolean;
}

function checkWindow(
  caller: string,
  { kernelSize, stride, padding = 0, ceilMode = false }: MaxPool2dOptions,
): PoolWindow {
  const window = pair(kernelSize, 1, caller, 'kernelSize');
  const paddingPair = pair(padding, 0, caller, 'padding');
  const fits = paddingPair[0] * 2 <= window[0] && paddingPair[1] * 2 <= window[1];
  check(
    caller,
    'padding',
    describePair(paddingPair),
    `at most half of kernelSize ${describePair(window)}`,
    fits,
  );
  const steps = pair(stride ?? window, 1, caller, 'stride');
  return { window, stride: steps, padding: paddingPair, ceilMode };
}

function describeWindow({ window, stride, padding, ceilMode }: PoolWindow): string {
  return [
    `kernelSize=${describePair(window)}, stride=${describePair(stride)}`,
    ...(describePair(padding) === '0' ? [] : [`padding=${describePair(padding)}`]),
    ...(ceilMode ? ['ceilMode=true'] : []),
  ].join(', ');
}

/**
 * Maximum under each window; of equal values, the first.
 *
 * x [N, C, H, W] -> y [N, C, H', W'] with H' = floor((H + 2 padding - kernelSize) / stride) + 1.
 *
 * @example
 * const layer = new MaxPool2d({ kernelSize: 2 });
 * scope(() => print(layer.forward(zeros([8, 32, 28, 28])).shape)); // [8, 32, 14, 14]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
 */
export class MaxPool2d extends Module {
  /** Window, stride and padding, each [vertical, horizontal], and `ceilMode`. */
  readonly options: PoolWindow;

  constructor(options: MaxPool2dOptions) {
    super();
    checkOptions('MaxPool2d', options, {
      kernelSize: true,
      stride: true,
      padding: true,
      ceilMode: true,
    });
    this.options = checkWindow('MaxPool2d', options);
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.options);
  }

  protected override describe(): string {
    return describeWindow(this.options);
  }
}

/**
 * Mean under each window; shapes as in `MaxPool2d`.
 *
 * @example
 * scope(() => print(new AvgPool2d({ kernelSize: 2 }).forward(zeros([1, 3, 8, 8])).shape)); // [1, 3, 4, 4]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
 */
export class AvgPool2d extends Module {
  /**
   * Window, stride and padding, each [vertical, horizontal], and whether the mean counts the
   * padding.
   */
  readonly options: PoolWindow & { readonly countPadding: boolean };

  constructor(options: AvgPool2dOptions) {
    super();
    checkOptions('AvgPool2d', options, {
      kernelSize: true,
      stride: true,
      padding: true,
      ceilMode: true,
      countIncludePad: true,
    });
    const { countIncludePad = true } = options;
    this.options = { ...checkWindow('AvgPool2d', options), countPadding: countIncludePad };
  }

  override forward(x: Tensor): Tensor {
    return avgPool2d(x, this.options);
  }

  protected override describe(): string {
    return (
      describeWindow(this.options) + (this.options.countPadding ? '' : ', countIncludePad=false')
    );
  }
}

/**
 * Mean over each channel of an image: [N, C, H, W] -> [N, C, 1, 1].
 *
 * @example
 * scope(() => print(new GlobalAvgPool2d().forward(zeros([2, 3, 8, 8])).shape)); // [2, 3, 1, 1]
 */
export class GlobalAvgPool2d extends Module {
  override forward(x: Tensor): Tensor {
    return globalAvgPool2d(x);
  }
}
