// What the views of the panel show: one drawing and what went on in the network for it. Types and sizes. Imports types.

import type { FloatArray } from '../../../engine/index.js';
import { IMAGE_SIDE } from '../../../data/idx.js';
import type { Reading } from '../reading/types.js';
import type { Filters } from './filters.js';
import type { Question, Thought } from './think.js';

export interface Scene {
  readonly reading: Reading;
  readonly classes: readonly string[];
  readonly thought: Thought;
  readonly question: Question;
  /** What the first block got, [28, 28], -1 paper, 1 ink. */
  readonly input: FloatArray;
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

/** What a block gets: channels and rows of each. */
export function inputOf(block: number): BlockSize {
  return block === 0 ? { count: 1, side: IMAGE_SIDE } : BLOCKS[block - 1];
}

/** The numbers that a block gets. */
export function inputNumbers({ input, thought }: Scene, block: number): FloatArray {
  return block === 0 ? input : thought.blocks[block - 1];
}

/** A view of the scene; null is an empty pad. */
export interface View {
  readonly root: HTMLElement;
  show(scene: Scene | null): void;
}
