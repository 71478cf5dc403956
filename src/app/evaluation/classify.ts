// Classifies images: returns a probability for each class. interpret.ts interprets them;
// evaluate.ts measures accuracy against labels.

import { noGrad, scope } from '../../engine/index.js';
import { IMAGE_PIXELS } from '../../data/emnist/idx.js';
import { normalize } from '../../data/loading/transform.js';
import type { Module } from '../../nn/index.js';
import { probabilitiesOf } from '../training/temperature.js';
import { imageTensor } from '../model/imageTensor.js';
import { onBackendOf } from '../model/modelBackend.js';

/**
 * Runs images through a network in evaluation mode, in one batch, on the network's backend.
 *
 * @param images upright, 0 = paper, 255 = ink: `[n, 28, 28]`
 * @param temperature the temperature of the model file; default 1
 * @returns probabilities, row by row: `[n, classes]`
 */
export async function classify(
  model: Module,
  images: Uint8Array,
  temperature = 1,
): Promise<Float32Array> {
  const count = images.length / IMAGE_PIXELS;
  const input = new Float32Array(images.length);
  normalize().apply(images, 0, input, 0, images.length);
  model.eval();
  const logits = await onBackendOf(model, () =>
    scope(() => noGrad(() => model.forward(imageTensor(input))).data()),
  );
  return probabilitiesOf(logits, logits.length / count, temperature);
}
