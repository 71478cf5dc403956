// What an optimizer does to one number: the parameter, its gradient, and the running averages kept for it.
// Imports the kernel type only. Names and order of operations follow PyTorch's documentation of each optimizer.

import { kernel } from './kernel.js';

/** Gradient with L2 penalty: grad + decay * parameter. */
export const decayedGrad = kernel(
  'decayedGrad',
  ['grad', 'parameter'],
  ['decay'],
  function (grad, parameter, decay) {
    return grad[this.thread.x] + decay * parameter[this.thread.x];
  },
);

/** kept * average + (new part) * grad: momentum's velocity, or Adam's first moment. */
export const movingAverage = kernel(
  'movingAverage',
  ['average', 'grad'],
  ['kept', 'added'],
  function (average, grad, kept, added) {
    return kept * average[this.thread.x] + added * grad[this.thread.x];
  },
);

/** Adam's second moment: kept * average + (1 - kept) * grad^2. */
export const movingSquare = kernel(
  'movingSquare',
  ['average', 'grad'],
  ['kept'],
  function (average, grad, kept) {
    return kept * average[this.thread.x] + (1 - kept) * grad[this.thread.x] * grad[this.thread.x];
  },
);

/** parameter - rate * direction: the step of gradient descent. */
export const descend = kernel(
  'descend',
  ['parameter', 'direction'],
  ['rate'],
  function (parameter, direction, rate) {
    return parameter[this.thread.x] - rate * direction[this.thread.x];
  },
);

/**
 * Adam's step (Kingma and Ba 2015): parameter - stepSize * m / (sqrt(v) / root + epsilon), where
 * stepSize = lr / (1 - beta1^t) and root = sqrt(1 - beta2^t) undo the averages' start at zero.
 */
export const adamDescend = kernel(
  'adamDescend',
  ['parameter', 'first', 'second'],
  ['stepSize', 'root', 'epsilon'],
  function (parameter, first, second, stepSize, root, epsilon) {
    const denominator = Math.sqrt(second[this.thread.x]) / root + epsilon;
    return parameter[this.thread.x] - (stepSize * first[this.thread.x]) / denominator;
  },
);

/** Gradient clipping: grad times the one number that factor holds, which so never leaves the device. */
export const scaleByFirst = kernel('scaleByFirst', ['grad', 'factor'], [], function (grad, factor) {
  return grad[this.thread.x] * factor[0];
});
