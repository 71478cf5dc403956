// Elementwise comparisons and selections of kernels/comparison.ts, elementwise.ts and mask.ts. A
// comparison sets all bits of a lane or none; `select(mask, a, b)` takes a where they are
// set. Unit of begin and end, everywhere: one element, as in maps.ts.

import { map1, map2, map2Scalars, map3 } from './maps';
import { select } from './select';

/** 1 where all bits of a lane of the mask are set, 0 elsewhere. */
@inline
function flag(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

@unmanaged
class Eq {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(f32x4.eq(a, b));
  }
}

/** y = 1 where a = b, else 0. */
export function eq(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Eq>(a, b, y, begin, end);
}

@unmanaged
class Ne {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(f32x4.ne(a, b));
  }
}

/** y = 1 where a and b differ or one is NaN, else 0. */
export function ne(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Ne>(a, b, y, begin, end);
}

@unmanaged
class Lt {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(f32x4.lt(a, b));
  }
}

/** y = 1 where a < b, else 0. */
export function lt(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Lt>(a, b, y, begin, end);
}

@unmanaged
class Le {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(f32x4.le(a, b));
  }
}

/** y = 1 where a <= b, else 0. */
export function le(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Le>(a, b, y, begin, end);
}

/** All bits of the lanes that are not 0, also NaN. */
@inline
function holds(x: v128): v128 {
  return f32x4.ne(x, f32x4.splat(0));
}

@unmanaged
class LogicalAnd {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(v128.and(holds(a), holds(b)));
  }
}

/** y = 1 where neither a nor b is 0, else 0. */
export function logicalAnd(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<LogicalAnd>(a, b, y, begin, end);
}

@unmanaged
class LogicalOr {
  @inline
  lanes(a: v128, b: v128): v128 {
    return flag(v128.or(holds(a), holds(b)));
  }
}

/** y = 0 where a and b are 0, else 1. */
export function logicalOr(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<LogicalOr>(a, b, y, begin, end);
}

@unmanaged
class LogicalNot {
  @inline
  lanes(x: v128): v128 {
    return flag(f32x4.eq(x, f32x4.splat(0)));
  }
}

/** y = 1 where x is 0, else 0. */
export function logicalNot(x: usize, y: usize, begin: i32, end: i32): void {
  map1<LogicalNot>(x, y, begin, end);
}

@unmanaged
class IsNan {
  @inline
  lanes(x: v128): v128 {
    return flag(f32x4.ne(x, x));
  }
}

/** y = 1 for NaN, else 0. */
export function isnan(x: usize, y: usize, begin: i32, end: i32): void {
  map1<IsNan>(x, y, begin, end);
}

/** pmax returns its first operand unless the second is larger, so only a NaN in a is left to select. */
@unmanaged
class Maximum {
  @inline
  lanes(a: v128, b: v128): v128 {
    return select(f32x4.ne(a, a), a, f32x4.pmax(b, a));
  }
}

/** y = the larger operand, NaN if one is NaN. */
export function maximum(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Maximum>(a, b, y, begin, end);
}

@unmanaged
class Minimum {
  @inline
  lanes(a: v128, b: v128): v128 {
    return select(f32x4.ne(a, a), a, f32x4.pmin(b, a));
  }
}

/** y = the smaller operand, NaN if one is NaN. */
export function minimum(a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map2<Minimum>(a, b, y, begin, end);
}

@unmanaged
class MaximumGrad {
  @inline
  lanes(grad: v128, x: v128, other: v128): v128 {
    const share = select(f32x4.eq(x, other), f32x4.splat(0.5), f32x4.splat(1));
    return f32x4.mul(grad, v128.andnot(share, f32x4.lt(x, other)));
  }
}

/** y = grad where x is the larger operand or one is NaN, half of it where both are equal, else 0. */
export function maximumGrad(grad: usize, x: usize, other: usize, y: usize, begin: i32, end: i32): void {
  map3<MaximumGrad>(grad, x, other, y, begin, end);
}

@unmanaged
class Where {
  @inline
  lanes(condition: v128, a: v128, b: v128): v128 {
    return select(f32x4.ne(condition, f32x4.splat(0)), a, b);
  }
}

/** y = a where condition is not 0, else b. */
export function where(condition: usize, a: usize, b: usize, y: usize, begin: i32, end: i32): void {
  map3<Where>(condition, a, b, y, begin, end);
}

@unmanaged
class MaskedFill {
  @inline
  lanes(x: v128, mask: v128, value: v128, _: v128): v128 {
    return select(f32x4.ne(mask, f32x4.splat(0)), value, x);
  }
}

/** y = value where mask is not 0, else x. */
export function maskedFill(x: usize, mask: usize, value: f32, y: usize, begin: i32, end: i32): void {
  map2Scalars<MaskedFill>(x, mask, value, 0, y, begin, end);
}
