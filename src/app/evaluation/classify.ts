// Classifies images: returns a probability for each class. interpret.ts interprets them;
// evaluate.ts measures accuracy against labels.

import { noGrad, scope } from '../../engine/current.js';
import { Normalizer } from '../../data/loading/transform.js';
import type { Layer } from '../../nn/module.js';
import { probabilitiesOf } from '../training/temperature.js';
import { imageTensor, INPUT_PIXELS } from '../model/imageTensor.js';
import { onBackendOf } from '../model/modelBackend.js';

/**
 * Runs images through a network in evaluation mode, in one batch, on the network's backend.
 *
 * @param images upright, 0 = paper, 255 = ink: `[n, 28, 28]`
 * @param temperature the temperature of the model file; default 1
 * @returns probabilities, row by row: `[n, classes]`
 */
export async function classify(
  model: Layer,
  images: Uint8Array,
  temperature = 1,
): Promise<Float32Array> {
  const count = images.length / INPUT_PIXELS;
  const input = new Float32Array(images.length);
  new Normalizer().apply(images, input);
  model.eval();
  const logits = await onBackendOf(model, () =>
    scope(() => noGrad(() => model.forward(imageTensor(input))).data()),
  );
  return probabilitiesOf(logits, logits.length / count, temperature);
}
