// Losses of single elements: binary cross-entropy, Huber, negative log-likelihood. The cross-entropy
// of a row is in softmax.ts.

import { kernel, type KernelThis } from './kernel.js';
import type { AxisConstants } from './reduce.js';

/**
 * -(t ln p + (1 - t) ln(1 - p)) of a probability p and a target t. The logarithms are at least -100,
 * as in PyTorch, so that the loss is finite for p = 0 and p = 1.
 *
 * `invalid` (NaN) is the loss of a p outside 0 to 1.
 */
export const binaryCrossEntropy = kernel(
  'binaryCrossEntropy',
  ['prediction', 'target'],
  ['invalid'],
  function (prediction, target, invalid) {
    const p = prediction[this.thread.x];
    let loss = invalid;
    if (p >= 0 && p <= 1) {
      // Not the logarithm of 0, for which a GPU may return a finite number.
      let logP = -100;
      let logNotP = -100;
      if (p > 0) {
        logP = Math.max(Math.log(p), -100);
      }
      if (p < 1) {
        logNotP = Math.max(Math.log(1 - p), -100);
      }
      loss = (target[this.thread.x] - 1) * logNotP - target[this.thread.x] * logP;
    }
    return loss;
  },
);

// d/dp = (p - t) / (p (1 - p)), with a denominator of at least 1e-12 as in PyTorch
export const binaryCrossEntropyGrad = kernel(
  'binaryCrossEntropyGrad',
  ['grad', 'prediction', 'target'],
  ['invalid'],
  function (grad, prediction, target, invalid) {
    const p = prediction[this.thread.x];
    let derivative = invalid;
    if (p >= 0 && p <= 1) {
      derivative = (p - target[this.thread.x]) / Math.max((1 - p) * p, 1e-12);
    }
    return grad[this.thread.x] * derivative;
  },
);

// d/dt = ln(1 - p) - ln p, not clamped, as in PyTorch
export const binaryCrossEntropyTargetGrad = kernel(
  'binaryCrossEntropyTargetGrad',
  ['grad', 'prediction'],
  ['invalid'],
  function (grad, prediction, invalid) {
    const p = prediction[this.thread.x];
    let derivative = invalid;
    if (p >= 0 && p <= 1) {
      derivative = Math.log(1 - p) - Math.log(p);
    }
    return grad[this.thread.x] * derivative;
  },
);

/**
 * -(w t ln p + (1 - t) ln(1 - p)) with p = sigmoid(x) and w = positiveWeight, computed as
 * (1 - t) x + (1 + (w - 1) t) softplus(-x), which does not overflow.
 */
export const binaryCrossEntropyWithLogits = kernel(
  'binaryCrossEntropyWithLogits',
  ['logits', 'target', 'positiveWeight'],
  [],
  function (logits, target, positiveWeight) {
    const x = logits[this.thread.x];
    const t = target[this.thread.x];
    const softplus = Math.max(-x, 0) + Math.log(1 + Math.exp(-Math.abs(x)));
    return (1 - t) * x + (1 + (positiveWeight[this.thread.x] - 1) * t) * softplus;
  },
);

// d/dx = (w t + 1 - t) sigmoid(x) - w t
export const binaryCrossEntropyWithLogitsGrad = kernel(
  'binaryCrossEntropyWithLogitsGrad',
  ['grad', 'logits', 'target', 'positiveWeight'],
  [],
  function (grad, logits, target, positiveWeight) {
    const x = logits[this.thread.x];
    const t = target[this.thread.x];
    const positive = positiveWeight[this.thread.x] * t;
    const expNegAbs = Math.exp(-Math.abs(x));
    let numerator = expNegAbs;
    if (x >= 0) {
      numerator = 1;
    }
    return grad[this.thread.x] * ((positive + 1 - t) * (numerator / (1 + expNegAbs)) - positive);
  },
);

// d/dt = w softplus(-x) - softplus(x)
export const binaryCrossEntropyWithLogitsTargetGrad = kernel(
  'binaryCrossEntropyWithLogitsTargetGrad',
  ['grad', 'logits', 'positiveWeight'],
  [],
  function (grad, logits, positiveWeight) {
    const x = logits[this.thread.x];
    const rest = Math.log(1 + Math.exp(-Math.abs(x)));
    const positive = positiveWeight[this.thread.x] * (Math.max(-x, 0) + rest);
    return grad[this.thread.x] * (positive - (Math.max(x, 0) + rest));
  },
);

/** With d = |prediction - target|: d^2 / 2 below delta, and delta (d - delta / 2) from there on. */
export const huber = kernel(
  'huber',
  ['prediction', 'target'],
  ['delta'],
  function (prediction, target, delta) {
    const distance = Math.abs(prediction[this.thread.x] - target[this.thread.x]);
    let loss = delta * (distance - 0.5 * delta);
    if (distance < delta) {
      loss = 0.5 * distance * distance;
    }
    return loss;
  },
);

// d huber = prediction - target, limited to -delta .. delta
export const huberGrad = kernel(
  'huberGrad',
  ['grad', 'prediction', 'target'],
  ['delta'],
  function (grad, prediction, target, delta) {
    let slope = prediction[this.thread.x] - target[this.thread.x];
    if (slope > delta) {
      slope = delta;
    }
    if (slope < -delta) {
      slope = -delta;
    }
    return grad[this.thread.x] * slope;
  },
);

/**
 * y[o, i] = -x[o, label[o, i], i] for log-probabilities x; `invalid` (NaN) if the label is not an
 * integer from 0 to size - 1.
 */
export const negativeLogLikelihood = kernel(
  'negativeLogLikelihood',
  ['logProbabilities', 'labels'],
  ['invalid'],
  function (this: KernelThis<AxisConstants>, logProbabilities, labels, invalid) {
    const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const first =
      outer * this.constants.size * this.constants.inner +
      this.thread.x -
      outer * this.constants.inner;
    const label = labels[this.thread.x];
    let loss = invalid;
    if (label >= 0 && label < this.constants.size && Math.floor((label + 0.5) / 1) === label) {
      loss = -logProbabilities[first + label * this.constants.inner];
    }
    return loss;
  },
);

// dx = -grad at the label, 0 elsewhere; `invalid` (NaN) in a line whose label is not a class
export const negativeLogLikelihoodGrad = kernel(
  'negativeLogLikelihoodGrad',
  ['grad', 'labels'],
  ['invalid'],
  function (this: KernelThis<AxisConstants>, grad, labels, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    const label = labels[line];
    let derivative = invalid;
    if (label >= 0 && label < this.constants.size && Math.floor((label + 0.5) / 1) === label) {
      derivative = 0;
    }
    if (row - outer * this.constants.size === label) {
      derivative = -grad[line];
    }
    return derivative;
  },
);
