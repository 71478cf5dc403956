// Convolution filters with batch norm folded in, and the decomposition of one activation into contributions per channel.
// Plain arithmetic in float64; a test compares it with the network's outputs.

import { ArgumentError, type FloatArray } from '../../../engine/index.js';
import { BatchNorm2d, Conv2d } from '../../../nn/index.js';
import type { Stages } from './stages.js';

/** Side length of a kernel. */
export const KERNEL_SIDE = 3;
const KERNEL_SIZE = KERNEL_SIDE * KERNEL_SIDE;

/** A block's last convolution with its batch norm folded in: weights times gamma / sqrt(variance + epsilon), the rest a bias. */
export interface Filters {
  readonly outChannels: number;
  readonly inChannels: number;
  /** [outChannels, inChannels, 3, 3] */
  readonly weight: Float64Array;
  /** [outChannels] */
  readonly bias: Float64Array;
}

/** The folded filters of every block. */
export function filtersOf({ blocks }: Stages): Promise<Filters[]> {
  return Promise.all(
    blocks.map(({ last }) => {
      const [conv, norm] = last.layers;
      if (!(conv instanceof Conv2d) || !(norm instanceof BatchNorm2d)) {
        throw new ArgumentError(
          'filtersOf: expected Conv2d followed by BatchNorm2d as the last layers of a block',
        );
      }
      return foldBatchNorm(conv, norm);
    }),
  );
}

async function foldBatchNorm(conv: Conv2d, norm: BatchNorm2d): Promise<Filters> {
  const [outChannels, inChannels] = conv.weight.shape;
  const [weight, gamma, beta, mean, variance, bias] = await Promise.all([
    conv.weight.data(),
    norm.weight!.data(),
    norm.bias!.data(),
    norm.running_mean!.data(),
    norm.running_var!.data(),
    conv.bias?.data() ?? new Float32Array(outChannels),
  ]);
  const factor = Float64Array.from(
    gamma,
    (value, o) => value / Math.sqrt(variance[o] + norm.epsilon),
  );
  return {
    outChannels,
    inChannels,
    weight: Float64Array.from(
      weight,
      (value, i) => value * factor[Math.floor(i / (inChannels * KERNEL_SIZE))],
    ),
    bias: factor.map((value, o) => (bias[o] - mean[o]) * value + beta[o]),
  };
}

/** The kernel of a filter for one input channel, [3, 3]. */
export function kernelOf(
  { inChannels, weight }: Filters,
  filter: number,
  channel: number,
): Float64Array {
  const start = (filter * inChannels + channel) * KERNEL_SIZE;
  return weight.subarray(start, start + KERNEL_SIZE);
}

/** Position and value of a map's maximum; the first of equal ones. */
export interface Peak {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** The maximum of one channel. @param maps [channels, side, side] */
export function peakOf(maps: FloatArray, side: number, channel: number): Peak {
  const start = channel * side * side;
  let index = 0;
  for (let i = 1; i < side * side; i++) if (maps[start + i] > maps[start + index]) index = i;
  return { row: Math.floor(index / side), column: index % side, value: maps[start + index] };
}

/** Contribution of one channel to a filter's sum at a point. */
export interface Contribution {
  readonly channel: number;
  readonly value: number;
}

/** A filter's output at one point before ReLU, decomposed: `total` is `bias` plus all `contributions`. */
export interface Decomposition {
  readonly row: number;
  readonly column: number;
  readonly bias: number;
  /** In the order of the channels. */
  readonly contributions: readonly Contribution[];
  readonly total: number;
}

/**
 * Decomposes the sum behind a point of a pooled map: the largest of the 2 x 2 sums that max pooling compared.
 *
 * @param input input of the convolution without its zero padding, [inChannels, side, side]
 * @param point position in the pooled map
 */
export function decompose(
  filters: Filters,
  filter: number,
  input: FloatArray,
  side: number,
  point: { readonly row: number; readonly column: number },
): Decomposition {
  const sums = [0, 1, 2, 3].map((offset) =>
    sumAt(
      filters,
      filter,
      input,
      side,
      2 * point.row + (offset >> 1),
      2 * point.column + (offset & 1),
    ),
  );
  return sums.reduce((best, sum) => (sum.total > best.total ? sum : best));
}

function sumAt(
  filters: Filters,
  filter: number,
  input: FloatArray,
  side: number,
  row: number,
  column: number,
): Decomposition {
  const contributions = Array.from({ length: filters.inChannels }, (_, channel): Contribution => {
    const kernel = kernelOf(filters, filter, channel);
    const pixels = patch(input, side, channel, row, column);
    return { channel, value: kernel.reduce((sum, weight, tap) => sum + weight * pixels[tap], 0) };
  });
  const bias = filters.bias[filter];
  return {
    row,
    column,
    bias,
    contributions,
    total: contributions.reduce((sum, { value }) => sum + value, bias),
  };
}

/** The 3 x 3 values around a point of one channel, with zero padding. */
export function patch(
  input: FloatArray,
  side: number,
  channel: number,
  row: number,
  column: number,
): number[] {
  return Array.from({ length: KERNEL_SIZE }, (_, tap) => {
    const y = row + Math.floor(tap / KERNEL_SIDE) - 1;
    const x = column + (tap % KERNEL_SIDE) - 1;
    const inside = y >= 0 && y < side && x >= 0 && x < side;
    return inside ? input[(channel * side + y) * side + x] : 0;
  });
}

/** Stride of a block's maps in input pixels: 2, 4, 8. */
export function strideOf(block: number): number {
  return 2 ** (block + 1);
}

/**
 * Receptive field of a row (or column) of a block's maps, in input pixels; it may extend beyond the image.
 *
 * Pooling covers 2 x 2 positions, and every convolution before it adds one on each side.
 *
 * @param convolutions number of convolutions per block
 */
export function receptiveField(
  convolutions: readonly number[],
  block: number,
  row: number,
): { readonly first: number; readonly last: number } {
  let [first, last] = [row, row];
  for (let stage = block; stage >= 0; stage--) {
    [first, last] = [2 * first - convolutions[stage], 2 * last + 1 + convolutions[stage]];
  }
  return { first, last };
}
