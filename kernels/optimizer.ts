// Optimizer updates, element by element: parameters, gradients and running averages.
// Names and order of operations follow PyTorch's documentation of each optimizer.

import { kernel } from './kernel.js';

/** Gradient with L2 penalty: grad + weightDecay * parameter. */
export const decayedGrad = kernel(
  'decayedGrad',
  ['grad', 'parameter'],
  ['weightDecay'],
  function (grad, parameter, weightDecay) {
    return grad[this.thread.x] + weightDecay * parameter[this.thread.x];
  },
);

/**
 * beta * average + alpha * x: the velocity of momentum, or Adam's first
 * moment with alpha = 1 - beta.
 */
export const movingAverage = kernel(
  'movingAverage',
  ['average', 'x'],
  ['beta', 'alpha'],
  function (average, x, beta, alpha) {
    return beta * average[this.thread.x] + alpha * x[this.thread.x];
  },
);

/** Adam's second moment: beta * average + (1 - beta) * grad^2. */
export const movingSquare = kernel(
  'movingSquare',
  ['average', 'grad'],
  ['beta'],
  function (average, grad, beta) {
    return beta * average[this.thread.x] + (1 - beta) * grad[this.thread.x] * grad[this.thread.x];
  },
);

/** Adagrad's sum of squared gradients: sum + grad^2. */
export const addSquare = kernel('addSquare', ['sum', 'grad'], [], function (sum, grad) {
  return sum[this.thread.x] + grad[this.thread.x] * grad[this.thread.x];
});

/**
 * grad / (sqrt(square) + epsilon): the gradient divided by its root mean square (RMSprop) or by the
 * root of the sum of its squares (Adagrad).
 */
export const divideByRoot = kernel(
  'divideByRoot',
  ['grad', 'square'],
  ['epsilon'],
  function (grad, square, epsilon) {
    return grad[this.thread.x] / (Math.sqrt(square[this.thread.x]) + epsilon);
  },
);

/**
 * grad / (sqrt(square - average^2) + epsilon): centered RMSprop, which divides by an estimate of
 * the standard deviation (Graves 2013).
 */
export const divideByDeviation = kernel(
  'divideByDeviation',
  ['grad', 'square', 'average'],
  ['epsilon'],
  function (grad, square, average, epsilon) {
    const mean = average[this.thread.x];
    return grad[this.thread.x] / (Math.sqrt(square[this.thread.x] - mean * mean) + epsilon);
  },
);

/** parameter - lr * direction: the update of gradient descent. */
export const sgdUpdate = kernel(
  'sgdUpdate',
  ['parameter', 'direction'],
  ['lr'],
  function (parameter, direction, lr) {
    return parameter[this.thread.x] - lr * direction[this.thread.x];
  },
);

/**
 * Adam's update (Kingma and Ba 2015):
 * parameter - stepSize * m / (sqrt(v) / biasCorrection2Sqrt + epsilon).
 *
 * stepSize = lr / (1 - beta1^t) and biasCorrection2Sqrt = sqrt(1 - beta2^t) correct the bias
 * of averages that start at 0.
 */
export const adamUpdate = kernel(
  'adamUpdate',
  ['parameter', 'first', 'second'],
  ['stepSize', 'biasCorrection2Sqrt', 'epsilon'],
  function (parameter, first, second, stepSize, biasCorrection2Sqrt, epsilon) {
    const denominator = Math.sqrt(second[this.thread.x]) / biasCorrection2Sqrt + epsilon;
    return parameter[this.thread.x] - (stepSize * first[this.thread.x]) / denominator;
  },
);

/** Gradient clipping: grad * factor[0]. The factor is an array, so that it stays on the device. */
export const scaleByFirst = kernel('scaleByFirst', ['grad', 'factor'], [], function (grad, factor) {
  return grad[this.thread.x] * factor[0];
});
