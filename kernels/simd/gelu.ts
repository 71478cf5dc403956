// The error function, GELU in both forms, and their gradients. Unit of begin and end: one element, as
// in maps.ts.

import { tanh4 } from './activation';
import { erf4 } from './errorFunction';
import { exp4 } from './exponential';
import { splat } from './lanes';
import { map1, map1Scalars, map2, map3 } from './maps';

const ONE = memory.data<f32>([1], 4), HALF = memory.data<f32>([0.5], 4), MINUS_HALF = memory.data<f32>([-0.5], 4);
/** 1 / sqrt(2 pi), 2 / sqrt(pi) and sqrt(2 / pi). */
const DENSITY = memory.data<f32>([0.39894228], 4), ERF_SLOPE = memory.data<f32>([1.12837917], 4);
const SQRT_2_OVER_PI = memory.data<f32>([0.79788456], 4);
const CUBE = memory.data<f32>([0.044715], 4), THREE_CUBE = memory.data<f32>([0.134145], 4);
/** Larger squares saturate the tanh; limited, they do not become Infinity, and Infinity * 0 not NaN. */
const LARGEST_SQUARE = memory.data<f32>([1e8], 4);

@unmanaged
class Erf {
  @inline
  lanes(x: v128, factor: v128, _: v128): v128 {
    return erf4(f32x4.mul(factor, x));
  }
}

/** y = erf(factor * x). Errors: see erf4. */
export function erf(x: usize, factor: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Erf>(x, factor, 0, y, begin, end);
}

@unmanaged
class ErfGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    const e = exp4(f32x4.neg(f32x4.mul(x, x)));
    return f32x4.mul(f32x4.mul(grad, splat(ERF_SLOPE)), e);
  }
}

/** gradX = grad 2 / sqrt(pi) e^(-x^2). */
export function erfGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<ErfGrad>(grad, x, gradX, begin, end);
}

@unmanaged
class Gelu {
  @inline
  lanes(x: v128, erf: v128): v128 {
    return f32x4.mul(f32x4.mul(splat(HALF), x), f32x4.add(splat(ONE), erf));
  }
}

/** y = 0.5 x (1 + erf), `erf` the error function of x / sqrt(2). */
export function gelu(x: usize, erf: usize, y: usize, begin: i32, end: i32): void {
  map2<Gelu>(x, erf, y, begin, end);
}

@unmanaged
class GeluGrad {
  @inline
  lanes(grad: v128, x: v128, erf: v128): v128 {
    const density = f32x4.mul(splat(DENSITY), exp4(f32x4.mul(f32x4.mul(splat(MINUS_HALF), x), x)));
    const below = f32x4.mul(splat(HALF), f32x4.add(splat(ONE), erf));
    return f32x4.mul(grad, f32x4.add(below, f32x4.mul(x, density)));
  }
}

/** gradX = grad (0.5 (1 + erf) + x density(x)), the density of the normal distribution. */
export function geluGrad(grad: usize, x: usize, erf: usize, gradX: usize, begin: i32, end: i32): void {
  map3<GeluGrad>(grad, x, erf, gradX, begin, end);
}

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)). */
@inline
function innerTanh(x: v128, square: v128): v128 {
  const cubic = f32x4.add(splat(ONE), f32x4.mul(splat(CUBE), square));
  return tanh4(f32x4.mul(splat(SQRT_2_OVER_PI), f32x4.mul(x, cubic)));
}

@unmanaged
class GeluTanh {
  @inline
  lanes(x: v128): v128 {
    const t = innerTanh(x, f32x4.mul(x, x));
    return f32x4.mul(f32x4.mul(splat(HALF), x), f32x4.add(splat(ONE), t));
  }
}

/** y = 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
export function geluTanh(x: usize, y: usize, begin: i32, end: i32): void {
  map1<GeluTanh>(x, y, begin, end);
}

@unmanaged
class GeluTanhGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    const one = splat(ONE), half = splat(HALF);
    const square = f32x4.pmin(f32x4.mul(x, x), splat(LARGEST_SQUARE));
    const t = innerTanh(x, square);
    const slope = f32x4.mul(splat(SQRT_2_OVER_PI), f32x4.add(one, f32x4.mul(splat(THREE_CUBE), square)));
    const growth = f32x4.mul(f32x4.mul(f32x4.mul(half, x), f32x4.sub(one, f32x4.mul(t, t))), slope);
    return f32x4.mul(grad, f32x4.add(f32x4.mul(half, f32x4.add(one, t)), growth));
  }
}

/** gradX = grad (0.5 (1 + t) + 0.5 x (1 - t^2) sqrt(2 / pi) (1 + 0.134145 x^2)), t the tanh of geluTanh. */
export function geluTanhGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<GeluTanhGrad>(grad, x, gradX, begin, end);
}
