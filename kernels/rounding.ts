// Sign and rounding to integers, elementwise. Their derivative is 0.

import { kernel } from './kernel.js';

/** -1, 0 or 1; 0 for NaN, as in PyTorch. */
export const sign = kernel('sign', ['x'], [], function (x) {
  let value = 0;
  if (x[this.thread.x] > 0) {
    value = 1;
  }
  if (x[this.thread.x] < 0) {
    value = -1;
  }
  return value;
});

export const floor = kernel('floor', ['x'], [], function (x) {
  return Math.floor(x[this.thread.x]);
});

export const ceil = kernel('ceil', ['x'], [], function (x) {
  return -Math.floor(-x[this.thread.x]);
});

/** The nearest integer; of two equally near ones, the even one, as in PyTorch. */
export const round = kernel('round', ['x'], [], function (x) {
  const value = x[this.thread.x];
  const below = Math.floor(value);
  let rounded = below;
  if (value - below > 0.5) {
    rounded = below + 1;
  }
  if (value - below === 0.5) {
    rounded = 2 * Math.floor(0.5 * (below + 1)); // below or below + 1, whichever is even
  }
  return rounded;
});
