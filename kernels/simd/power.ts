// Powers: base^exponent for a constant exponent and for an array of them, and the gradients. The special
// values are those of kernels/elementwise.ts and kernels/power.ts, which are C's and PyTorch's.
// Constants are in memory: see exponential.ts. Unit of begin and end: one element, as in maps.ts.

import { fill } from './elementwise';
import { fma, splat } from './lanes';
import { log4 } from './logarithm';
import { map1Scalars, map2, map2Scalars, map3, map4 } from './maps';
import { select } from './select';

const ONE = memory.data<f32>([1], 4), SIGN = memory.data<u32>([0x80000000], 4), HALF = memory.data<f32>([0.5], 4);
const INFINITY = memory.data<u32>([0x7f800000], 4), MINUS_INFINITY = memory.data<u32>([0xff800000], 4);
const SMALLEST_NORMAL = memory.data<u32>([0x00800000], 4);
const TWO_TO_23 = memory.data<f32>([8388608], 4), MINUS_23 = memory.data<f32>([-23], 4);
/** The bits of 0.699, the smallest mantissa: mantissas reach 1.398, and 1 has exponent 0. */
const SMALLEST_MANTISSA = memory.data<u32>([0x3f330000], 4);
/** (atanh(s) / s - 1) / s^2 for |s| <= 0.178 in powers of s^2, minimax: error 2^-35 of atanh(s). */
const A3 = memory.data<f32>([0.12103255], 4), A2 = memory.data<f32>([0.14250705], 4);
const A1 = memory.data<f32>([0.20000476], 4);
const A0 = memory.data<f32>([0.3333333], 4);
/** (2^f - 1) / f for |f| <= 1/2 in powers of f, minimax: error 2^-28 of 2^f. */
const E5 = memory.data<f32>([0.00015328582], 4), E4 = memory.data<f32>([0.0013390987], 4);
const E3 = memory.data<f32>([0.009618501], 4);
const E2 = memory.data<f32>([0.055503596], 4), E1 = memory.data<f32>([0.24022648], 4);
const E0 = memory.data<f32>([0.6931472], 4);
/** 1.5 * 2^23: a float this large has no fraction bits, so that adding it rounds to an integer. */
const ROUND = memory.data<f32>([12582912], 4);

const ONE_64 = memory.data<f64>([1], 8), TWO_OVER_LN2 = memory.data<f64>([2.8853900817779268], 8);
/** Beyond these exponents 2^y is 0 or infinity. */
const LARGEST = memory.data<f64>([160], 8), SMALLEST = memory.data<f64>([-160], 8);
/** 1.5 * 2^52, as ROUND. */
const ROUND_64 = memory.data<f64>([6755399441055744], 8);

@inline
function splat64(pointer: usize): v128 {
  return v128.load_splat<f64>(pointer);
}

@inline
function lowLanes(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

@inline
function highLanes(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

/** Four float32 of four float64. */
@inline
function join(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** (m - 1) / (m + 1). */
@inline
function quotient(m: v128): v128 {
  return f64x2.div(f64x2.sub(m, splat64(ONE_64)), f64x2.add(m, splat64(ONE_64)));
}

/** y = p (e + 2 / ln 2 (s + tail)), limited: the base-2 logarithm of the power. */
@inline
function scaledLog2(s: v128, tail: v128, e: v128, p: v128): v128 {
  const log2 = f64x2.add(e, f64x2.mul(splat64(TWO_OVER_LN2), f64x2.add(s, tail)));
  return f64x2.pmax(f64x2.pmin(f64x2.mul(p, log2), splat64(LARGEST)), splat64(SMALLEST));
}

@inline
function nearest64(y: v128): v128 {
  return f64x2.sub(f64x2.add(y, splat64(ROUND_64)), splat64(ROUND_64));
}

/**
 * a^p for a of at least 0 to within 2 units in the last place, over the whole range. 0 and Infinity
 * are the limits of a^p; 0^0, Infinity^0, 1^Infinity and NaN are NaN.
 *
 * a^p = 2^(p log2 a). The product may be 128 and its error becomes a relative error of the result, so
 * it is a float64: a = m 2^e, and log2 m = 2 / ln 2 atanh(s) with s = (m - 1) / (m + 1). Only the terms
 * from s^3 on, below 0.01 s, are float32, and so is 2^f, f the fraction of the product.
 */
@inline
function power4(a: v128, p: v128): v128 {
  const subnormal = f32x4.lt(a, splat(SMALLEST_NORMAL));
  const scaled = select(subnormal, f32x4.mul(a, splat(TWO_TO_23)), a);
  const exponent = i32x4.shr_s(i32x4.sub(scaled, splat(SMALLEST_MANTISSA)), 23);
  const m = i32x4.sub(scaled, i32x4.shl(exponent, 23));
  let e = f32x4.add(f32x4.convert_i32x4_s(exponent), v128.and(subnormal, splat(MINUS_23)));
  e = select(f32x4.lt(a, splat(INFINITY)), e, a); // Infinity and NaN are unchanged
  e = select(f32x4.eq(a, f32x4.splat(0)), splat(MINUS_INFINITY), e);
  const lowS = quotient(lowLanes(m)), highS = quotient(highLanes(m));
  const s = join(lowS, highS), square = f32x4.mul(s, s);
  const series = fma(splat(A0), fma(splat(A1), fma(splat(A2), splat(A3), square), square), square);
  const tail = f32x4.mul(f32x4.mul(s, square), series);
  const lowY = scaledLog2(lowS, lowLanes(tail), lowLanes(e), lowLanes(p));
  const highY = scaledLog2(highS, highLanes(tail), highLanes(e), highLanes(p));
  const lowN = nearest64(lowY), highN = nearest64(highY);
  const f = join(f64x2.sub(lowY, lowN), f64x2.sub(highY, highN));
  const n = i32x4.sub(f32x4.add(join(lowN, highN), splat(ROUND)), splat(ROUND));
  let growth = fma(splat(E4), splat(E5), f);
  growth = fma(splat(E3), growth, f);
  growth = fma(splat(E2), growth, f);
  growth = fma(splat(E1), growth, f);
  growth = fma(splat(E0), growth, f);
  // 2^n in two factors: see exp4.
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.add(i32x4.shl(half, 23), splat(ONE));
  const second = i32x4.add(i32x4.shl(i32x4.sub(n, half), 23), splat(ONE));
  return f32x4.mul(f32x4.mul(fma(splat(ONE), growth, f), first), second);
}

/** Negative numbers except -Infinity: a fractional power is NaN. */
@inline
function finiteNegative(x: v128): v128 {
  return v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.gt(x, splat(MINUS_INFINITY)));
}

// ---- a constant exponent --------------------------------------------------------------

/** `sign` is (-1)^exponent, or NaN for a fraction: its sign bit is that of a negative power. */
@unmanaged
class Power {
  @inline
  lanes(x: v128, exponent: v128, sign: v128): v128 {
    const size = f32x4.abs(x);
    const value = select(f32x4.eq(size, splat(ONE)), splat(ONE), power4(size, exponent));
    const negative = v128.and(v128.and(x, splat(SIGN)), f32x4.lt(sign, f32x4.splat(0)));
    const invalid = v128.and(finiteNegative(x), f32x4.ne(sign, sign));
    return v128.or(v128.xor(value, negative), invalid); // all bits set is NaN
  }
}

@unmanaged
class Identity {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    return x;
  }
}

@unmanaged
class Square {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    return f32x4.mul(x, x);
  }
}

@unmanaged
class Cube {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    return f32x4.mul(f32x4.mul(x, x), x);
  }
}

@unmanaged
class Reciprocal {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    return f32x4.div(splat(ONE), x);
  }
}

@unmanaged
class ReciprocalSquare {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    const reciprocal = f32x4.div(splat(ONE), x);
    return f32x4.mul(reciprocal, reciprocal);
  }
}

/** The root of -Infinity is Infinity, and that of -0 is 0, as for any other fraction. */
@unmanaged
class Root {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    const infinity = splat(INFINITY);
    const root = f32x4.abs(f32x4.sqrt(x));
    return select(f32x4.eq(x, splat(MINUS_INFINITY)), infinity, root);
  }
}

/** 1 / sqrt(x); Infinity at -0, 0 at -Infinity. */
@unmanaged
class ReciprocalRoot {
  @inline
  lanes(x: v128, _: v128, __: v128): v128 {
    const value = f32x4.abs(f32x4.div(splat(ONE), f32x4.sqrt(x)));
    return select(f32x4.eq(x, splat(MINUS_INFINITY)), f32x4.splat(0), value);
  }
}

/**
 * y = x^exponent, to within 2 units in the last place; `sign` is (-1)^exponent, NaN for a fraction.
 * Exponents that a product, a quotient or a root computes have loops of their own.
 */
export function pow(x: usize, exponent: f32, sign: f32, y: usize, begin: i32, end: i32): void {
  if (exponent == 2) map1Scalars<Square>(x, 0, 0, y, begin, end);
  else if (exponent == 3) map1Scalars<Cube>(x, 0, 0, y, begin, end);
  else if (exponent == 1) map1Scalars<Identity>(x, 0, 0, y, begin, end);
  else if (exponent == 0) fill(y, 1, begin, end);
  else if (exponent == -1) map1Scalars<Reciprocal>(x, 0, 0, y, begin, end);
  else if (exponent == -2) map1Scalars<ReciprocalSquare>(x, 0, 0, y, begin, end);
  else if (exponent == 0.5) map1Scalars<Root>(x, 0, 0, y, begin, end);
  else if (exponent == -0.5) map1Scalars<ReciprocalRoot>(x, 0, 0, y, begin, end);
  else map1Scalars<Power>(x, exponent, sign, y, begin, end);
}

@unmanaged
class PowerGrad {
  @inline
  lanes(grad: v128, lower: v128, exponent: v128, _: v128): v128 {
    const derivative = v128.and(f32x4.mul(exponent, lower), f32x4.ne(exponent, f32x4.splat(0)));
    return f32x4.mul(grad, derivative);
  }
}

/** gradX = grad exponent lower, and 0 for exponent 0; `lower` is x^(exponent - 1). */
export function powGrad(grad: usize, lower: usize, exponent: f32, gradX: usize, begin: i32, end: i32): void {
  map2Scalars<PowerGrad>(grad, lower, exponent, 0, gradX, begin, end);
}

// ---- an array of exponents ------------------------------------------------------------

@unmanaged
class PowerOfArrays {
  @inline
  lanes(base: v128, exponent: v128): v128 {
    const zero = f32x4.splat(0), one = splat(ONE);
    const size = f32x4.abs(base);
    const ordered = f32x4.eq(exponent, exponent);
    const unit = v128.and(f32x4.eq(size, one), ordered);
    let value = select(unit, one, power4(size, exponent));
    const integer = f32x4.eq(f32x4.floor(exponent), exponent);
    const half = f32x4.mul(exponent, splat(HALF));
    const odd = v128.and(integer, f32x4.ne(f32x4.floor(half), half));
    value = v128.xor(value, v128.and(v128.and(base, splat(SIGN)), odd));
    value = v128.or(value, v128.andnot(finiteNegative(base), integer)); // all bits set is NaN
    // 1 also for NaN as the other operand.
    return select(v128.or(f32x4.eq(base, one), f32x4.eq(exponent, zero)), one, value);
  }
}

/** y = base^exponent, to within 2 units in the last place; NaN for a negative base and a fraction. */
export function powTensor(base: usize, exponent: usize, y: usize, begin: i32, end: i32): void {
  map2<PowerOfArrays>(base, exponent, y, begin, end);
}

@unmanaged
class PowerGradBase {
  @inline
  lanes(grad: v128, exponent: v128, lower: v128): v128 {
    const value = f32x4.mul(f32x4.mul(grad, exponent), lower);
    return v128.and(value, f32x4.ne(exponent, f32x4.splat(0)));
  }
}

/** gradBase = grad exponent lower, and 0 for exponent 0; `lower` is base^(exponent - 1). */
export function powTensorGradBase(
  grad: usize, exponent: usize, lower: usize, gradBase: usize, begin: i32, end: i32,
): void {
  map3<PowerGradBase>(grad, exponent, lower, gradBase, begin, end);
}

/** The logarithm of a negative base is NaN. */
@unmanaged
class PowerGradExponent {
  @inline
  lanes(grad: v128, base: v128, exponent: v128, y: v128): v128 {
    const zero = f32x4.splat(0);
    const limit = v128.and(f32x4.eq(base, zero), f32x4.ge(exponent, zero));
    return f32x4.mul(grad, v128.andnot(f32x4.mul(y, log4(base)), limit));
  }
}

/** gradExponent = grad y ln(base), y = base^exponent; 0 for base 0 and an exponent of at least 0. */
export function powTensorGradExponent(
  grad: usize, base: usize, exponent: usize, y: usize, gradExponent: usize, begin: i32, end: i32,
): void {
  map4<PowerGradExponent>(grad, base, exponent, y, gradExponent, begin, end);
}
