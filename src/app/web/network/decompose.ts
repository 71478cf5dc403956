// The sum behind one value of the network: its terms per input channel, and the candidates of max pooling.
// Plain arithmetic in float64; a test compares it with the network's outputs.

import type { Maps } from './analyze.js';
import { KERNEL_SIDE, KERNEL_SIZE, kernelOf, type Filters, type LinearWeights } from './weights.js';

/** A position in a map. */
export interface Point {
  readonly row: number;
  readonly column: number;
}

/** Position and value of a map's maximum; the first of equal ones. */
export interface Peak extends Point {
  readonly value: number;
}

/** The maximum of one channel. */
export function peakOf({ values, side }: Maps, channel: number): Peak {
  const start = channel * side * side;
  let index = 0;
  for (let i = 1; i < side * side; i++) if (values[start + i] > values[start + index]) index = i;
  return { row: Math.floor(index / side), column: index % side, value: values[start + index] };
}

/** One term of a sum: an input channel, or one input of a linear layer. */
export interface Term {
  readonly index: number;
  readonly value: number;
}

/** The sum of a convolution at one position, before ReLU: `total` is `bias` plus all `terms`. */
export interface ConvolutionSum extends Point {
  readonly bias: number;
  /** In the order of the channels. */
  readonly terms: readonly Term[];
  readonly total: number;
}

/**
 * The four sums that max pooling compares for a point of a pooled map, row by row.
 *
 * @param input of the block's last convolution
 * @param point position in the pooled map
 */
export function pooledSums(
  filters: Filters,
  filter: number,
  input: Maps,
  { row, column }: Point,
): ConvolutionSum[] {
  return [0, 1, 2, 3].map((offset) =>
    sumAt(filters, filter, input, {
      row: 2 * row + (offset >> 1),
      column: 2 * column + (offset & 1),
    }),
  );
}

/** The largest of sums; the first of equal ones. */
export function largestSum(sums: readonly ConvolutionSum[]): ConvolutionSum {
  return sums.reduce((best, sum) => (sum.total > best.total ? sum : best));
}

function sumAt(filters: Filters, filter: number, input: Maps, point: Point): ConvolutionSum {
  const terms = Array.from({ length: filters.inChannels }, (_, index): Term => {
    const kernel = kernelOf(filters, filter, index);
    const pixels = patch(input, index, point);
    return { index, value: kernel.reduce((sum, weight, tap) => sum + weight * pixels[tap], 0) };
  });
  const bias = filters.bias[filter];
  return { ...point, bias, terms, total: terms.reduce((sum, { value }) => sum + value, bias) };
}

/** The position, among the four that max pooling compares, with the largest sum; the first of equal ones. Fast. */
export function pooledPoint(
  filters: Filters,
  filter: number,
  input: Maps,
  { row, column }: Point,
): Point & { readonly total: number } {
  let best = { row: 0, column: 0, total: -Infinity };
  for (let offset = 0; offset < 4; offset++) {
    const point = { row: 2 * row + (offset >> 1), column: 2 * column + (offset & 1) };
    const total = totalAt(filters, filter, input, point);
    if (total > best.total) best = { ...point, total };
  }
  return best;
}

function totalAt(
  { inChannels, weight, bias }: Filters,
  filter: number,
  { values, side }: Maps,
  { row, column }: Point,
): number {
  let total = bias[filter];
  for (let tap = 0; tap < KERNEL_SIZE; tap++) {
    const y = row + Math.floor(tap / KERNEL_SIDE) - 1;
    const x = column + (tap % KERNEL_SIDE) - 1;
    if (y < 0 || y >= side || x < 0 || x >= side) continue;
    for (let channel = 0; channel < inChannels; channel++) {
      total +=
        weight[(filter * inChannels + channel) * KERNEL_SIZE + tap] *
        values[(channel * side + y) * side + x];
    }
  }
  return total;
}

/** The 3 x 3 values around a point of one channel, with zero padding. */
export function patch({ values, side }: Maps, channel: number, { row, column }: Point): number[] {
  return Array.from({ length: KERNEL_SIZE }, (_, tap) => {
    const y = row + Math.floor(tap / KERNEL_SIDE) - 1;
    const x = column + (tap % KERNEL_SIDE) - 1;
    const inside = y >= 0 && y < side && x >= 0 && x < side;
    return inside ? values[(channel * side + y) * side + x] : 0;
  });
}

/** The sum of a linear layer: `total` is `bias` plus all `terms`. */
export interface LinearSum {
  readonly bias: number;
  /** In the order of the inputs. */
  readonly terms: readonly Term[];
  readonly total: number;
}

export function linearSum(
  { inFeatures, weight, bias }: LinearWeights,
  unit: number,
  input: ArrayLike<number>,
): LinearSum {
  const terms = Array.from({ length: inFeatures }, (_, index): Term => ({
    index,
    value: weight[unit * inFeatures + index] * input[index],
  }));
  return {
    bias: bias[unit],
    terms,
    total: terms.reduce((sum, { value }) => sum + value, bias[unit]),
  };
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
