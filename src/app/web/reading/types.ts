// What the page knows of a reader and of what it reads: the shapes that the parts share. No code. Imports types.

import type { CharacterNet } from '../../model.js';

/** One class of the model, and how likely it is. */
export interface Ranked {
  /** Number of the class, as in `Reader.classes`. */
  readonly index: number;
  readonly label: string;
  /** Calibrated, 0..1. */
  readonly probability: number;
}

/** What to say of a drawing. */
export interface Verdict {
  /** One character, several that look alike, or not sure. */
  readonly kind: 'sure' | 'alike' | 'unsure';
  /** The likeliest character. */
  readonly label: string;
  /** For people: "B", "0 or O", "not sure: 5, S". */
  readonly text: string;
  /** The characters named in `text`. */
  readonly group: readonly string[];
}

/** What a reader makes of one image. */
export interface Reading {
  /** 784 bytes, 0 paper, 255 ink: what was read. */
  readonly image: Uint8Array;
  readonly logits: Float32Array;
  /** Calibrated, in the order of the classes. */
  readonly probabilities: Float32Array;
  /** Every class, the likeliest first. */
  readonly ranked: readonly Ranked[];
  readonly verdict: Verdict;
}

/** A model that reads. */
export interface Reader {
  readonly classes: readonly string[];
  /** In evaluation mode, on the wasm backend with one thread. */
  readonly model: CharacterNet;
  /** What logits are divided by before the softmax. */
  readonly temperature: number;
  read(image: Uint8Array): Promise<Reading>;
  dispose(): void;
}
