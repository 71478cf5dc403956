// One-dimensional pooling over [N, C, L], computed as that of images with one row.

import { defineComposite } from '../op.js';
import { checkOptions } from '../options.js';
import { anywhere, distinct } from '../sample.js';
import type { Tensor } from '../tensor.js';
import {
  avgPool2dOp,
  maxPool2dOp,
  poolGeometry,
  type AvgPoolOptions,
  type PoolOptions,
} from './pool.js';
import { alongRow, asRow, fromRow } from './internal/lines.js';

/** Options of `maxPool1d`. */
export interface Pool1dOptions {
  /** Size of the window. */
  readonly window: number;
  /** Step between windows. Default: the window size, so windows do not overlap. */
  readonly stride?: number;
  /**
   * Padding at both ends, at most half a window. Never the maximum; zeros for the mean. Default 0.
   */
  readonly padding?: number;
  /**
   * Whether to round the number of windows up, so that the last window may extend beyond the
   * padding. Default false.
   */
  readonly ceilMode?: boolean;
}

/** Options of `avgPool1d`. */
export interface AvgPool1dOptions extends Pool1dOptions {
  /**
   * Whether the mean includes the zeros of the padding. What lies beyond the padding is never
   * included. Default true, as in PyTorch.
   */
  readonly countPadding?: boolean;
}

/** The options of the pooling of images with one row. */
function poolOptionsOf(options: Pool1dOptions, caller: string): PoolOptions {
  const { window, stride = window, padding = 0, ...others } = options;
  return {
    ...others,
    window: alongRow(window, 1, caller, 'window'),
    stride: alongRow(stride, 1, caller, 'stride'),
    padding: alongRow(padding, 0, caller, 'padding'),
  };
}

/** Pools each line of x with an op on images; errors name `caller`. */
function poolLines<A extends AvgPoolOptions>(
  op: (inputs: readonly Tensor[], attributes: A) => Tensor,
  x: Tensor,
  options: A,
  caller: string,
): Tensor {
  const images = asRow(x, caller);
  poolGeometry(images.shape, options, caller);
  return fromRow(op([images], options));
}

/** The op behind `maxPool1d`: one input [N, C, L]. */
export const maxPool1dOp = defineComposite<Pool1dOptions>({
  name: 'maxPool1d',
  compose: ([x], options) =>
    poolLines(maxPool2dOp, x, poolOptionsOf(options, 'maxPool1d'), 'maxPool1d'),
  samples: [
    { title: '2', inputs: [distinct(2, 3, 7)], attributes: { window: 2 } },
    {
      title: 'overlapping, padding, ceil mode',
      inputs: [distinct(1, 2, 8)],
      attributes: { window: 3, stride: 2, padding: 1, ceilMode: true },
    },
  ],
});

/** The op behind `avgPool1d`: one input [N, C, L]. */
export const avgPool1dOp = defineComposite<AvgPool1dOptions>({
  name: 'avgPool1d',
  compose: ([x], options) =>
    poolLines<AvgPoolOptions>(avgPool2dOp, x, poolOptionsOf(options, 'avgPool1d'), 'avgPool1d'),
  samples: [
    { title: '2', inputs: [anywhere(2, 3, 7)], attributes: { window: 2 } },
    {
      title: 'padding not counted',
      inputs: [anywhere(1, 2, 8)],
      attributes: { window: 3, stride: 2, padding: 1, countPadding: false },
    },
  ],
});

/**
 * Maximum under each window of a sequence; of equal elements the first.
 *
 * @param x [N, C, L]
 * @returns [N, C, L'] with L' = floor((L + 2 padding - window) / stride) + 1; ceil instead of floor
 *   with `ceilMode`, without a window that would start beyond the sequence
 * @throws ShapeError or ArgumentError if the options do not match the sequences
 * @example
 * const y = scope(() => maxPool1d(tensor([[[1, 3, 2, 5]]]), { window: 2 }).data());
 * print(await y); // [3, 5]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.max_pool1d.html
 */
export function maxPool1d(x: Tensor, options: Pool1dOptions): Tensor {
  checkOptions('maxPool1d', options, {
    window: true,
    stride: true,
    padding: true,
    ceilMode: true,
  });
  return maxPool1dOp([x], options);
}

/**
 * Mean under each window of a sequence; shapes and errors as in `maxPool1d`. The padding counts by
 * default.
 *
 * @example
 * const y = scope(() => avgPool1d(tensor([[[1, 3, 2, 6]]]), { window: 2 }).data());
 * print(await y); // [2, 4]
 *
 * @see https://pytorch.org/docs/stable/generated/torch.nn.functional.avg_pool1d.html
 */
export function avgPool1d(x: Tensor, options: AvgPool1dOptions): Tensor {
  checkOptions('avgPool1d', options, {
    window: true,
    stride: true,
    padding: true,
    ceilMode: true,
    countPadding: true,
  });
  return avgPool1dOp([x], options);
}
