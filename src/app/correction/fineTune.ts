// Fine-tunes a trained network on a user's corrections until it predicts them with confidence. Only
// the weights of the hidden linear layer are trained; the convolutions are frozen, so each image
// passes through them once and a step is cheap. To prevent forgetting, each step changes the layer's
// outputs for other characters as little as possible (inputMoment.ts), and a correction that is
// learned is not trained further. Model files and the evaluation are in lesson.ts.
//
// Loss of accuracy in percentage points on 9,400 real test images of EMNIST's classes. The
// corrections are test images that the model misclassifies, often for a reason; mean of six
// trials, the worst in parentheses. Measured on 2026-11-30 by `npm run bench:teaching`, with the
// model that the page ships (89.88 %). "Before" is Adam on both linear layers with replay of
// synthetic characters (distillation), trained to a probability of 0.75:
//
//   corrections               1              5             20
//   before                 0.09           1.04           2.36
//   now                    0.01 (0.11)    0.32 (0.67)    1.10 (1.38)
//
// All corrections are predicted correctly afterwards, with a mean probability of 0.75 to 0.76.
//
// Rejected alternatives for five corrections (three trials, their mean loss): Adam with three times
// as many replayed images and a lower learning rate, 1.23; Adam on the last layer alone, 2.04; the
// method below with equal weights of all copies, 0.74.

import {
  gradientOf,
  matmul,
  noGrad,
  Rng,
  scope,
  sub,
  Tensor,
  tensor,
  transpose,
} from '../../engine/index.js';
import { ArgumentError } from '../../engine/errors.js';
import { Augmenter } from '../../data/loading/augment.js';
import { Normalizer } from '../../data/loading/transform.js';
import type { Layer } from '../../nn/index.js';
import { MIN_CONFIDENCE } from '../evaluation/interpret.js';
import type { CharacterNet } from '../model/characterNet.js';
import { INPUT_PIXELS, INPUT_SHAPE } from '../model/imageTensor.js';
import { probabilitiesOf } from '../training/temperature.js';
import { argmax, featuresOf, logitsOf, rowOf, type HostMatrix } from './features.js';
import { InputMoment } from './inputMoment.js';

/** A drawing and the class that the user assigned to it. */
export interface Correction {
  /** `[28, 28]`, upright, 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  /** Class index. */
  readonly label: number;
}

export interface FineTuneOptions {
  readonly corrections: readonly Correction[];
  /** Other characters, whose predictions are to stay the same: `[n, 28, 28]`, at least one. */
  readonly others: Uint8Array;
  /** Calibration temperature of the probabilities; default 1. */
  readonly temperature?: number;
  /** Default 1. Equal seeds and corrections give equal weights on equal kernels. */
  readonly seed?: number;
  /** Called after every step; a returned promise is awaited. */
  readonly onProgress?: (progress: FineTuneProgress) => unknown;
}

export interface FineTuneProgress {
  readonly step: number;
  /** Maximum number of steps. */
  readonly maxSteps: number;
  /** Number of corrections that are predicted correctly and with confidence. */
  readonly learned: number;
}

/**
 * Augmentation that imitates repeated handwriting: small changes of position, angle, size, slant
 * and boldness.
 */
const JITTER = { shift: 1.2, rotation: 8, scale: 0.08, shear: 0.12, stroke: 0.3 };
/** Copies per correction: the original image and COPIES - 1 jittered ones. */
const COPIES = 12;
/**
 * Weight of a jittered copy; the original has weight 1. With more weight on the copies, more of them
 * are predicted correctly, and more of the other characters are not.
 */
const COPY_WEIGHT = 0.04;
/**
 * Size of a step: the outputs of the hidden layer for a correction change by about this times the
 * negative gradient of the loss with respect to them.
 */
const STEP_SIZE = 0.17;
/**
 * A correction is learned if its probability is confident, with a margin for rounding, and this
 * share of its copies is predicted correctly.
 */
const LEARNED_CRITERIA = { probability: MIN_CONFIDENCE + 0.01, copies: 0.5 };
const MAX_STEPS = 150;
/** Later steps are larger, for corrections that are far from being learned. */
const GROWTH = { after: 50, factor: 1.05, largest: 10 };

/**
 * Trains the hidden layer of `model`, in place and in evaluation mode.
 *
 * It stops when every correction is learned, or after 150 steps (contradictory corrections always
 * take 150).
 *
 * @throws ArgumentError if there are no corrections, or one does not fit the network
 */
export async function fineTune(
  model: CharacterNet,
  options: FineTuneOptions,
): Promise<FineTuneProgress> {
  const { corrections, others, temperature = 1, seed = 1, onProgress } = options;
  checkCorrections(corrections, model);
  const copies = await featuresOf(model, jittered(corrections, new Rng(seed).split('augment'))); // [12 n, 1152]
  const direction = await updateDirection(model, copies, others);
  for (let step = 0; ; step++) {
    const logits = await logitsOf(model, copies);
    const isLearned = corrections.map(({ label }, i) => isConfident(logits, i, label, temperature));
    const learned = isLearned.filter(Boolean).length;
    const progress: FineTuneProgress = { step, maxSteps: MAX_STEPS, learned };
    await onProgress?.(progress);
    if (learned === corrections.length || step >= MAX_STEPS) return progress;
    const scale = Math.min(GROWTH.largest, GROWTH.factor ** Math.max(0, step - GROWTH.after));
    const errors = outputErrors(logits, (row) => {
      const index = Math.floor(row / COPIES);
      const weight = scale * (row % COPIES === 0 ? 1 : COPY_WEIGHT);
      return { label: corrections[index].label, weight: isLearned[index] ? 0 : weight };
    });
    await updateHiddenLayer(model, copies, errors, direction);
  }
}

/** C^-1 k for every row k of `copies`, scaled so that k^T C^-1 k is STEP_SIZE. */
async function updateDirection(
  model: CharacterNet,
  copies: HostMatrix,
  others: Uint8Array,
): Promise<HostMatrix> {
  const pixels = new Float32Array(others.length);
  new Normalizer().apply(others, pixels);
  const moment = await InputMoment.of(await featuresOf(model, pixels));
  const solved = moment.solve(copies);
  for (let i = 0; i < copies.count; i++) {
    const [row, solvedRow] = [rowOf(copies, i), rowOf(solved, i)];
    const product = row.reduce((sum, value, k) => sum + value * solvedRow[k], 0);
    for (let k = 0; k < solvedRow.length; k++) solvedRow[k] *= STEP_SIZE / product;
  }
  return solved;
}

/** Weighted gradient of the cross-entropy with respect to the logits: weight (softmax - one-hot). */
function outputErrors(
  { values, count, width }: HostMatrix,
  targetOf: (row: number) => { readonly label: number; readonly weight: number },
): HostMatrix {
  const errors = probabilitiesOf(values, width);
  for (let row = 0; row < count; row++) {
    const { label, weight } = targetOf(row);
    errors[row * width + label] -= 1;
    for (let k = 0; k < width; k++) errors[row * width + k] *= weight;
  }
  return { values: errors, count, width };
}

/** weight -= (d loss / d output of the hidden layer)^T direction. */
async function updateHiddenLayer(
  model: CharacterNet,
  inputs: HostMatrix,
  errors: HostMatrix,
  direction: HostMatrix,
): Promise<void> {
  const [hiddenLayer, ...laterLayers] = model.fc_layers.layers;
  const [weight] = model.fc_layers.parameters(); // [256, 1152]
  const updated = await scope(() => {
    const hidden = noGrad(() => hiddenLayer.forward(upload(inputs)));
    const leaf = new Tensor(hidden.array, true); // [12 n, 256]
    const logits = laterLayers.reduce((x: Tensor, layer: Layer) => layer.forward(x), leaf);
    const gradient = gradientOf(logits, leaf, upload(errors));
    return noGrad(() => sub(weight, matmul(transpose(gradient), upload(direction)))).data();
  });
  weight.assign(updated);
}

function checkCorrections(corrections: readonly Correction[], model: CharacterNet): void {
  const [bias] = model.parameters().slice(-1); // of the last layer: one number per class
  if (corrections.length === 0)
    throw new ArgumentError('fineTune: there are no corrections to learn from');
  for (const { image, label } of corrections) {
    if (image.length !== INPUT_PIXELS) {
      throw new ArgumentError(`fineTune: an image has ${INPUT_PIXELS} bytes, got ${image.length}`);
    }
    if (!(Number.isInteger(label) && label >= 0 && label < bias.size)) {
      throw new ArgumentError(
        `fineTune: label ${label} is outside the network's ${bias.size} classes`,
      );
    }
  }
}

/** Every correction unchanged, then its jittered copies: normalized pixels `[12 n, 28, 28]`. */
function jittered(corrections: readonly Correction[], rng: Rng): Float32Array {
  const normalizer = new Normalizer();
  const augmenter = new Augmenter(JITTER, { shape: INPUT_SHAPE, rng, normalizer });
  const pixels = new Float32Array(corrections.length * COPIES * INPUT_PIXELS);
  corrections.forEach(({ image }, correctionIndex) => {
    for (let copy = 0; copy < COPIES; copy++) {
      const row = correctionIndex * COPIES + copy;
      const target = pixels.subarray(row * INPUT_PIXELS, (row + 1) * INPUT_PIXELS);
      if (copy === 0) normalizer.apply(image, target);
      // The random draws of an image depend on its index and its "epoch"; the epoch encodes both.
      else augmenter.apply(image, target, 0, row);
    }
  });
  return pixels;
}

/** Whether a correction is predicted correctly and with confidence, and enough of its copies correctly. */
function isConfident(
  logits: HostMatrix,
  index: number,
  label: number,
  temperature: number,
): boolean {
  const rows = Array.from({ length: COPIES }, (_, copy) => rowOf(logits, index * COPIES + copy));
  const probabilities = probabilitiesOf(rows[0], logits.width, temperature);
  const hits = rows.filter((row) => argmax(row) === label).length;
  return (
    probabilities[label] >= LEARNED_CRITERIA.probability && hits >= LEARNED_CRITERIA.copies * COPIES
  );
}

function upload({ values, count, width }: HostMatrix): Tensor {
  return tensor(values, { shape: [count, width] });
}
