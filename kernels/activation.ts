// Activation functions and their derivatives, one output element at a time.
// A derivative takes the input x or the output y, whichever is cheaper: y for
// sigmoid and tanh, x otherwise.

import { kernel } from './kernel.js';

/** max(x, 0), written with a comparison: a GPU's max may drop NaN. */
export const relu = kernel('relu', ['x'], [], function (x) {
  let value = x[this.thread.x];
  if (value <= 0) {
    value = 0;
  }
  return value;
});

// d relu = 0 where x <= 0, and 1 elsewhere, NaN included, as in PyTorch
export const reluGrad = kernel('reluGrad', ['grad', 'x'], [], function (grad, x) {
  let value = grad[this.thread.x];
  if (x[this.thread.x] <= 0) {
    value = 0;
  }
  return value;
});

export const leakyRelu = kernel('leakyRelu', ['x'], ['slope'], function (x, slope) {
  let value = x[this.thread.x];
  if (value < 0) {
    value = value * slope;
  }
  return value;
});

export const leakyReluGrad = kernel(
  'leakyReluGrad',
  ['grad', 'x'],
  ['slope'],
  function (grad, x, slope) {
    let value = grad[this.thread.x] * slope;
    if (x[this.thread.x] > 0) {
      value = grad[this.thread.x];
    }
    return value;
  },
);

/** 1 / (1 + e^-x), written so that the exponential never overflows. */
export const sigmoid = kernel('sigmoid', ['x'], [], function (x) {
  const expNegAbs = Math.exp(-Math.abs(x[this.thread.x]));
  let numerator = expNegAbs;
  if (x[this.thread.x] >= 0) {
    numerator = 1;
  }
  return numerator / (1 + expNegAbs);
});

// d sigmoid = y (1 - y)
export const sigmoidGrad = kernel('sigmoidGrad', ['grad', 'y'], [], function (grad, y) {
  return grad[this.thread.x] * y[this.thread.x] * (1 - y[this.thread.x]);
});

/**
 * tanh, clamped to +-20 first (tanh(20) is 1 even in float64): some GPUs return NaN for tanh(100).
 */
export const tanh = kernel('tanh', ['x'], [], function (x) {
  let value = x[this.thread.x];
  if (value > 20) {
    value = 20;
  }
  if (value < -20) {
    value = -20;
  }
  return Math.tanh(value);
});

// d tanh = 1 - y^2
export const tanhGrad = kernel('tanhGrad', ['grad', 'y'], [], function (grad, y) {
  return grad[this.thread.x] * (1 - y[this.thread.x] * y[this.thread.x]);
});

/**
 * GELU in its tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
 *
 * Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016; PyTorch's `gelu(approximate='tanh')`.
 */
export const gelu = kernel('gelu', ['x'], [], function (x) {
  const value = x[this.thread.x];
  const inner = 0.7978845608028654 * (value + 0.044715 * value * value * value);
  return 0.5 * value * (1 + Math.tanh(Math.min(Math.max(inner, -20), 20)));
});

// d gelu = 0.5 (1 + t) + 0.5 x (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 x^2), t the tanh above
export const geluGrad = kernel('geluGrad', ['grad', 'x'], [], function (grad, x) {
  const value = x[this.thread.x];
  const inner = 0.7978845608028654 * (value + 0.044715 * value * value * value);
  const t = Math.tanh(Math.min(Math.max(inner, -20), 20));
  const innerGrad = 0.7978845608028654 * (1 + 0.134145 * value * value);
  return grad[this.thread.x] * (0.5 * (1 + t) + 0.5 * value * (1 - t * t) * innerGrad);
});
