// Calibrates a saved model on images that it was not trained on and writes the results into the file:
// its temperature, and for a model trained with outliers the evidence below which it rejects an image.

import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { calibration } from '../evaluation/measures.js';
import { logPriorsOf, type LoadedModel } from '../model/modelContents.js';
import { evidenceQuantile } from '../evaluation/rejection.js';
import { storeCalibration } from '../model/modelFile.js';
import { generatedCharacters } from './generated.js';
import { chooseTemperature, type ChosenTemperature } from './chooseTemperature.js';
import { probabilitiesOf } from './temperature.js';

/** Generated characters per validation image, for models that reject. */
const GENERATED_PER_IMAGE = 0.25;

/** Called with the number of images done and of all images; a promise is awaited. */
type OnProgress = (done: number, total: number) => unknown;

/** What the calibration of a model determines: the temperature, and when it rejects an image. */
export interface Calibration extends ChosenTemperature {
  /** See Rejection; null if the model does not reject images. */
  readonly minEvidence: number | null;
  /** Predictions on the validation images, with log-priors if the model was trained with them. */
  readonly evaluation: Evaluation;
}

/**
 * Fits the temperature of a model, if one helps (chooseTemperature.ts), and the evidence that it
 * requires.
 *
 * A model that rejects images is calibrated on generated characters too, so that its probabilities are
 * also correct for the forms that the validation images lack.
 *
 * @param validation images that the model was not trained on
 * @param rejects whether the model was trained with outliers and rejects images
 */
export async function fitCalibration(
  { model, classes, training }: Pick<LoadedModel, 'model' | 'classes' | 'training'>,
  validation: ImageDataset,
  rejects: boolean,
  onProgress: OnProgress = () => undefined,
): Promise<Calibration> {
  const priors = logPriorsOf(training, 'val');
  const count = Math.ceil(GENERATED_PER_IMAGE * validation.length);
  const isBalanced = validation.classes.join() === BALANCED_CLASSES.join();
  const generated = rejects && isBalanced ? generatedCharacters(count) : null;
  const total = validation.length + (generated?.length ?? 0);
  const evaluation = await evaluate(model, validation, {
    logits: true,
    priors,
    onProgress: (done) => onProgress(done, total),
  });
  const ofGenerated =
    generated &&
    (await evaluate(model, generated, {
      logits: true,
      onProgress: (done) => onProgress(validation.length + done, total),
    }));
  const logits = [...evaluation.logits!, ...(ofGenerated?.logits ?? [])];
  const labels = [...validation.labels, ...(generated?.labels ?? [])];
  // The temperature also divides the log-priors, if any. Dividing only the network's logits was
  // tried: the loss is the same.
  const chosen = chooseTemperature(logits, labels, validation.length);
  const priorCount = evaluation.logits!.length;
  const withoutPriors = logits.map((value, i) =>
    i < priorCount ? value - (priors?.[i % classes.length] ?? 0) : value,
  );
  const minEvidence = rejects ? evidenceQuantile(withoutPriors, classes.length) : null;
  return { ...chosen, minEvidence, evaluation };
}

/** A calibration, and the error that it corrects. */
export interface CalibrationResult extends Calibration {
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
