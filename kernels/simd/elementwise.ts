// Elementwise arithmetic: sums, products, quotients, roots, absolute values, limits, rounding.
// Bound by memory, not by arithmetic, so each array is read or written once.
// Unit of begin and end, everywhere: one element; begin must be a multiple of 4 (see maps.ts).

import { floats, fma, storePart } from './lanes';
import { map1, map1Scalars, map2, map2Scalars, map3 } from './maps';

/** y = value. */
export function fill(y: usize, value: f32, begin: i32, end: i32): void {
  const lanes = f32x4.splat(value);
  let i = begin;
  for (; i + 8 <= end; i += 8) {
    v128.store(y + floats(i), lanes);
    v128.store(y + floats(i), lanes, 16);
  }
  for (; i < end; i += 4) storePart(y + floats(i), lanes, end - i);
}

// ---- two operands ---------------------------------------------------------------------

@unmanaged
class Add {
  @inline
  lanes(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

/** y = a + b. */
export function add(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Add>(a, b, y, begin, end);
}

@unmanaged
class Sub {
  @inline
  lanes(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

/** y = a - b. */
export function sub(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Sub>(a, b, y, begin, end);
}

@unmanaged
class Mul {
  @inline
  lanes(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

/** y = a * b. */
export function mul(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Mul>(a, b, y, begin, end);
}

@unmanaged
class Div {
  @inline
  lanes(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

/** y = a / b. */
export function div(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Div>(a, b, y, begin, end);
}

/** b^2 would overflow or underflow where the quotient does not. */
@unmanaged
class DivGradDenominator {
  @inline
  lanes(grad: v128, a: v128, b: v128): v128 {
    return f32x4.mul(f32x4.neg(grad), f32x4.div(f32x4.div(a, b), b));
  }
}

/** gradB = -grad * a / b^2, the gradient of a / b. */
export function divGradDenominator(grad: usize, a: usize, b: usize, gradB: usize, begin: i32, end: i32): void {
  map3<DivGradDenominator>(grad, a, b, gradB, begin, end);
}

@unmanaged
class Blend {
  @inline
  lanes(average: v128, x: v128, beta: v128, alpha: v128): v128 {
    return fma(f32x4.mul(alpha, x), beta, average);
  }
}

/** y = beta * average + alpha * x: a moving average, in place if y is average. */
export function blend(average: usize, beta: f32, x: usize, alpha: f32, y: usize, begin: i32, end: i32): void {
  map2Scalars<Blend>(average, x, beta, alpha, y, begin, end);
}

// ---- one operand ----------------------------------------------------------------------

@unmanaged
class Scale {
  @inline
  lanes(x: v128, factor: v128, offset: v128): v128 {
    return fma(offset, factor, x);
  }
}

/** y = factor * x + offset. */
export function scale(x: usize, factor: f32, offset: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Scale>(x, factor, offset, y, begin, end);
}

@unmanaged
class Sqrt {
  @inline
  lanes(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}

/** y = the square root of x, correctly rounded; NaN below 0. */
export function sqrt(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Sqrt>(x, y, begin, end);
}

@unmanaged
class SqrtGrad {
  @inline
  lanes(grad: v128, y: v128): v128 {
    return f32x4.div(f32x4.mul(f32x4.splat(0.5), grad), y);
  }
}

/** gradX = grad / (2 y), y the square root. */
export function sqrtGrad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  map2<SqrtGrad>(grad, y, gradX, begin, end);
}

@unmanaged
class Abs {
  @inline
  lanes(x: v128): v128 {
    return f32x4.abs(x);
  }
}

/** y = |x|. */
export function abs(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Abs>(x, y, begin, end);
}

/** -1, 0 or 1; 0 for NaN. */
@inline
function sign4(x: v128): v128 {
  const zero = f32x4.splat(0);
  // The bits of a true comparison are the integer -1.
  return f32x4.convert_i32x4_s(i32x4.sub(f32x4.lt(x, zero), f32x4.gt(x, zero)));
}

@unmanaged
class AbsGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    return f32x4.mul(grad, sign4(x));
  }
}

/** gradX = grad sign(x), the gradient of |x|: 0 at 0. */
export function absGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<AbsGrad>(grad, x, gradX, begin, end);
}

/** pmax and pmin return their first operand if one is NaN. */
@unmanaged
class Clamp {
  @inline
  lanes(x: v128, low: v128, high: v128): v128 {
    return f32x4.pmin(f32x4.pmax(x, low), high);
  }
}

/** y = x limited to low .. high; NaN stays NaN. */
export function clamp(x: usize, low: f32, high: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Clamp>(x, low, high, y, begin, end);
}

@unmanaged
class ClampGrad {
  @inline
  lanes(grad: v128, x: v128, low: v128, high: v128): v128 {
    return v128.and(grad, v128.and(f32x4.ge(x, low), f32x4.le(x, high)));
  }
}

/** gradX = grad where low <= x <= high, 0 elsewhere, also at NaN. */
export function clampGrad(grad: usize, x: usize, low: f32, high: f32, gradX: usize, begin: i32, end: i32): void {
  map2Scalars<ClampGrad>(grad, x, low, high, gradX, begin, end);
}

// ---- rounding -------------------------------------------------------------------------

@unmanaged
class Sign {
  @inline
  lanes(x: v128): v128 {
    return sign4(x);
  }
}

/** y = -1, 0 or 1; 0 for NaN. */
export function sign(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Sign>(x, y, begin, end);
}

@unmanaged
class Floor {
  @inline
  lanes(x: v128): v128 {
    return f32x4.floor(x);
  }
}

/** y = the largest integer of at most x. */
export function floor(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Floor>(x, y, begin, end);
}

@unmanaged
class Ceil {
  @inline
  lanes(x: v128): v128 {
    return f32x4.ceil(x);
  }
}

/** y = the smallest integer of at least x. */
export function ceil(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Ceil>(x, y, begin, end);
}

@unmanaged
class Round {
  @inline
  lanes(x: v128): v128 {
    return f32x4.nearest(x);
  }
}

/** y = the nearest integer; of two equally near ones, the even one. */
export function round(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Round>(x, y, begin, end);
}
