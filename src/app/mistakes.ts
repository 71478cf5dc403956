// The worst mistakes of a model: images that it read wrong, those first that it was surest about. Imports engine, data, nn.

import { noGrad, scope, tensor } from '../engine/index.js';
import { subset, type Dataset } from '../data/dataset.js';
import { BatchLoader } from '../data/loader.js';
import type { Module } from '../nn/index.js';

export interface Mistake {
  /** Which image of the data set. */
  readonly index: number;
  /** Class numbers. */
  readonly label: number;
  readonly read: number;
  /** Probability that the model gave the class it read, and the right one. */
  readonly confidence: number;
  readonly confidenceInRight: number;
  /** Cross-entropy of this image: -log of the right class's probability. */
  readonly loss: number;
}

/**
 * Runs the model once more over the images that it read wrong.
 *
 * @param model in evaluation mode
 * @param predictions class number read in each image, as `evaluate` gives them
 * @returns all mistakes, the highest loss first
 */
export async function findMistakes(
  model: Module,
  dataset: Dataset,
  predictions: Uint8Array,
): Promise<Mistake[]> {
  const wrong = [...predictions.keys()].filter((index) => predictions[index] !== dataset.labels[index]);
  if (wrong.length === 0) return [];
  const loader = new BatchLoader({ dataset: subset(dataset, wrong), batchSize: 250 });
  const mistakes: Mistake[] = [];
  for (const batch of loader.batches(0)) {
    const logits = await noGrad(() =>
      scope(() => {
        const images = tensor(batch.images, { shape: [batch.count, 1, dataset.height, dataset.width] });
        return model.forward(images).data(); // [count, classes]
      }),
    );
    const classes = dataset.classes.length;
    for (let i = 0; i < batch.count; i++) {
      const probabilities = softmax(logits.subarray(i * classes, (i + 1) * classes));
      const index = wrong[batch.indices[i]];
      const [label, read] = [dataset.labels[index], predictions[index]];
      const confidenceInRight = probabilities[label];
      const [confidence, loss] = [probabilities[read], -Math.log(confidenceInRight)];
      mistakes.push({ index, label, read, confidence, confidenceInRight, loss });
    }
  }
  return mistakes.sort((a, b) => b.loss - a.loss);
}

function softmax(logits: ArrayLike<number>): number[] {
  const row = Array.from(logits);
  const highest = Math.max(...row);
  const powers = row.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
