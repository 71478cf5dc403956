// Classifies images: returns a probability for each class. interpret.ts interprets them;
// evaluate.ts measures accuracy against labels.

import { noGrad, scope, tensor } from '../../engine/index.js';
import { Normalizer } from '../../data/loading/transform.js';
import { sizeOf } from '../../engine/shape.js';
import type { Layer } from '../../nn/index.js';
import { probabilitiesOf } from '../training/temperature.js';
import { CharacterNet } from '../model/characterNet.js';
import { INPUT_SHAPE } from '../model/imageTensor.js';
import { onBackendOf } from '../model/modelBackend.js';

/**
 * Runs images through a network in evaluation mode, in one batch, on the network's backend.
 *
 * @param images as the network expects them, such as upright characters, 0 = paper, 255 = ink:
 *   `[n, 1, 28, 28]`
 * @param temperature the temperature of the model file; default 1
 * @returns probabilities, row by row: `[n, classes]`
 */
export async function classify(
  model: Layer,
  images: Uint8Array,
  temperature = 1,
): Promise<Float32Array> {
  const shape = model instanceof CharacterNet ? model.inputShape : INPUT_SHAPE;
  const count = images.length / sizeOf(shape);
  const input = new Float32Array(images.length);
  new Normalizer().apply(images, input);
  model.eval();
  const logits = await onBackendOf(model, () =>
    scope(() => noGrad(() => model.forward(tensor(input, { shape: [count, ...shape] }))).data()),
  );
  return probabilitiesOf(logits, logits.length / count, temperature);
}
