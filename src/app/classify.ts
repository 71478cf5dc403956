// What a network says of single images: a probability for each class, and in words what to make of them. No data
// set, no labels; measuring against labels is evaluate.ts. Imports engine, nn and data.

import { noGrad, scope, softmax, tensor } from '../engine/index.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../data/idx.js';
import { normalize } from '../data/transform.js';
import type { Module } from '../nn/index.js';
import { mergedName } from './metrics.js';

/**
 * Runs images through a network in evaluation mode, all at once.
 *
 * @param images upright, 0 = paper, 255 = ink: `[n, 28, 28]`
 * @returns probabilities, row by row: `[n, classes]`
 */
export async function classify(model: Module, images: Uint8Array): Promise<Float32Array> {
  const count = images.length / IMAGE_PIXELS;
  const input = new Float32Array(images.length);
  normalize().apply(images, 0, input, 0, images.length);
  model.eval();
  const probabilities = await noGrad(() =>
    scope(() => {
      const x = tensor(input, { shape: [count, 1, IMAGE_SIDE, IMAGE_SIDE] });
      return softmax(model.forward(x)).data(); // [n, classes]
    }),
  );
  return Float32Array.from(probabilities);
}

export interface Choice {
  readonly name: string;
  readonly probability: number;
}

/** What was read in one image. */
export interface Reading {
  /** The likeliest classes, the first one first. */
  readonly top: readonly Choice[];
  /**
   * The character, or the look-alikes that it may be without context, the likeliest first: those of its group
   * (1/I/L, 9/g/q, F/f, 0/O) that are at least a tenth as likely.
   */
  readonly read: readonly string[];
  /** What the characters in `read` have together. */
  readonly probability: number;
  /** Whether that is enough to be believed: at least 0.7. */
  readonly sure: boolean;
}

/** Look-alikes less likely than this part of the likeliest are not worth naming. */
const WORTH_NAMING = 0.1;
/** Of readings less probable than this many are wrong. */
const SURE = 0.7;

/**
 * Puts a row of probabilities into words.
 *
 * @param probabilities one for each class
 * @param count how many of the likeliest to list
 */
export function interpret(
  probabilities: ArrayLike<number>,
  classes: readonly string[],
  count: number,
): Reading {
  // Equal ones stay in the order of the classes.
  const ranked = classes
    .map((name, i): Choice => ({ name, probability: probabilities[i] }))
    .sort((a, b) => b.probability - a.probability);
  const [best] = ranked;
  const alike = ranked.filter(
    ({ name, probability }) =>
      mergedName(name) === mergedName(best.name) && probability >= WORTH_NAMING * best.probability,
  );
  const probability = Math.min(
    1,
    alike.reduce((sum, choice) => sum + choice.probability, 0),
  );
  return {
    top: ranked.slice(0, count),
    read: alike.map(({ name }) => name),
    probability,
    sure: probability >= SURE,
  };
}
