// ln x and ln(1 + x) for four lanes. Constants are in memory: see exponential.ts.

import { fma, splat } from './lanes';
import { select } from './select';

const ONE = memory.data<f32>([1], 4), MINUS_HALF = memory.data<f32>([-0.5], 4);
const INFINITY = memory.data<u32>([0x7f800000], 4);
const MINUS_INFINITY = memory.data<u32>([0xff800000], 4);
const SMALLEST_NORMAL = memory.data<u32>([0x00800000], 4), SIGN = memory.data<u32>([0x80000000], 4);
const TWO_TO_23 = memory.data<f32>([8388608], 4), MINUS_23 = memory.data<f32>([-23], 4);
/** The bits of 0.699, the smallest mantissa: mantissas reach 1.398, and 1 has exponent 0. */
const SMALLEST_MANTISSA = memory.data<u32>([0x3f330000], 4);
/** ln 2 in two parts: the first has few digits, so that its product with an exponent is exact. */
const LN2_HIGH = memory.data<f32>([0.693359375], 4), LN2_LOW = memory.data<f32>([-0.00021219444], 4);
/** (ln(1 + f) - f + f^2 / 2) / f^3 for f from -0.301 to 0.398 in powers of f, minimax: error 2^-27 of ln(1 + f). */
const C7 = memory.data<f32>([-0.08483069], 4), C6 = memory.data<f32>([0.1314641], 4);
const C5 = memory.data<f32>([-0.13041663], 4);
const C4 = memory.data<f32>([0.14143184], 4), C3 = memory.data<f32>([-0.16628334], 4);
const C2 = memory.data<f32>([0.20003825], 4);
const C1 = memory.data<f32>([-0.25000757], 4), C0 = memory.data<f32>([0.33333302], 4);

/** ln(2^(n + exponentShift) m): m is the mantissa of x, n its exponent. */
@inline
function logOfParts4(x: v128, exponentShift: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(x, splat(SMALLEST_MANTISSA)), 23);
  const n = f32x4.add(f32x4.convert_i32x4_s(exponent), exponentShift);
  const f = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, 23)), splat(ONE));
  const square = f32x4.mul(f, f);
  let p = fma(splat(C6), splat(C7), f);
  p = fma(splat(C5), p, f);
  p = fma(splat(C4), p, f);
  p = fma(splat(C3), p, f);
  p = fma(splat(C2), p, f);
  p = fma(splat(C1), p, f);
  p = fma(splat(C0), p, f);
  let y = f32x4.mul(f32x4.mul(p, f), square);
  y = fma(y, n, splat(LN2_LOW));
  y = fma(y, square, splat(MINUS_HALF));
  return fma(f32x4.add(f, y), n, splat(LN2_HIGH));
}

/** ln x, as log4, for positive normal finite x only; other results are undefined. */
@inline
export function logOfNormal4(x: v128): v128 {
  return logOfParts4(x, f32x4.splat(0));
}

/**
 * ln x to within 2 units in the last place for every positive x, subnormal ones included; -Infinity
 * at 0 and -0, NaN below 0, Infinity at Infinity, NaN stays NaN.
 */
@inline
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, splat(SMALLEST_NORMAL));
  const scaled = select(subnormal, f32x4.mul(x, splat(TWO_TO_23)), x);
  const y = logOfParts4(scaled, v128.and(subnormal, splat(MINUS_23)));
  const finite = select(f32x4.lt(x, splat(INFINITY)), y, x); // Infinity and NaN are unchanged
  const zero = f32x4.splat(0);
  // All bits set is NaN.
  return v128.or(select(f32x4.eq(x, zero), splat(MINUS_INFINITY), finite), f32x4.lt(x, zero));
}

/**
 * ln(1 + x) to within 2 units in the last place; -Infinity at -1, NaN below, Infinity at Infinity,
 * -0 at -0, NaN stays NaN.
 *
 * u = 1 + x is rounded; (x - (u - 1)) / u is the derivative of the logarithm at u times what
 * rounding removed.
 */
@inline
export function log1p4(x: v128): v128 {
  const one = splat(ONE);
  const u = f32x4.add(one, x);
  const correction = f32x4.div(f32x4.sub(x, f32x4.sub(u, one)), u);
  const valid = v128.and(f32x4.gt(u, f32x4.splat(0)), f32x4.lt(u, splat(INFINITY)));
  const y = f32x4.add(log4(u), v128.and(correction, valid));
  return v128.or(y, v128.and(x, splat(SIGN)));
}

/** ln(1 + x) for x from 0 to 1, as log1p4; NaN stays NaN. */
@inline
export function log1pOfUnit4(x: v128): v128 {
  const one = splat(ONE);
  const u = f32x4.add(one, x);
  return f32x4.add(logOfNormal4(u), f32x4.div(f32x4.sub(x, f32x4.sub(u, one)), u));
}
