// Calibration of a model on images that it was not trained on: its temperature, and for a model trained
// with outliers the evidence below which it rejects an image.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { logPriorsOf, type LoadedModel } from '../model/modelContents.js';
import { requiredEvidence } from '../evaluation/rejection.js';
import { generatedCharacters, generatedOutliers } from './generated.js';
import { chooseTemperature, type ChosenTemperature } from './chooseTemperature.js';

/** Generated characters per validation image, for models that reject. */
const GENERATED_PER_IMAGE = 0.25;
/** Outliers that determine the evidence which a model requires. */
const OUTLIERS = 1200;

/** Called with the number of images done and of all images; a promise is awaited. */
export type OnProgress = (done: number, total: number) => unknown;

/** The results of a calibration. */
export interface CalibrationFit extends ChosenTemperature {
  /** See Rejection; null if the model does not reject images. */
  readonly minEvidence: number | null;
  /** Predictions on the validation images, with log-priors if the model was trained with them. */
  readonly evaluation: Evaluation;
}

/**
 * Fits the temperature of a model, if one helps (chooseTemperature.ts), and the evidence that it
 * requires.
 *
 * A model that rejects images is calibrated on generated characters too, so that its probabilities also
 * hold for the forms that the validation images lack.
 *
 * @param validation images that the model was not trained on
 * @param rejects whether the model was trained with outliers and rejects images
 */
export async function fitCalibration(
  { model, classes, training }: Pick<LoadedModel, 'model' | 'classes' | 'training'>,
  validation: ImageDataset,
  rejects: boolean,
  onProgress: OnProgress = () => undefined,
): Promise<CalibrationFit> {
  const priors = logPriorsOf(training, 'val');
  const generatedCount = rejects ? Math.ceil(GENERATED_PER_IMAGE * validation.length) : 0;
  const total = validation.length + generatedCount + (rejects ? OUTLIERS : 0);
  const evaluation = await evaluate(model, validation, {
    logits: true,
    priors,
    onProgress: (done) => onProgress(done, total),
  });
  const logits = evaluation.logits!;
  // The temperature also divides the log-priors, if any. Dividing only the network's logits was
  // tried: the loss is the same.
  if (!rejects) {
    return { ...chooseTemperature(logits, validation.labels), minEvidence: null, evaluation };
  }
  const logitsOf = async (dataset: ImageDataset, before: number): Promise<Float32Array> => {
    const options = {
      logits: true,
      onProgress: (done: number) => onProgress(before + done, total),
    };
    return (await evaluate(model, dataset, options)).logits!;
  };
  const characters = generatedCharacters(generatedCount);
  const ofCharacters = await logitsOf(characters, validation.length);
  const ofOutliers = await logitsOf(generatedOutliers(OUTLIERS), total - OUTLIERS);
  const withoutPriors = logits.map((value, i) => value - (priors?.[i % classes.length] ?? 0));
  return {
    ...chooseTemperature(
      [...logits, ...ofCharacters],
      [...validation.labels, ...characters.labels],
      validation.length,
    ),
    minEvidence: requiredEvidence([...withoutPriors, ...ofCharacters], ofOutliers, classes.length),
    evaluation,
  };
}
