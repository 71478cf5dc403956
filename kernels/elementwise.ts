// Elementwise kernels: each output depends on the inputs at the same index.
// Each derivative follows its function. All shapes are equal here; broadcasting happens before.

import { kernel } from './kernel.js';

// ---- two operands ---------------------------------------------------------------------

export const add = kernel('add', ['a', 'b'], [], function (a, b) {
  return a[this.thread.x] + b[this.thread.x];
});

export const sub = kernel('sub', ['a', 'b'], [], function (a, b) {
  return a[this.thread.x] - b[this.thread.x];
});

export const mul = kernel('mul', ['a', 'b'], [], function (a, b) {
  return a[this.thread.x] * b[this.thread.x];
});

export const div = kernel('div', ['a', 'b'], [], function (a, b) {
  return a[this.thread.x] / b[this.thread.x];
});

// d(a/b)/db = -a / b^2
export const divGradDenominator = kernel(
  'divGradDenominator',
  ['grad', 'a', 'b'],
  [],
  function (grad, a, b) {
    return (-grad[this.thread.x] * a[this.thread.x]) / (b[this.thread.x] * b[this.thread.x]);
  },
);

/** a where condition is not 0, else b. NaN is not 0, but on a GPU NaN !== 0 may be false. */
export const where = kernel('where', ['condition', 'a', 'b'], [], function (condition, a, b) {
  let value = a[this.thread.x];
  if (condition[this.thread.x] === 0) {
    value = b[this.thread.x];
  }
  return value;
});

/** The larger operand; NaN if one of them is. a + b is the result only if they are unordered. */
export const maximum = kernel('maximum', ['a', 'b'], [], function (a, b) {
  let value = a[this.thread.x] + b[this.thread.x];
  if (a[this.thread.x] > b[this.thread.x]) {
    value = a[this.thread.x];
  }
  if (a[this.thread.x] <= b[this.thread.x]) {
    value = b[this.thread.x];
  }
  return value;
});

/** The smaller operand; NaN if one of them is. */
export const minimum = kernel('minimum', ['a', 'b'], [], function (a, b) {
  let value = a[this.thread.x] + b[this.thread.x];
  if (a[this.thread.x] < b[this.thread.x]) {
    value = a[this.thread.x];
  }
  if (a[this.thread.x] >= b[this.thread.x]) {
    value = b[this.thread.x];
  }
  return value;
});

// The gradient of operand x of maximum: it goes to the larger operand; equal operands
// receive half each, unordered ones (NaN) all of it, as in PyTorch. For minimum, swap x and other.
export const maximumGrad = kernel(
  'maximumGrad',
  ['grad', 'x', 'other'],
  [],
  function (grad, x, other) {
    let share = 1;
    if (x[this.thread.x] < other[this.thread.x]) {
      share = 0;
    }
    if (x[this.thread.x] === other[this.thread.x]) {
      share = 0.5;
    }
    return grad[this.thread.x] * share;
  },
);

// ---- one operand ----------------------------------------------------------------------

export const fill = kernel('fill', [], ['value'], function (value) {
  return value;
});

export const scaleShift = kernel(
  'scaleShift',
  ['x'],
  ['factor', 'summand'],
  function (x, factor, summand) {
    return x[this.thread.x] * factor + summand;
  },
);

/** e^x; NaN stays NaN, for which a GPU's exp may return a number. */
export const exp = kernel('exp', ['x'], [], function (x) {
  let value = x[this.thread.x];
  if (value <= 0 || value > 0) {
    value = Math.exp(value);
  }
  return value;
});

/** Natural logarithm; NaN stays NaN, as in exp. */
export const log = kernel('log', ['x'], [], function (x) {
  let value = x[this.thread.x];
  if (value <= 0 || value > 0) {
    value = Math.log(value);
  }
  return value;
});

export const sqrt = kernel('sqrt', ['x'], [], function (x) {
  return Math.sqrt(x[this.thread.x]);
});

// d sqrt(x) = 1 / (2 y)
export const sqrtGrad = kernel('sqrtGrad', ['grad', 'y'], [], function (grad, y) {
  return (0.5 * grad[this.thread.x]) / y[this.thread.x];
});

export const abs = kernel('abs', ['x'], [], function (x) {
  return Math.abs(x[this.thread.x]);
});

// d|x| = sign(x), 0 at 0 as in PyTorch
export const absGrad = kernel('absGrad', ['grad', 'x'], [], function (grad, x) {
  let sign = 0;
  if (x[this.thread.x] > 0) {
    sign = 1;
  }
  if (x[this.thread.x] < 0) {
    sign = -1;
  }
  return grad[this.thread.x] * sign;
});

/**
 * x^exponent with the special values of C and PyTorch.
 *
 * `sign` is (-1)^exponent: -1 for an odd integer, 1 for an even one or an infinity, NaN for a
 * fraction. It is a separate factor because a GPU's pow is undefined for a negative x.
 */
export const pow = kernel('pow', ['x'], ['exponent', 'sign'], function (x, exponent, sign) {
  const base = x[this.thread.x];
  let value = base; // NaN stays NaN: a GPU's pow may return a number
  if (Math.abs(base) >= 0) {
    value = Math.pow(Math.abs(base), exponent);
  }
  if (base === 0) {
    if (exponent < 0) {
      value = 1 / Math.abs(base); // infinity; a GPU's pow may return a large number
    }
  }
  if (Math.abs(base) === 1) {
    value = 1; // also for an infinite exponent
  }
  if (exponent === 0) {
    value = 1; // also for NaN
  }
  // -0 and -Infinity have a power for every exponent: the sign of 1 / base tells -0 from 0.
  if (base === 0) {
    if (1 / base < 0 && sign < 0) {
      value = -value;
    }
  }
  if (base < 0) {
    if (1 / base < 0 || sign < 0) {
      value = value * sign;
    }
  }
  return value;
});

// d x^p = p x^(p-1), and 0 for p = 0 even where x^-1 is infinite, as in PyTorch; lower is x^(p-1)
export const powGrad = kernel(
  'powGrad',
  ['grad', 'lower'],
  ['exponent'],
  function (grad, lower, exponent) {
    let derivative = 0;
    if (exponent !== 0) {
      derivative = exponent * lower[this.thread.x];
    }
    return grad[this.thread.x] * derivative;
  },
);

export const clamp = kernel('clamp', ['x'], ['low', 'high'], function (x, low, high) {
  let value = x[this.thread.x];
  if (value < low) {
    value = low;
  }
  if (value > high) {
    value = high;
  }
  return value;
});

// The gradient passes where low <= x <= high, the ends included, not at NaN, as in PyTorch.
export const clampGrad = kernel(
  'clampGrad',
  ['grad', 'x'],
  ['low', 'high'],
  function (grad, x, low, high) {
    let value = 0;
    if (x[this.thread.x] >= low) {
      if (x[this.thread.x] <= high) {
        value = grad[this.thread.x];
      }
    }
    return value;
  },
);
