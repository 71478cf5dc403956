// Softmax, log-softmax and the cross-entropy loss, each computed from the log-sum-exp of every
// line. Lines run along one axis of [outer, size, inner].

import { kernel, type KernelThis } from './kernel.js';
import type { AxisConstants } from './reduce.js';

/**
 * y[o, i] = log of the sum over s of exp(x[o, s, i]), shifted by the
 * maximum so that nothing overflows.
 */
export const logSumExp = kernel(
  'logSumExp',
  ['x'],
  [],
  function (this: KernelThis<AxisConstants>, x) {
    const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const first =
      outer * this.constants.size * this.constants.inner +
      this.thread.x -
      outer * this.constants.inner;
    let largest = x[first];
    for (let s = 0; s < this.constants.size; s++) {
      largest = Math.max(largest, x[first + s * this.constants.inner]);
    }
    let sum = 0;
    for (let s = 0; s < this.constants.size; s++) {
      sum += Math.exp(x[first + s * this.constants.inner] - largest);
    }
    return largest + Math.log(sum);
  },
);

/** log softmax = x - logSumExp(x), with logSumExp(x) of each line as an input. */
export const logSoftmax = kernel(
  'logSoftmax',
  ['x', 'logSumExp'],
  [],
  function (this: KernelThis<AxisConstants>, x, logSumExp) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    return x[this.thread.x] - logSumExp[line];
  },
);

/** softmax = exp(x - logSumExp(x)), with logSumExp(x) of each line as an input. */
export const softmax = kernel(
  'softmax',
  ['x', 'logSumExp'],
  [],
  function (this: KernelThis<AxisConstants>, x, logSumExp) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    let value = x[this.thread.x] - logSumExp[line];
    if (value <= 0 || value > 0) {
      value = Math.exp(value); // not of NaN: a GPU's exp may return a number
    }
    return value;
  },
);

// y = log softmax: dx = grad - exp(y) * (sum of grad over the line)
export const logSoftmaxGrad = kernel(
  'logSoftmaxGrad',
  ['grad', 'y', 'lineSum'],
  [],
  function (this: KernelThis<AxisConstants>, grad, y, lineSum) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    let probability = y[this.thread.x];
    if (probability <= 0 || probability > 0) {
      probability = Math.exp(probability); // not of NaN, as in softmax
    }
    return grad[this.thread.x] - probability * lineSum[line];
  },
);

// y = softmax: dx = y * (grad - sum of grad * y over the line)
export const softmaxGrad = kernel(
  'softmaxGrad',
  ['grad', 'y', 'lineSum'],
  [],
  function (this: KernelThis<AxisConstants>, grad, y, lineSum) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    return y[this.thread.x] * (grad[this.thread.x] - lineSum[line]);
  },
);

export type ClassConstants = Readonly<Record<'classes', number>>;

/**
 * Cross-entropy of one row against its label, with label smoothing: the target gives every class
 * smoothing / K and the label 1 - smoothing on top (Szegedy et al. 2016; PyTorch's
 * `label_smoothing`). logits [N, K] -> [N].
 *
 * `invalid` (NaN) is the loss of a label that is not an integer from 0 to K - 1.
 */
export const crossEntropy = kernel(
  'crossEntropy',
  ['logits', 'logSumExp', 'labels'],
  ['smoothing', 'invalid'],
  function (this: KernelThis<ClassConstants>, logits, logSumExp, labels, smoothing, invalid) {
    const first = this.thread.x * this.constants.classes;
    const label = labels[this.thread.x];
    let loss = invalid;
    if (label >= 0 && label < this.constants.classes && Math.floor((label + 0.5) / 1) === label) {
      loss = (1 - smoothing) * (logSumExp[this.thread.x] - logits[first + label]);
    }
    // Without smoothing, a logit of -Infinity must not add 0 * Infinity = NaN.
    if (smoothing > 0) {
      let nllSum = 0;
      for (let k = 0; k < this.constants.classes; k++) {
        nllSum += logSumExp[this.thread.x] - logits[first + k];
      }
      loss += (smoothing * nllSum) / this.constants.classes;
    }
    return loss;
  },
);

// dlogits = (softmax - target) * grad of the row; `invalid` (NaN) if the label is not a class
export const crossEntropyGrad = kernel(
  'crossEntropyGrad',
  ['grad', 'logits', 'logSumExp', 'labels'],
  ['smoothing', 'invalid'],
  function (this: KernelThis<ClassConstants>, grad, logits, logSumExp, labels, smoothing, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.classes);
    const label = labels[row];
    let target = invalid;
    if (label >= 0 && label < this.constants.classes && Math.floor((label + 0.5) / 1) === label) {
      target = smoothing / this.constants.classes;
    }
    if (this.thread.x - row * this.constants.classes === label) {
      target += 1 - smoothing;
    }
    let probability = logits[this.thread.x] - logSumExp[row];
    if (probability <= 0 || probability > 0) {
      probability = Math.exp(probability); // not of NaN, as in softmax
    }
    return grad[row] * (probability - target);
  },
);
