// Pooling layers for sequences, without state.

import { checkOptions } from '../../engine/options.js';
import { avgPool1d, maxPool1d } from '../../engine/ops/pool1d.js';
import type { Tensor } from '../../engine/tensor.js';
import { Module } from '../module.js';
import { check, checkCount } from '../options.js';

/** Options of `MaxPool1d`. */
export interface MaxPool1dOptions {
  /** Size of the window. */
  readonly kernelSize: number;
  /** Step between windows. Default: the window size, so windows do not overlap. */
  readonly stride?: number;
  /** Padding at both ends, at most half a window. Default 0. */
  readonly padding?: number;
  /**
   * Whether to round the number of windows up, so that the last window may extend beyond the
   * padding. Default false.
   */
  readonly ceilMode?: boolean;
}

/** Options of `AvgPool1d`. */
export interface AvgPool1dLayerOptions extends MaxPool1dOptions {
  /**
   * Whether the mean includes the zeros of the padding. What lies beyond the padding is never
   * included. Default true, as in PyTorch.
   */
  readonly countIncludePad?: boolean;
}

/** The validated options, with the names of the op. */
interface PoolWindow {
  readonly window: number;
  readonly stride: number;
  readonly padding: number;
  readonly ceilMode: boolean;
}

function checkWindow(
  caller: string,
  { kernelSize, stride = kernelSize, padding = 0, ceilMode = false }: MaxPool1dOptions,
): PoolWindow {
  checkCount(caller, 'kernelSize', kernelSize);
  checkCount(caller, 'stride', stride);
  checkCount(caller, 'padding', padding, 0);
  const rule = `at most half of kernelSize ${kernelSize}`;
  check(caller, 'padding', padding, rule, 2 * padding <= kernelSize);
  return { window: kernelSize, stride, padding, ceilMode };
}

function describeWindow({ window, stride, padding, ceilMode }: PoolWindow): string {
  return [
    `kernelSize=${window}, stride=${stride}`,
    ...(padding === 0 ? [] : [`padding=${padding}`]),
    ...(ceilMode ? ['ceilMode=true'] : []),
  ].join(', ');
}

/**
 * Maximum under each window of a sequence; of equal values, the first.
 *
 * x [N, C, L] -> y [N, C, L'] with L' = floor((L + 2 padding - kernelSize) / stride) + 1.
 *
 * @example
 * const layer = new MaxPool1d({ kernelSize: 2 });
 * scope(() => print(layer.forward(zeros([8, 32, 100])).shape)); // [8, 32, 50]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.MaxPool1d.html
 */
export class MaxPool1d extends Module {
  /** Window, stride, padding and `ceilMode`. */
  readonly options: PoolWindow;

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: MaxPool1dOptions) {
    super();
    checkOptions('MaxPool1d', options, {
      kernelSize: true,
      stride: true,
      padding: true,
      ceilMode: true,
    });
    this.options = checkWindow('MaxPool1d', options);
  }

  override forward(x: Tensor): Tensor {
    return maxPool1d(x, this.options);
  }

  protected override describe(): string {
    return describeWindow(this.options);
  }
}

/**
 * Mean under each window of a sequence; shapes as in `MaxPool1d`.
 *
 * @example
 * const layer = new AvgPool1d({ kernelSize: 3, stride: 1, padding: 1 });
 * scope(() => print(layer.forward(zeros([8, 32, 100])).shape)); // [8, 32, 100]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.AvgPool1d.html
 */
export class AvgPool1d extends Module {
  /** Window, stride, padding and `ceilMode`, and whether the mean counts the padding. */
  readonly options: PoolWindow & { readonly countPadding: boolean };

  /** @throws ArgumentError for an unknown or invalid option */
  constructor(options: AvgPool1dLayerOptions) {
    super();
    checkOptions('AvgPool1d', options, {
      kernelSize: true,
      stride: true,
      padding: true,
      ceilMode: true,
      countIncludePad: true,
    });
    const { countIncludePad = true } = options;
    this.options = { ...checkWindow('AvgPool1d', options), countPadding: countIncludePad };
  }

  override forward(x: Tensor): Tensor {
    return avgPool1d(x, this.options);
  }

  protected override describe(): string {
    const suffix = this.options.countPadding ? '' : ', countIncludePad=false';
    return describeWindow(this.options) + suffix;
  }
}
