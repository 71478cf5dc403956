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
 * GELU: x times the normal distribution function at x, 0.5 x (1 + erf(x / sqrt(2))). `erf` is
 * erf(x / sqrt(2)).
 *
 * Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016; PyTorch's `gelu`.
 */
export const gelu = kernel('gelu', ['x', 'erf'], [], function (x, erf) {
  return 0.5 * x[this.thread.x] * (1 + erf[this.thread.x]);
});

// d gelu = 0.5 (1 + erf) + x density(x), density(x) = e^(-x^2 / 2) / sqrt(2 pi)
export const geluGrad = kernel('geluGrad', ['grad', 'x', 'erf'], [], function (grad, x, erf) {
  const value = x[this.thread.x];
  const density = 0.3989422804014327 * Math.exp(-0.5 * value * value);
  return grad[this.thread.x] * (0.5 * (1 + erf[this.thread.x]) + value * density);
});

/**
 * GELU in its tanh form: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), within 5e-4 of gelu;
 * PyTorch's `gelu(approximate='tanh')`.
 */
export const geluTanh = kernel('geluTanh', ['x'], [], function (x) {
  const value = x[this.thread.x];
  const inner = 0.7978845608028654 * (value + 0.044715 * value * value * value);
  return 0.5 * value * (1 + Math.tanh(Math.min(Math.max(inner, -20), 20)));
});

// d geluTanh = 0.5 (1 + t) + 0.5 x (1 - t^2) sqrt(2/pi) (1 + 3 * 0.044715 x^2), t the tanh above
export const geluTanhGrad = kernel('geluTanhGrad', ['grad', 'x'], [], function (grad, x) {
  const value = x[this.thread.x];
  const inner = 0.7978845608028654 * (value + 0.044715 * value * value * value);
  const t = Math.tanh(Math.min(Math.max(inner, -20), 20));
  const innerGrad = 0.7978845608028654 * (1 + 0.134145 * value * value);
  return grad[this.thread.x] * (0.5 * (1 + t) + 0.5 * value * (1 - t * t) * innerGrad);
});

/** log(1 + e^(beta x)) / beta, and x where beta x exceeds the threshold. */
export const softplus = kernel(
  'softplus',
  ['x'],
  ['beta', 'threshold'],
  function (x, beta, threshold) {
    const value = x[this.thread.x];
    const scaled = beta * value;
    let result = value; // NaN stays NaN
    if (scaled <= 0 || scaled > 0) {
      result = (Math.max(scaled, 0) + Math.log(1 + Math.exp(-Math.abs(scaled)))) / beta;
    }
    // log(1 + e) would lose the digits of a small e: it is e - e^2 / 2 + ...
    if (scaled < -4) {
      const small = Math.exp(scaled);
      result =
        (small - small * small * (0.5 - small * (1 / 3 - small * (0.25 - 0.2 * small)))) / beta;
    }
    if (scaled > threshold) {
      result = value;
    }
    return result;
  },
);

// d softplus = sigmoid(beta x), and 1 where beta x exceeds the threshold
export const softplusGrad = kernel(
  'softplusGrad',
  ['grad', 'x'],
  ['beta', 'threshold'],
  function (grad, x, beta, threshold) {
    const scaled = beta * x[this.thread.x];
    const expNegAbs = Math.exp(-Math.abs(scaled));
    let derivative = expNegAbs / (1 + expNegAbs);
    if (scaled >= 0) {
      derivative = 1 / (1 + expNegAbs);
    }
    if (scaled > threshold) {
      derivative = 1;
    }
    return grad[this.thread.x] * derivative;
  },
);

/** SiLU (swish): x sigmoid(x). */
export const silu = kernel('silu', ['x'], [], function (x) {
  const expNegAbs = Math.exp(-Math.abs(x[this.thread.x]));
  let numerator = expNegAbs;
  if (x[this.thread.x] >= 0) {
    numerator = 1;
  }
  return (x[this.thread.x] * numerator) / (1 + expNegAbs);
});

// d silu = s (1 + x (1 - s)), s = sigmoid(x)
export const siluGrad = kernel('siluGrad', ['grad', 'x'], [], function (grad, x) {
  const value = x[this.thread.x];
  const expNegAbs = Math.exp(-Math.abs(value));
  let numerator = expNegAbs;
  if (value >= 0) {
    numerator = 1;
  }
  const s = numerator / (1 + expNegAbs);
  return grad[this.thread.x] * s * (1 + value * (1 - s));
});

/** ELU: x where positive, alpha (e^x - 1) elsewhere. */
export const elu = kernel('elu', ['x'], ['alpha'], function (x, alpha) {
  let value = x[this.thread.x];
  if (value <= 0) {
    value = alpha * (Math.exp(value) - 1);
  }
  return value;
});

// d elu = 1 where x > 0, alpha e^x elsewhere
export const eluGrad = kernel('eluGrad', ['grad', 'x'], ['alpha'], function (grad, x, alpha) {
  let derivative = 1;
  if (x[this.thread.x] <= 0) {
    derivative = alpha * Math.exp(x[this.thread.x]);
  }
  return grad[this.thread.x] * derivative;
});
