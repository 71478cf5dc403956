// One training step: forward, loss, backward, update. The loss supports label smoothing, logit
// adjustment and distillation.

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
import { classCounts, type ImageDataset } from '../../data/loading/imageDataset.js';
import type { Batch } from '../../data/loading/dataLoader.js';
import type { Layer, Optimizer } from '../../nn/index.js';
import { onBackendOf } from '../model/modelBackend.js';

/** Results of one step, computed before the update. */
export interface StepResult {
  /** Mean loss of the batch. */
  readonly loss: number;
  /** Number of correct predictions in the batch. */
  readonly hits: number;
}

export interface StepOptions {
  /** Fraction of the target that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /**
   * Log-priors added to the logits before the loss, `[classes]`; see `logPriors`.
   * Default null: none.
   */
  readonly priors?: readonly number[] | null;
  /** Distillation from a teacher. Default null: labels only. */
  readonly distillation?: Distillation | null;
}

/** A teacher network and its weight in the loss. */
export interface Distillation {
  /** In evaluation mode. */
  readonly teacher: Layer;
  /** Weight of the teacher's term in the loss, 0 to 1; the labels have the rest. */
  readonly weight: number;
}

/**
 * Performs one step on the model's backend. The results are read after the whole step has been
 * enqueued.
 *
 * A label equal to the number of classes marks an outlier, which is not of any class: see
 * `softTargets`. No prediction for an outlier counts as correct.
 */
export async function trainStep(
  model: Layer,
  optimizer: Optimizer,
  { inputs, targets, count }: Batch,
  { labelSmoothing = 0, priors = null, distillation = null }: StepOptions = {},
): Promise<StepResult> {
  const [loss, predictions] = await Promise.all(
    onBackendOf(model, () =>
      scope(() => {
        const images = tensor(inputs.data, { shape: inputs.shape }); // [count, 1, 28, 28]
        const labels = tensor(targets.data); // [count]
        const logits = model.forward(images); // [count, classes]
        const classes = logits.shape[1];
        const adjustedLogits = priors === null ? logits : add(logits, tensor(priors));
        const labelLoss = targets.data.some((label) => label >= classes)
          ? softCrossEntropy(
              adjustedLogits,
              softTargets(targets.data, classes, { labelSmoothing, priors }),
            )
          : crossEntropy(adjustedLogits, labels, { labelSmoothing });
        const loss =
          distillation === null
            ? labelLoss
            : addDistillation(distillation, images, logits, labelLoss);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return [loss.item(), argmax(adjustedLogits).data()] as const;
      }),
    ),
  );
  let hits = 0;
  for (let i = 0; i < count; i++) if (predictions[i] === targets.data[i]) hits += 1;
  return { loss, hits };
}

/**
 * The target distribution of each example, `[count, classes]`: its class, smoothed, and for an outlier
 * the distribution of a network that recognizes nothing. That is the uniform distribution (entropic
 * open-set loss), and with logit adjustment the distribution of the priors.
 *
 * @see Dhamija et al., "Reducing Network Agnostophobia", NeurIPS 2018, eq. 1
 */
function softTargets(
  labels: ArrayLike<number>,
  classes: number,
  {
    labelSmoothing,
    priors,
  }: { readonly labelSmoothing: number; readonly priors: readonly number[] | null },
): Tensor {
  const data = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) {
    const from = row * classes;
    if (labels[row] < classes) {
      data.fill(labelSmoothing / classes, from, from + classes);
      data[from + labels[row]] += 1 - labelSmoothing;
    } else {
      data.set(priors?.map(Math.exp) ?? new Float32Array(classes).fill(1 / classes), from);
    }
  }
  return tensor(data, { shape: [labels.length, classes] });
}

/**
 * Adds the distillation term to the loss.
 *
 * The teacher sees the same augmented images as the student. The term excludes the log-priors,
 * since a network trained with them predicts without them.
 */
function addDistillation(
  { teacher, weight }: Distillation,
  images: Tensor,
  logits: Tensor,
  labelLoss: Tensor,
): Tensor {
  const targets = noGrad(() => softmax(teacher.forward(images)));
  return add(mul(labelLoss, 1 - weight), mul(softCrossEntropy(logits, targets), weight));
}

/**
 * Log class frequencies of a data set, shape `[classes]`, without its outliers.
 *
 * Added to the logits during training (logit adjustment), they absorb the class imbalance.
 * Evaluating without them assumes a uniform class prior. Evaluating with them assumes the prior of
 * this data set, as the validation part has. Empty classes count as one image.
 *
 * @see Menon et al., "Long-tail learning via logit adjustment", ICLR 2021, eq. 10
 */
export function logPriors(dataset: ImageDataset, classes = dataset.classes.length): number[] {
  const counts = classCounts(dataset).subarray(0, classes);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Array.from(counts, (count) => Math.log(Math.max(1, count) / total));
}
