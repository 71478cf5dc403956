// Calibration of a model on images that it was not trained on: its temperature, and for a model trained
// with outliers the evidence below which it rejects an image.

import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { logPriorsOf, type LoadedModel } from '../model/modelContents.js';
import { requiredEvidence } from '../evaluation/rejection.js';
import { generatedCharacters, generatedOutliers } from './generated.js';
import { fitTemperature } from './temperature.js';

/** Generated characters per validation image, for models that reject. */
const GENERATED_PER_IMAGE = 0.25;
/** Outliers that determine the evidence which a model requires. */
const OUTLIERS = 1200;

/** Called with the number of images done and of all images; a promise is awaited. */
export type OnProgress = (done: number, total: number) => unknown;

/** What the calibration of a model determines. */
export interface Calibration {
  readonly temperature: number;
  /** See Rejection; null if the model does not reject images. */
  readonly minEvidence: number | null;
  /** Predictions on the validation images, with log-priors if the model was trained with them. */
  readonly evaluation: Evaluation;
}

/**
 * Fits the temperature of a model, and the evidence that it requires.
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
  const temperature = fitTemperature(logits, labels);
  const priorCount = evaluation.logits!.length;
  const withoutPriors = logits.map((value, i) =>
    i < priorCount ? value - (priors?.[i % classes.length] ?? 0) : value,
  );
  if (generated === null) return { temperature, minEvidence: null, evaluation };
  const { logits: ofOutliers } = await evaluate(model, generatedOutliers(OUTLIERS), {
    logits: true,
  });
  const minEvidence = requiredEvidence(withoutPriors, ofOutliers!, classes.length);
  return { temperature, minEvidence, evaluation };
}
