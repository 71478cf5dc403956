// What the views of the panel show: one drawing and what went on in the network for it. Types and sizes. Imports types.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { Reading } from '../prediction/types.js';
import type { Filters } from './filters.js';
import type { Question, Thought } from './think.js';

export interface Scene {
  readonly reading: Reading;
  readonly classes: readonly string[];
  readonly thought: Thought;
  readonly question: Question;
  /** Convolutions in each block. */
  readonly convolutions: readonly number[];
  /** Null until they have been read from the model. */
  readonly filters: readonly Filters[] | null;
}

/** One filter of one block, both counted from 0. */
export interface FilterChoice {
  readonly block: number;
  readonly filter: number;
}

export interface BlockSize {
  readonly count: number;
  /** Rows and columns of a map. */
  readonly side: number;
}

/** Of the three blocks. */
export const BLOCKS: readonly BlockSize[] = [
  { count: 32, side: 14 },
  { count: 64, side: 7 },
  { count: 128, side: 3 },
];

/** Rows and columns of the maps that a block gets, and that all its convolutions make. */
export function inputSide(block: number): number {
  return block === 0 ? IMAGE_SIDE : BLOCKS[block - 1].side;
}

/** A view of the scene; null is an empty pad. */
export interface View {
  readonly root: HTMLElement;
  show(scene: Scene | null): void;
}
