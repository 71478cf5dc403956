// What a reader tells: of an image, and of its model. The shapes that the parts of the page share; no code. Imports types.

import type { ModelFormat, Training } from '../../model/modelContents.js';

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

/** What a model file says about itself. */
export interface ModelCard {
  /** What the file is called. */
  readonly name: string;
  readonly format: ModelFormat;
  /** The file as it was given. */
  readonly bytes: Uint8Array;
  /** Its contents as safetensors: what a worker makes the same network of. */
  readonly safetensors: Uint8Array;
  /** Numbers that were learned. */
  readonly parameters: number;
  readonly training: Training;
}
