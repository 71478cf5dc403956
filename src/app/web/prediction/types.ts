// Types of predictions and model metadata, shared by the parts of the page.

import type { ModelFormat, TrainingMetadata } from '../../model/modelContents.js';

/** One class of the model with its probability. */
export interface Ranked {
  /** Index of the class in `Predictor.classes`. */
  readonly index: number;
  readonly label: string;
  /** Calibrated, 0..1. */
  readonly probability: number;
}

/** A prediction as shown to the visitor. */
export interface Verdict {
  /** One character, several look-alikes, not sure, or not a character. */
  readonly kind: 'sure' | 'alike' | 'unsure' | 'rejected';
  /** The likeliest character. */
  readonly label: string;
  /** Display text: "B", "0 or O", "not sure: 5, S", "not a letter or digit". */
  readonly text: string;
  /** The characters named in `text`; none if the drawing is rejected. */
  readonly group: readonly string[];
}

/** The prediction for one image. */
export interface Prediction {
  /** The input, [28, 28], 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  readonly logits: Float32Array;
  /** Calibrated, in the order of the classes. */
  readonly probabilities: Float32Array;
  /** Every class, most probable first. */
  readonly ranked: readonly Ranked[];
  readonly verdict: Verdict;
}

/** Metadata of a model file. */
export interface ModelCard {
  /** Name of the file. */
  readonly name: string;
  readonly format: ModelFormat;
  /** The original file. */
  readonly bytes: Uint8Array;
  /** The model as safetensors, from which a worker can load the same network. */
  readonly safetensors: Uint8Array;
  /** Number of trainable parameters. */
  readonly parameters: number;
  readonly training: TrainingMetadata;
}
