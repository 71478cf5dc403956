// Calibrates a saved model: fits its temperature on validation images and writes it into the file.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { calibration } from '../evaluation/measures.js';
import { logPriorsOf, type LoadedModel } from '../model/modelContents.js';
import { storeTemperature } from '../model/modelFile.js';
import { fitTemperature, probabilitiesOf } from './temperature.js';

export interface CalibrationResult {
  readonly temperature: number;
  /** Expected calibration error on the validation images, without and with the temperature. */
  readonly errorBefore: number;
  readonly errorAfter: number;
  /** Predictions on the validation images, with log-priors if the model was trained with them. */
  readonly evaluation: Evaluation;
}

/**
 * Fits the temperature of the model in a file and stores it there.
 *
 * @param validation images that the model was not trained on
 * @throws ModelError if the file is missing or damaged
 */
export async function calibrateModel(
  path: string,
  { model, classes, training }: LoadedModel,
  validation: ImageDataset,
  onProgress: (done: number, total: number) => unknown = () => undefined,
): Promise<CalibrationResult> {
  const evaluation = await evaluate(model, validation, {
    logits: true,
    priors: logPriorsOf(training, 'val'),
    onProgress: (done) => onProgress(done, validation.length),
  });
  const { predictions, logits } = evaluation;
  // The temperature also divides the log-priors, if any. Dividing only the network's logits was
  // tried: the loss is the same.
  const temperature = fitTemperature(logits!, validation.labels);
  const errorAt = (t: number): number =>
    calibration(probabilitiesOf(logits!, classes.length, t), predictions, validation.labels).error;
  await storeTemperature(path, temperature);
  return { temperature, errorBefore: errorAt(1), errorAfter: errorAt(temperature), evaluation };
}
