// Evaluation: what a model reads in each image of a data set, and the mean loss. No gradients, no printing.
// Imports engine, nn, data and metrics.

import { add, argmax, crossEntropy, noGrad, scope, tensor } from '../../engine/index.js';
import { BatchLoader } from '../../data/loading/loader.js';
import type { Dataset } from '../../data/loading/dataset.js';
import type { Module } from '../../nn/index.js';
import { score, type Score } from './metrics.js';

export interface Evaluation extends Score {
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Class number read in each image. */
  readonly predictions: Uint8Array;
  /** What the network gives for each image, with the priors if there are any, `[length, classes]`; null unless asked for. */
  readonly logits: Float32Array | null;
}

export interface EvaluateOptions {
  /** Images at a time. Default 250. */
  readonly batchSize?: number;
  /** Keep the logits, too; training's validation does without. Default false. */
  readonly logits?: boolean;
  /**
   * Added to the logits before anything is read from them, `[classes]`; see `logPriors`. For images that are as often of each
   * class as those trained on. Default null: every class is as likely as any other before the ink is seen.
   */
  readonly priors?: readonly number[] | null;
  /** Called after every batch with the number of images done; a promise is waited for. */
  readonly onProgress?: (done: number) => unknown;
}

/** Runs the model in evaluation mode over a data set; every layer's own mode is restored afterwards. */
export async function evaluate(
  model: Module,
  dataset: Dataset,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { batchSize = 250, priors = null, onProgress } = options;
  const classes = dataset.classes.length;
  const predictions = new Uint8Array(dataset.length);
  const kept = options.logits === true ? new Float32Array(dataset.length * classes) : null;
  const modes = model.namedModules().map(([, layer]) => [layer, layer.training] as const);
  let lossSum = 0;
  let done = 0;
  model.eval();
  try {
    for (const batch of new BatchLoader({ dataset, batchSize }).batches(0)) {
      const [loss, read, rows] = await Promise.all(
        noGrad(() =>
          scope(() => {
            const images = tensor(batch.images, { shape: [batch.count, 1, dataset.height, dataset.width] });
            const plain = model.forward(images); // [count, classes]
            const logits = priors === null ? plain : add(plain, tensor(priors));
            return [
              crossEntropy(logits, tensor(batch.labels), { reduction: 'sum' }).item(),
              argmax(logits).data(),
              kept === null ? Promise.resolve(null) : logits.data(),
            ] as const;
          }),
        ),
      );
      lossSum += loss;
      predictions.set(read, done);
      if (rows !== null) kept?.set(rows, done * classes);
      done += batch.count;
      await onProgress?.(done);
    }
  } finally {
    for (const [layer, training] of modes) layer.training = training;
  }
  const scores = score(predictions, dataset.labels, dataset.classes);
  return { ...scores, loss: lossSum / dataset.length, predictions, logits: kept };
}
