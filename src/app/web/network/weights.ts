// The network's weights as arrays: convolutions with their batch norm folded in, and linear layers.

import { ArgumentError, type FloatArray } from '../../../engine/index.js';
import { BatchNorm2d, Conv2d, Linear, type Sequential } from '../../../nn/index.js';
import type { Stages } from './stages.js';

/** Side length of a kernel. */
export const KERNEL_SIDE = 3;
export const KERNEL_SIZE = KERNEL_SIDE * KERNEL_SIDE;

/** A convolution with its batch norm folded in: weights times gamma / sqrt(variance + epsilon), the rest a bias. */
export interface Filters {
  readonly outChannels: number;
  readonly inChannels: number;
  /** [outChannels, inChannels, 3, 3] */
  readonly weight: Float64Array;
  /** [outChannels] */
  readonly bias: Float64Array;
}

export interface LinearWeights {
  readonly inFeatures: number;
  /** [outFeatures, inFeatures] */
  readonly weight: FloatArray;
  /** [outFeatures] */
  readonly bias: FloatArray;
}

export interface Weights {
  /** Of each block, each convolution. */
  readonly blocks: readonly (readonly Filters[])[];
  readonly hidden: LinearWeights;
  readonly last: LinearWeights;
}

/** Reads all weights. */
export async function weightsOf({ blocks, hidden, last }: Stages): Promise<Weights> {
  return {
    blocks: await Promise.all(blocks.map((block) => Promise.all(block.map(foldBatchNorm)))),
    hidden: await linearWeights(hidden),
    last: await linearWeights(last),
  };
}

async function foldBatchNorm({ layers: [conv, norm] }: Sequential): Promise<Filters> {
  if (!(conv instanceof Conv2d) || !(norm instanceof BatchNorm2d)) {
    throw new ArgumentError('weightsOf: expected Conv2d followed by BatchNorm2d');
  }
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

async function linearWeights({ layers }: Sequential): Promise<LinearWeights> {
  const linear = layers.find((layer) => layer instanceof Linear);
  if (linear === undefined) throw new ArgumentError('weightsOf: expected a Linear layer');
  const [weight, bias] = await Promise.all([
    linear.weight.data(),
    linear.bias?.data() ?? new Float32Array(linear.weight.shape[0]),
  ]);
  return { inFeatures: linear.weight.shape[1], weight, bias };
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
