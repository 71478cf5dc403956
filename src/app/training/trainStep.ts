// One step of training: forward, loss, backward, update; and what may be done to the loss. Imports engine, nn, data.

import {
  add,
  argmax,
  crossEntropy,
  mul,
  noGrad,
  scope,
  softCrossEntropy,
  softmax,
  tensor,
  type Tensor,
} from '../../engine/index.js';
import { classCounts, type Dataset } from '../../data/loading/dataset.js';
import type { Batch } from '../../data/loading/loader.js';
import type { Module, Optimizer } from '../../nn/index.js';
import { imageTensor } from '../model/imageTensor.js';

/** What one step found out, before it moved the weights. */
export interface StepNumbers {
  /** The batch's mean loss. */
  readonly loss: number;
  /** How many images of the batch were read right. */
  readonly hits: number;
}

export interface StepOptions {
  /** Share of the target that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Added to the logits before they are judged, `[classes]`; see `logPriors`. Default null: nothing. */
  readonly priors?: readonly number[] | null;
  /** What else there is to learn from. Default null: labels alone. */
  readonly distillation?: Distillation | null;
}

/** What a network that has been trained before reads in the same images. */
export interface Distillation {
  /** In evaluation mode. */
  readonly teacher: Module;
  /** Its part of the loss, 0 to 1; the rest is that of the labels. */
  readonly weight: number;
}

/** Takes the step. The numbers are read after all of it has been enqueued. */
export async function trainStep(
  model: Module,
  optimizer: Optimizer,
  batch: Batch,
  { labelSmoothing = 0, priors = null, distillation = null }: StepOptions = {},
): Promise<StepNumbers> {
  const [loss, read] = await Promise.all(
    scope(() => {
      const images = imageTensor(batch.images);
      const labels = tensor(batch.labels);
      const logits = model.forward(images); // [count, classes]
      const judged = priors === null ? logits : add(logits, tensor(priors));
      const labeled = crossEntropy(judged, labels, { labelSmoothing });
      const loss = distillation === null ? labeled : learnFrom(distillation, images, logits, labeled);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return [loss.item(), argmax(judged).data()] as const;
    }),
  );
  let hits = 0;
  for (let i = 0; i < batch.count; i++) if (read[i] === batch.labels[i]) hits += 1;
  return { loss, hits };
}

/**
 * The loss with a teacher's part. It sees the images as the student does, augmented; priors are kept out of its part, since a
 * network trained with them reads without them.
 */
function learnFrom(
  { teacher, weight }: Distillation,
  images: Tensor,
  logits: Tensor,
  labeled: Tensor,
): Tensor {
  const targets = noGrad(() => softmax(teacher.forward(images)));
  return add(mul(labeled, 1 - weight), mul(softCrossEntropy(logits, targets), weight));
}

/**
 * The logarithm of each class's share of a data set, `[classes]`.
 *
 * A network whose logits plus these fit the labels has learned what a character looks like, and leaves to these how often it
 * is written: read without them, every class is as likely as any other before the ink is seen. Images that are as often of
 * each class as those trained on, such as the validation part, are read with them. A class without images counts as one image.
 *
 * @see A. Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, equation 10
 */
export function logPriors(dataset: Dataset): number[] {
  const counts = classCounts(dataset);
  return Array.from(counts, (count) => Math.log(Math.max(1, count) / dataset.length));
}
