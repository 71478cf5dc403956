// Powers whose exponent is an array: base^exponent elementwise, and both derivatives. The special
// values are those of C and PyTorch.

import { kernel } from './kernel.js';

/**
 * base^exponent. `invalid` (NaN) is the result of a negative base with a fractional exponent.
 *
 * A GPU's pow is undefined for a negative base, so the sign is a separate factor.
 */
export const powTensor = kernel(
  'powTensor',
  ['base', 'exponent'],
  ['invalid'],
  function (base, exponent, invalid) {
    const b = base[this.thread.x];
    const p = exponent[this.thread.x];
    let value = b + p; // NaN stays NaN: a GPU's pow may return a number
    if (Math.abs(b) >= 0 && Math.abs(p) >= 0) {
      value = Math.pow(Math.abs(b), p);
    }
    if (b === 0) {
      if (p < 0) {
        value = 1 / Math.abs(b); // infinity; a GPU's pow may return a large number
      }
    }
    if (Math.abs(b) === 1) {
      if (Math.abs(p) >= 0) {
        value = 1; // also for an infinite exponent
      }
    }
    // The sign (-1)^p: -1 for an odd integer, 1 for an even one or an infinity.
    let sign = invalid;
    if (Math.floor(p) === p) {
      sign = 1;
      if (2 * Math.floor(0.5 * p) < p) {
        sign = -1;
      }
    }
    // -0 and -Infinity have a power for every exponent: the sign of 1 / b tells -0 from 0.
    if (b === 0) {
      if (1 / b < 0 && sign < 0) {
        value = -value;
      }
    }
    if (b < 0) {
      if (1 / b < 0 || sign < 0) {
        value = value * sign;
      }
    }
    if (b === 1) {
      value = 1; // also for NaN
    }
    if (p === 0) {
      value = 1; // also for NaN
    }
    return value;
  },
);

// d b^p / db = p b^(p-1), and 0 for p = 0 even where b^-1 is infinite; lower is b^(p-1)
export const powTensorGradBase = kernel(
  'powTensorGradBase',
  ['grad', 'exponent', 'lower'],
  [],
  function (grad, exponent, lower) {
    let value = 0;
    if (exponent[this.thread.x] !== 0) {
      value = grad[this.thread.x] * exponent[this.thread.x] * lower[this.thread.x];
    }
    return value;
  },
);

// d b^p / dp = b^p log b: 0 for b = 0 and p >= 0, `invalid` (NaN) for a negative b; y is b^p
export const powTensorGradExponent = kernel(
  'powTensorGradExponent',
  ['grad', 'base', 'exponent', 'y'],
  ['invalid'],
  function (grad, base, exponent, y, invalid) {
    const b = base[this.thread.x];
    let derivative = invalid;
    if (b >= 0) {
      derivative = y[this.thread.x] * Math.log(b);
    }
    if (b === 0) {
      if (exponent[this.thread.x] >= 0) {
        derivative = 0;
      }
    }
    return grad[this.thread.x] * derivative;
  },
);
