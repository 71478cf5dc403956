// Reductions over one axis of an array seen as [outer, size, inner]; one thread reduces one line.
// Reducing several axes is a chain of these.

import { kernel, type KernelThis } from './kernel.js';

export type AxisConstants = Readonly<Record<'size' | 'inner', number>>;

/** y[o, i] = sum over s of x[o, s, i]. */
export const sumAxis = kernel('sumAxis', ['x'], [], function (this: KernelThis<AxisConstants>, x) {
  const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
  const first =
    outer * this.constants.size * this.constants.inner +
    this.thread.x -
    outer * this.constants.inner;
  let sum = 0;
  for (let s = 0; s < this.constants.size; s++) {
    sum += x[first + s * this.constants.inner];
  }
  return sum;
});

export type PartConstants = Readonly<Record<'size' | 'inner' | 'parts' | 'chunk', number>>;

/**
 * y[o, p, i] = sum of x[o, s, i] over the p-th chunk of s: the first of two stages;
 * `sumAxis` over p is the second.
 */
export const sumAxisPart = kernel(
  'sumAxisPart',
  ['x'],
  [],
  function (this: KernelThis<PartConstants>, x) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const column = this.thread.x - row * this.constants.inner;
    const outer = Math.floor((row + 0.5) / this.constants.parts);
    const begin = (row - outer * this.constants.parts) * this.constants.chunk;
    let sum = 0;
    for (let i = 0; i < this.constants.chunk; i++) {
      if (begin + i < this.constants.size) {
        sum += x[(outer * this.constants.size + begin + i) * this.constants.inner + column];
      }
    }
    return sum;
  },
);

/** y[o, i] = the position s of the largest x[o, s, i]; the first of equal values, or the first NaN. */
export const argmaxAxis = kernel(
  'argmaxAxis',
  ['x'],
  [],
  function (this: KernelThis<AxisConstants>, x) {
    const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const first =
      outer * this.constants.size * this.constants.inner +
      this.thread.x -
      outer * this.constants.inner;
    let best = 0;
    let largest = x[first];
    let hasNaN = 0;
    for (let s = 0; s < this.constants.size; s++) {
      const value = x[first + s * this.constants.inner];
      if (hasNaN === 0) {
        if (value > largest) {
          largest = value;
          best = s;
        }
        // Two comparisons, because GPU compilers assume value === value.
        hasNaN = 1;
        if (value <= 0) {
          hasNaN = 0;
        }
        if (value > 0) {
          hasNaN = 0;
        }
        if (hasNaN === 1) {
          best = s;
        }
      }
    }
    return best;
  },
);

/** y[o, i] = the largest x[o, s, i] for sign 1, the smallest for -1; NaN if one is NaN. */
export const extremumAxis = kernel(
  'extremumAxis',
  ['x'],
  ['sign'],
  function (this: KernelThis<AxisConstants>, x, sign) {
    const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const first =
      outer * this.constants.size * this.constants.inner +
      this.thread.x -
      outer * this.constants.inner;
    let largest = x[first] * sign;
    let hasNaN = 0;
    for (let s = 0; s < this.constants.size; s++) {
      const value = x[first + s * this.constants.inner] * sign;
      if (hasNaN === 0) {
        if (value > largest) {
          largest = value;
        }
        // Two comparisons, because GPU compilers assume value === value.
        hasNaN = 1;
        if (value <= 0) {
          hasNaN = 0;
        }
        if (value > 0) {
          hasNaN = 0;
        }
        if (hasNaN === 1) {
          largest = value;
        }
      }
    }
    return largest * sign;
  },
);

/** 1 where x equals the maximum (or minimum) of its line, or both are NaN; 0 elsewhere. Elementwise. */
export const isMax = kernel('isMax', ['x', 'maximum'], [], function (x, maximum) {
  const value = x[this.thread.x];
  const top = maximum[this.thread.x];
  let flag = 0;
  if (value === top) {
    flag = 1;
  }
  // Both are NaN if neither is ordered with 0; GPU compilers assume value === value.
  let numbers = 0;
  if (value <= 0 || top <= 0) {
    numbers = 1;
  }
  if (value > 0 || top > 0) {
    numbers = 1;
  }
  if (numbers === 0) {
    flag = 1;
  }
  return flag;
});

/** y[o, i] = x[o, index[o, i], i]: the value at a chosen position of each line. */
export const takeAxis = kernel(
  'takeAxis',
  ['x', 'index'],
  [],
  function (this: KernelThis<AxisConstants>, x, index) {
    const outer = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const first =
      outer * this.constants.size * this.constants.inner +
      this.thread.x -
      outer * this.constants.inner;
    return x[first + index[this.thread.x] * this.constants.inner];
  },
);

// Gradient of takeAxis with respect to x: the gradient at the chosen position, 0 elsewhere.
export const takeAxisGrad = kernel(
  'takeAxisGrad',
  ['grad', 'index'],
  [],
  function (this: KernelThis<AxisConstants>, grad, index) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const line = outer * this.constants.inner + this.thread.x - row * this.constants.inner;
    let value = 0;
    if (index[line] === row - outer * this.constants.size) {
      value = grad[line];
    }
    return value;
  },
);
