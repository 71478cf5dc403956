// The data that the panel's views show: one drawing and the network's activations and gradients for it. Types and sizes.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { Prediction } from '../prediction/types.js';
import type { Filters } from './filters.js';
import type { Analysis } from './analyze.js';

export interface Snapshot {
  readonly prediction: Prediction;
  readonly classes: readonly string[];
  readonly analysis: Analysis;
  /** Number of convolutions per block. */
  readonly convolutions: readonly number[];
  /** Null until the model's weights have been read. */
  readonly filters: readonly Filters[] | null;
}

/** One filter of one block, zero-based. */
export interface FilterChoice {
  readonly block: number;
  readonly filter: number;
}

export interface BlockSize {
  readonly count: number;
  /** Side length of a map. */
  readonly side: number;
}

/** Output sizes of the three blocks. */
export const BLOCKS: readonly BlockSize[] = [
  { count: 32, side: 14 },
  { count: 64, side: 7 },
  { count: 128, side: 3 },
];

/** Side length of a block's input, and of the outputs of its convolutions. */
export function inputSide(block: number): number {
  return block === 0 ? IMAGE_SIDE : BLOCKS[block - 1].side;
}

/** A view of a snapshot; null is an empty pad. */
export interface View {
  readonly root: HTMLElement;
  show(snapshot: Snapshot | null): void;
}
