// Classifies images: returns a probability for each class. interpret.ts interprets them;
// evaluate.ts measures accuracy against labels.

import { noGrad, scope } from '../../engine/current.js';
import { Normalizer } from '../../data/loading/transform.js';
import type { Layer } from '../../nn/module.js';
import { probabilitiesOf } from '../training/temperature.js';
import { ModelError } from '../errors.js';
import { imageTensor, INPUT_PIXELS } from '../model/imageTensor.js';
import { onBackendOf } from '../model/modelBackend.js';

/**
 * Checks the outputs of a network: finite weights that are too large give infinite ones.
 *
 * @throws ModelError if one is not a finite number
 */
export function checkLogits(logits: ArrayLike<number>): void {
  if (Array.prototype.every.call(logits, Number.isFinite)) return;
  throw new ModelError(
    'the outputs of the model are not finite numbers: its weights are damaged or too large; use ' +
      'another model, or train again',
  );
}

/**
 * Runs images through a network in evaluation mode, in one batch, on the network's backend.
 *
 * @param images upright, 0 = paper, 255 = ink: `[n, 28, 28]`
 * @param temperature the temperature of the model file; default 1
 * @throws ModelError if an output of the network is not a finite number
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
  checkLogits(logits);
  return probabilitiesOf(logits, logits.length / count, temperature);
}
