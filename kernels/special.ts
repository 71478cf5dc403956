// Sine and cosine, the error function, and the exponential and logarithm near 0, elementwise. Each
// derivative follows its function.

import { kernel } from './kernel.js';

/**
 * sin(x + quadrants * pi / 2), accurate to 1e-7; WGSL allows an error of 5e-4 for the sine of a GPU.
 * `quadrants` is 0 for sine, 1 for cosine, and one more for their derivatives.
 *
 * x = n pi / 2 + r with n whole and |r| <= pi / 4; the Taylor series of sin r and cos r end at r^13
 * and r^14. pi / 2 is the sum of three numbers; n times the first two is exact in float32 (Cody and
 * Waite, 1980). Beyond 8192, where n is too large for that, the result is the sine of the device.
 */
export const sin = kernel('sin', ['x'], ['quadrants'], function (x, quadrants) {
  const value = x[this.thread.x];
  let result = value; // NaN stays NaN
  if (Math.abs(value) <= 8192) {
    const n = Math.floor(value * 0.6366197723675814 + 0.5);
    const r = value - n * 1.5703125 - n * 0.0004837512969970703 - n * 0.00000007549789948768648;
    const r2 = r * r;
    const turn = n + quadrants;
    const half = Math.floor(0.5 * turn);
    let sum = r2 / 6227020800 - 1 / 39916800;
    sum = sum * r2 + 1 / 362880;
    sum = sum * r2 - 1 / 5040;
    sum = sum * r2 + 1 / 120;
    sum = sum * r2 - 1 / 6;
    result = r + r * r2 * sum;
    if (turn - 2 * half === 1) {
      sum = 1 / 479001600 - r2 / 87178291200;
      sum = sum * r2 - 1 / 3628800;
      sum = sum * r2 + 1 / 40320;
      sum = sum * r2 - 1 / 720;
      sum = sum * r2 + 1 / 24;
      sum = sum * r2 - 0.5;
      result = 1 + r2 * sum;
    }
    if (half - 2 * Math.floor(0.5 * half) === 1) {
      result = -result;
    }
  }
  if (Math.abs(value) > 8192) {
    result = Math.sin(value);
    if (quadrants === 1) {
      result = Math.cos(value);
    }
    if (quadrants === 2) {
      result = -result;
    }
  }
  return result;
});

/**
 * log(1 + x), accurate also near 0, where 1 + x loses the digits of x.
 *
 * There it is 2 atanh(s) = 2 (s + s^3/3 + s^5/5 + ...) with s = x / (2 + x).
 */
export const log1p = kernel('log1p', ['x'], [], function (x) {
  const value = x[this.thread.x];
  let result = value; // NaN stays NaN
  if (Math.abs(value) < 0.25) {
    const s = value / (2 + value);
    const s2 = s * s;
    let sum = 1 / 17;
    sum = sum * s2 + 1 / 15;
    sum = sum * s2 + 1 / 13;
    sum = sum * s2 + 1 / 11;
    sum = sum * s2 + 1 / 9;
    sum = sum * s2 + 1 / 7;
    sum = sum * s2 + 1 / 5;
    sum = sum * s2 + 1 / 3;
    result = 2 * s + 2 * s * s2 * sum;
  }
  if (Math.abs(value) >= 0.25) {
    result = Math.log(1 + value);
  }
  return result;
});

// d log1p(x) = 1 / (1 + x)
export const log1pGrad = kernel('log1pGrad', ['grad', 'x'], [], function (grad, x) {
  return grad[this.thread.x] / (1 + x[this.thread.x]);
});

/**
 * e^x - 1, accurate also near 0, where the difference loses digits. There it is the Taylor series,
 * whose first term left out is below 1e-15 of the result.
 */
export const expm1 = kernel('expm1', ['x'], [], function (x) {
  const value = x[this.thread.x];
  let result = value; // NaN stays NaN
  if (Math.abs(value) < 0.5) {
    let sum = 1 / 14;
    sum = (sum * value + 1) / 13;
    sum = (sum * value + 1) / 12;
    sum = (sum * value + 1) / 11;
    sum = (sum * value + 1) / 10;
    sum = (sum * value + 1) / 9;
    sum = (sum * value + 1) / 8;
    sum = (sum * value + 1) / 7;
    sum = (sum * value + 1) / 6;
    sum = (sum * value + 1) / 5;
    sum = (sum * value + 1) / 4;
    sum = (sum * value + 1) / 3;
    sum = (sum * value + 1) / 2;
    result = value + value * value * sum;
  }
  if (Math.abs(value) >= 0.5) {
    result = Math.exp(value) - 1;
  }
  return result;
});

// d expm1(x) = e^x = y + 1
export const expm1Grad = kernel('expm1Grad', ['grad', 'y'], [], function (grad, y) {
  return grad[this.thread.x] * (y[this.thread.x] + 1);
});

/**
 * erf(factor * x), to 2e-7 of its value in float32 and to 3e-14 in float64.
 *
 * Up to 1: x times a polynomial in x^2. From 1 to 6: 1 - erfc, where erfc(x) e^(x^2) is a polynomial
 * in t = 2 / (2 + x). Beyond 6 the result rounds to 1. The coefficients are Chebyshev fits.
 */
export const erf = kernel('erf', ['x'], ['factor'], function (x, factor) {
  const argument = factor * x[this.thread.x];
  const size = Math.abs(argument);
  let value = argument; // NaN stays NaN
  if (size <= 1) {
    const u = argument * argument;
    let sum = -0.00000010469110332151208;
    sum = sum * u + 0.0000015306373163641084;
    sum = sum * u - 0.000014795031400662045;
    sum = sum * u + 0.00012046261269779797;
    sum = sum * u - 0.0008547933736519633;
    sum = sum * u + 0.0052239671935439;
    sum = sum * u - 0.026866169050599326;
    sum = sum * u + 0.11283791658548713;
    sum = sum * u - 0.37612638902808615;
    sum = sum * u + 1.128379167095494;
    value = argument * sum;
  }
  if (size > 1) {
    let erfc = 0;
    if (size < 6) {
      const t = 2 / (2 + size);
      let sum = -0.07317461289712875;
      sum = sum * t + 0.40565531269126104;
      sum = sum * t - 0.9474477467421942;
      sum = sum * t + 1.1631142180328802;
      sum = sum * t - 0.7629717800835165;
      sum = sum * t + 0.29358678869246196;
      sum = sum * t - 0.1654884271041746;
      sum = sum * t + 0.018340405032360327;
      sum = sum * t + 0.08091518120765862;
      sum = sum * t + 0.17641767523528137;
      sum = sum * t + 0.24685637188100795;
      sum = sum * t + 0.2820910868987695;
      sum = sum * t + 0.28209496421267005;
      erfc = t * sum * Math.exp(-size * size);
    }
    value = 1 - erfc;
    if (argument < 0) {
      value = erfc - 1;
    }
  }
  return value;
});

// d erf(x) = 2 / sqrt(pi) e^(-x^2)
export const erfGrad = kernel('erfGrad', ['grad', 'x'], [], function (grad, x) {
  let value = x[this.thread.x];
  if (value <= 0 || value > 0) {
    value = Math.exp(-value * value); // not of NaN: a GPU's exp may return a number
  }
  return grad[this.thread.x] * 1.1283791670955126 * value;
});
