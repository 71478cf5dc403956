// Evaluates a model on a data set: predictions, mean loss, and the logits on request. No gradients,
// no output to the user.

import { add, argmax, crossEntropy, noGrad, scope, tensor } from '../../engine/index.js';
import { DataLoader } from '../../data/loading/dataLoader.js';
import { newLabels, type ClassLabels, type ImageDataset } from '../../data/loading/imageDataset.js';
import { Normalizer } from '../../data/loading/transform.js';
import type { Layer } from '../../nn/index.js';
import { onBackendOf } from '../model/modelBackend.js';
import { checkLogits } from './classify.js';
import { score, type Score } from './accuracy.js';

export interface Evaluation extends Score {
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Predicted class index of each image. */
  readonly predictions: ClassLabels;
  /**
   * Logits of each image, including log-priors if given, `[length, classes]`;
   * null unless requested.
   */
  readonly logits: Float32Array | null;
}

export interface EvaluateOptions {
  /** Images per batch. Default 250. */
  readonly batchSize?: number;
  /** Return the logits, which must be finite; validation during training does not need them. Default false. */
  readonly logits?: boolean;
  /**
   * Log-priors added to the logits, `[classes]`; see `logPriors`. For images with the class prior
   * of the training data. Default null: a uniform class prior.
   */
  readonly priors?: readonly number[] | null;
  /** Called after every batch with the number of images done; a promise is awaited. */
  readonly onProgress?: (done: number) => unknown;
}

/** Runs the model in evaluation mode on a data set, then restores the mode of every layer. */
export async function evaluate(
  model: Layer,
  dataset: ImageDataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = 250, priors = null, onProgress } = options;
  const classes = dataset.classes.length;
  const predictions = newLabels(dataset.length, classes);
  const allLogits = options.logits === true ? new Float32Array(dataset.length * classes) : null;
  const modes = model.namedModules().map(([, layer]) => [layer, layer.training] as const);
  let lossSum = 0;
  let done = 0;
  model.eval();
  try {
    const loader = new DataLoader(dataset, { batchSize, transform: { inputs: new Normalizer() } });
    for (const { inputs, targets, count } of loader.batches(0)) {
      const [loss, batchPredictions, batchLogits] = await Promise.all(
        onBackendOf(model, () =>
          noGrad(() =>
            scope(() => {
              const images = tensor(inputs.data, { shape: inputs.shape });
              const rawLogits = model.forward(images); // [count, classes]
              const logits = priors === null ? rawLogits : add(rawLogits, tensor(priors));
              return [
                crossEntropy(logits, tensor(targets.data), { reduction: 'sum' }).item(),
                argmax(logits).data(),
                allLogits === null ? Promise.resolve(null) : logits.data(),
              ] as const;
            }),
          ),
        ),
      );
      lossSum += loss;
      predictions.set(batchPredictions, done);
      if (batchLogits !== null) {
        checkLogits(batchLogits);
        allLogits?.set(batchLogits, done * classes);
      }
      done += count;
      await onProgress?.(done);
    }
  } finally {
    for (const [layer, training] of modes) layer.training = training;
  }
  const scores = score(predictions, dataset.labels, dataset.classes);
  return { ...scores, loss: lossSum / dataset.length, predictions, logits: allLogits };
}
