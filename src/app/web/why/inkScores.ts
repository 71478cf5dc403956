// Scores of images, and the gradients of scores with respect to the ink of the pixels, from autograd. In batches.

import {
  gradientOf,
  noGrad,
  scope,
  Tensor,
  tensor,
  type FloatArray,
} from '../../../engine/index.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import { Normalizer } from '../../../data/loading/transform.js';
import type { CharacterNet } from '../../model/characterNet.js';
import { INPUT_SHAPE } from '../../model/imageTensor.js';

const {
  mean: [MEAN],
  std: [STD],
} = new Normalizer();

/** The ink of an image's pixels, 0..1. */
export function inkOf(image: Uint8Array): Float64Array {
  return Float64Array.from(image, (byte) => byte / 255);
}

/** @param inks ink of n images, 0..1, [28, 28] each @returns the network's input, [n, 1, 28, 28] */
function inputOf(inks: readonly ArrayLike<number>[]): Tensor {
  const pixels = new Float64Array(inks.length * IMAGE_PIXELS);
  inks.forEach((ink, n) => {
    for (let i = 0; i < IMAGE_PIXELS; i++) pixels[n * IMAGE_PIXELS + i] = (ink[i] - MEAN) / STD;
  });
  return tensor(pixels, { shape: [inks.length, ...INPUT_SHAPE] });
}

/**
 * Logits of images, [classes] each, in evaluation mode. Leaves no tensors on the backend.
 *
 * @param inks ink of each image, 0..1, [28, 28]
 */
export async function logitsOfInks(
  model: CharacterNet,
  inks: readonly ArrayLike<number>[],
): Promise<FloatArray[]> {
  const values = await scope(() => noGrad(() => model.forward(inputOf(inks))).data());
  return rowsOf(values, inks.length);
}

/**
 * Gradients of a score with respect to ink: d sum_k weights[k] logit_k / d ink, [28, 28] for each image. In evaluation mode;
 * leaves no tensors on the backend and does not touch the gradients of the network's parameters.
 *
 * @param inks ink of each image, 0..1, [28, 28]
 * @param weights [classes]
 */
export async function inkGradients(
  model: CharacterNet,
  inks: readonly ArrayLike<number>[],
  weights: ArrayLike<number>,
): Promise<FloatArray[]> {
  const values = await scope(() => {
    const x = new Tensor(inputOf(inks).array, true);
    const logits = model.forward(x); // [n, classes]
    const seed = Float64Array.from(
      { length: logits.size },
      (_, i) => weights[i % weights.length] / STD, // d input / d ink = 1 / std
    );
    return gradientOf(
      logits,
      x,
      tensor(seed, { shape: logits.shape, backend: x.array.backend }),
    ).data();
  });
  return rowsOf(values, inks.length);
}

function rowsOf(values: FloatArray, count: number): FloatArray[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, n) => values.slice(n * width, (n + 1) * width));
}
