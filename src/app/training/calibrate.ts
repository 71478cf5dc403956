// Calibrates the model in a file and writes the results into the file.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { calibration } from '../evaluation/measures.js';
import type { LoadedModel } from '../model/modelContents.js';
import { storeCalibration } from '../model/modelFile.js';
import { fitCalibration, type CalibrationFit, type OnProgress } from './fitCalibration.js';
import { probabilitiesOf } from './temperature.js';

/** A calibration, and the error that it corrects. */
export interface CalibrationResult extends CalibrationFit {
  /** Expected calibration error on the validation images, without and with the temperature. */
  readonly errorBefore: number;
  readonly errorAfter: number;
}

/**
 * Calibrates the model in a file, and stores the results there.
 *
 * @param validation images that the model was not trained on
 * @param rejects whether the model was trained with outliers and rejects images
 * @throws ModelError if the file is missing or damaged
 */
export async function calibrateModel(
  path: string,
  loaded: LoadedModel,
  validation: ImageDataset,
  rejects: boolean,
  onProgress?: OnProgress,
): Promise<CalibrationResult> {
  const fitted = await fitCalibration(loaded, validation, rejects, onProgress);
  const { temperature, minEvidence, evaluation } = fitted;
  const { predictions, logits } = evaluation;
  const errorAt = (t: number): number => {
    const probabilities = probabilitiesOf(logits!, loaded.classes.length, t);
    return calibration(probabilities, predictions, validation.labels).error;
  };
  await storeCalibration(path, { temperature, ...(minEvidence === null ? {} : { minEvidence }) });
  return { ...fitted, errorBefore: errorAt(1), errorAfter: errorAt(temperature) };
}
