// How much the units of one layer contribute to a value of the next: gradient times activation. ReLU and max pooling are linear
// for small changes, so the contributions of all inputs add up to the value, up to the biases.

import type { Maps } from './analyze.js';
import { patch, pooledPoint, type Point } from './decompose.js';
import { KERNEL_SIDE, KERNEL_SIZE, type Filters, type LinearWeights } from './weights.js';

/**
 * Contributions of maps of a block's input to a value of its output.
 *
 * @param convolutions of the block
 * @param inputs input of each convolution
 * @param filter of the last convolution
 * @param point the value's position in the pooled map
 * @param sources the input maps of interest
 * @returns one contribution per source; zeros if ReLU is inactive at the value
 */
export function blockContributions(
  convolutions: readonly Filters[],
  inputs: readonly Maps[],
  filter: number,
  point: Point,
  sources: readonly number[],
): number[] {
  const last = convolutions.length - 1;
  const sum = pooledPoint(convolutions[last], filter, inputs[last], point);
  if (sum.total <= 0) return sources.map(() => 0);
  let gradients: Gradient[] = [
    {
      row: sum.row,
      column: sum.column,
      channels: new Float64Array(convolutions[last].outChannels),
    },
  ];
  gradients[0].channels[filter] = 1;
  for (let layer = last; layer > 0; layer--) {
    gradients = throughConvolution(convolutions[layer], gradients, inputs[layer]);
  }
  return sources.map((source) => contribution(convolutions[0], gradients, inputs[0], source));
}

/** The gradients of all channels of a layer's outputs at one position. */
interface Gradient extends Point {
  readonly channels: Float64Array;
}

/** The gradients of a convolution's inputs, where the ReLU before it is active. */
function throughConvolution(
  { outChannels, inChannels, weight }: Filters,
  gradients: readonly Gradient[],
  { values, side }: Maps,
): Gradient[] {
  const byPosition = new Map<number, Gradient>();
  const gradientAt = (row: number, column: number): Gradient | null => {
    if (row < 0 || row >= side || column < 0 || column >= side) return null;
    const position = row * side + column;
    const known = byPosition.get(position);
    if (known !== undefined) return known;
    const added = { row, column, channels: new Float64Array(inChannels) };
    byPosition.set(position, added);
    return added;
  };
  for (const { row, column, channels } of gradients) {
    for (let tap = 0; tap < KERNEL_SIZE; tap++) {
      const target = gradientAt(
        row + Math.floor(tap / KERNEL_SIDE) - 1,
        column + (tap % KERNEL_SIDE) - 1,
      );
      if (target === null) continue;
      for (let filter = 0; filter < outChannels; filter++) {
        if (channels[filter] === 0) continue;
        const start = filter * inChannels * KERNEL_SIZE + tap;
        for (let channel = 0; channel < inChannels; channel++) {
          target.channels[channel] += channels[filter] * weight[start + channel * KERNEL_SIZE];
        }
      }
    }
  }
  for (const { row, column, channels } of byPosition.values()) {
    for (let channel = 0; channel < inChannels; channel++) {
      if (values[(channel * side + row) * side + column] <= 0) channels[channel] = 0;
    }
  }
  return [...byPosition.values()];
}

/** Gradient times activation of one input map. */
function contribution(
  { outChannels, inChannels, weight }: Filters,
  gradients: readonly Gradient[],
  input: Maps,
  source: number,
): number {
  let sum = 0;
  for (const gradient of gradients) {
    const values = patch(input, source, gradient);
    for (let filter = 0; filter < outChannels; filter++) {
      const factor = gradient.channels[filter];
      if (factor === 0) continue;
      const start = (filter * inChannels + source) * KERNEL_SIZE;
      let product = 0;
      for (let tap = 0; tap < KERNEL_SIZE; tap++) product += weight[start + tap] * values[tap];
      sum += factor * product;
    }
  }
  return sum;
}

/**
 * Contributions of groups of inputs to a unit of a linear layer.
 *
 * @param input [inFeatures]
 * @param groupSize inputs per source: the pixels of a map, or 1
 */
export function linearContributions(
  { inFeatures, weight }: LinearWeights,
  unit: number,
  input: ArrayLike<number>,
  groupSize: number,
  sources: readonly number[],
): number[] {
  return sources.map((source) => {
    let sum = 0;
    for (let i = source * groupSize; i < (source + 1) * groupSize; i++) {
      sum += weight[unit * inFeatures + i] * input[i];
    }
    return sum;
  });
}
