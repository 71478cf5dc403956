// e^x and e^x - 1 for four lanes, and the logarithm of one number: WebAssembly has neither.
//
// Constants are read from memory by `splat`: V8 has one instruction that loads a float into all
// lanes, but builds a constant vector out of up to four, in every iteration, and its revectorizer
// does not merge those. exp of 1 M elements, one core of an AMD EPYC, Node 24, relaxed: 1.26 ms with
// constants in the code, 0.61 ms with constants in memory, 0.36 ms revectorized.

import { fma, splat } from './lanes';
import { select } from './select';

/** The limits of exp4 and the lower one of expOfNear4. */
const LARGEST = memory.data<f32>([89], 4), SMALLEST = memory.data<f32>([-104], 4);
const SMALLEST_NEAR = memory.data<f32>([-87], 4);
const LOG2_E = memory.data<f32>([1.44269504], 4);
/** 1.5 * 2^23: a float this large has no fraction bits, so that adding it rounds to an integer. */
const ROUND = memory.data<f32>([12582912], 4);
/** -ln 2 in two parts: the first has few digits, so that its product with an exponent is exact. */
const MINUS_LN2_HIGH = memory.data<f32>([-0.693359375], 4), MINUS_LN2_LOW = memory.data<f32>([0.00021219444], 4);
/** (e^r - 1) / r for |r| <= ln(2) / 2 in powers of r, minimax: error 2^-26. */
const C5 = memory.data<f32>([0.0013870657], 4), C4 = memory.data<f32>([0.008366262], 4);
const C3 = memory.data<f32>([0.041667435], 4), C2 = memory.data<f32>([0.16666546], 4);
const C1 = memory.data<f32>([0.49999997], 4);
const ONE = memory.data<f32>([1], 4), HALF = memory.data<f32>([0.5], 4);

/**
 * n + 1.5 * 2^23, whose low bits are the integer n, for x = n ln 2 + r with n whole and |r| <= ln(2) / 2.
 */
@inline
function exponentOf(x: v128): v128 {
  return fma(splat(ROUND), x, splat(LOG2_E));
}

/** r; `exponent` is exponentOf(x). */
@inline
function remainderOf(x: v128, exponent: v128): v128 {
  const n = f32x4.sub(exponent, splat(ROUND));
  return fma(fma(x, n, splat(MINUS_LN2_HIGH)), n, splat(MINUS_LN2_LOW));
}

/** ((e^r - 1) / r - 1) / r by Horner's scheme. */
@inline
function seriesOf(r: v128): v128 {
  let p = fma(splat(C4), splat(C5), r);
  p = fma(splat(C3), p, r);
  p = fma(splat(C2), p, r);
  return fma(splat(C1), p, r);
}

/** e^r. */
@inline
function expOfRemainder(r: v128): v128 {
  return fma(splat(ONE), fma(splat(ONE), seriesOf(r), r), r);
}

/**
 * e^x to within 1.5 units in the last place over the whole range, subnormal results included;
 * e^-Infinity is 0, NaN stays NaN.
 *
 * e^x = 2^n e^r. 2^n is n written into the exponent bits. It is the product of two factors, because
 * 2^128 and 2^-150 are no float32 numbers but may be needed.
 */
@inline
export function exp4(x: v128): v128 {
  const limited = f32x4.pmax(f32x4.pmin(x, splat(LARGEST)), splat(SMALLEST));
  const exponent = exponentOf(limited);
  const r = remainderOf(limited, exponent);
  const n = i32x4.sub(exponent, splat(ROUND));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.add(i32x4.shl(half, 23), splat(ONE));
  const second = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), splat(ONE));
  return f32x4.mul(f32x4.mul(expOfRemainder(r), first), second);
}

/** e^x, as exp4, for x from -87 to 88.3; other results are undefined. */
@inline
export function expOfLimited4(x: v128): v128 {
  const exponent = exponentOf(x);
  const r = remainderOf(x, exponent);
  return f32x4.mul(expOfRemainder(r), i32x4.add(i32x4.shl(exponent, 23), splat(ONE)));
}

/**
 * e^x, as exp4, for x from -87 to 88.3; e^-87 = 1.6e-38 for a smaller x, and Infinity for a larger one.
 * Needs fewer instructions than exp4.
 */
@inline
export function expOfNear4(x: v128): v128 {
  const limited = f32x4.pmin(f32x4.pmax(x, splat(SMALLEST_NEAR)), splat(LARGEST));
  return expOfLimited4(limited);
}

/**
 * e^x - 1 for x from -25 to 89, to within 2 units in the last place; NaN stays NaN, -0 may become 0.
 *
 * 2^n e^r - 1 = 2^n (e^r - 1) + (2^n - 1). Both are halved first, because 2^128 is no float32 number.
 */
@inline
export function expm1OfLimited4(x: v128): v128 {
  const exponent = exponentOf(x);
  const r = remainderOf(x, exponent);
  const halfPower = i32x4.add(i32x4.shl(exponent, 23), splat(HALF));
  const half = fma(f32x4.sub(halfPower, splat(HALF)), fma(r, seriesOf(r), f32x4.mul(r, r)), halfPower);
  return f32x4.add(half, half);
}

const MINUS_25 = memory.data<f32>([-25], 4), TINY = memory.data<f32>([0.000000059604645], 4);

/** e^x - 1 over the whole range, to within 2 units in the last place; -0 stays -0, NaN stays NaN. */
@inline
export function expm14(x: v128): v128 {
  const y = expm1OfLimited4(f32x4.pmax(f32x4.pmin(x, splat(LARGEST)), splat(MINUS_25)));
  return select(f32x4.lt(f32x4.abs(x), splat(TINY)), x, y);
}

/**
 * ln x for finite, positive, normal x, to 1e-12. x = m 2^e with m between sqrt(1/2) and
 * sqrt(2); with s = (m - 1) / (m + 1), ln m = 2 (s + s^3/3 + s^5/5 + ...), and |s| <=
 * 0.172 makes eight terms enough.
 */
export function log1(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  let exponent = <i32>((bits >> 52) & 0x7ff) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const s = (m - 1) / (m + 1), s2 = s * s;
  let sum: f64 = 0;
  for (let k = 15; k >= 1; k -= 2) sum = sum * s2 + 1 / <f64>k;
  return <f64>exponent * 0.6931471805599453 + 2 * s * sum;
}
