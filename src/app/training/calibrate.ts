// Calibrates a saved model on validation images and writes the results into the file: its temperature,
// and for a model trained with outliers the evidence below which it rejects an image.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { calibration } from '../evaluation/measures.js';
import { logPriorsOf, type LoadedModel } from '../model/modelContents.js';
import { evidenceQuantile } from '../evaluation/rejection.js';
import { storeCalibration } from '../model/modelFile.js';
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
 * Fits the temperature of the model in a file, and stores it there.
 *
 * @param validation images that the model was not trained on
 * @param rejects whether the model was trained with outliers and rejects images
 * @throws ModelError if the file is missing or damaged
 */
export async function calibrateModel(
  path: string,
  { model, classes, training }: LoadedModel,
  validation: ImageDataset,
  rejects: boolean,
  onProgress: (done: number, total: number) => unknown = () => undefined,
): Promise<CalibrationResult> {
  const priors = logPriorsOf(training, 'val');
  const evaluation = await evaluate(model, validation, {
    logits: true,
    priors,
    onProgress: (done) => onProgress(done, validation.length),
  });
  const { predictions, logits } = evaluation;
  // The temperature also divides the log-priors, if any. Dividing only the network's logits was
  // tried: the loss is the same.
  const temperature = fitTemperature(logits!, validation.labels);
  const errorAt = (t: number): number =>
    calibration(probabilitiesOf(logits!, classes.length, t), predictions, validation.labels).error;
  const minEvidence = rejects ? evidenceQuantile(logits!, classes.length, priors) : null;
  await storeCalibration(path, { temperature, ...(minEvidence === null ? {} : { minEvidence }) });
  return { temperature, errorBefore: errorAt(1), errorAfter: errorAt(temperature), evaluation };
}
