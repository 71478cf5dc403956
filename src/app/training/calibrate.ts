// Gives a saved model its temperature: fits it on validation images and writes it into the file. Imports evaluate, measures,
// modelFile, temperature.

import type { Dataset } from '../../data/loading/dataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { calibration } from '../evaluation/measures.js';
import { priorsOf, type LoadedModel } from '../model/modelContents.js';
import { storeTemperature } from '../model/modelFile.js';
import { fitTemperature, probabilitiesOf } from './temperature.js';

export interface Calibrated {
  readonly temperature: number;
  /** Expected calibration error on the validation images, as the network is and with the temperature. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** What the model read in them, with the shares of the classes if it was trained to do without. */
  readonly evaluation: Evaluation;
}

/**
 * Fits the temperature of the model in a file and stores it there.
 *
 * @param validation images that the model has not learned from
 */
export async function calibrateModel(
  path: string,
  { model, classes, training }: LoadedModel,
  validation: Dataset,
  onProgress: (done: number, total: number) => unknown = () => undefined,
): Promise<Calibrated> {
  const evaluation = await evaluate(model, validation, {
    logits: true,
    priors: priorsOf(training, 'val'),
    onProgress: (done) => onProgress(done, validation.length),
  });
  const { predictions, logits } = evaluation;
  // Priors, where there are any, are divided with the rest. Dividing the network's part alone was tried: the loss is the same.
  const temperature = fitTemperature(logits!, validation.labels);
  const errorAt = (t: number): number =>
    calibration(probabilitiesOf(logits!, classes.length, t), predictions, validation.labels).error;
  await storeTemperature(path, temperature);
  return { temperature, errorBefore: errorAt(1), errorAfter: errorAt(temperature), evaluation };
}
