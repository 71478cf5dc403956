// Exponentials and logarithms of arrays, and their gradients. Unit of begin and end: one element, as in
// maps.ts.

import { exp4, expm14 } from './exponential';
import { log1p4, log4 } from './logarithm';
import { map1, map2 } from './maps';

@unmanaged
class Exp {
  @inline
  lanes(x: v128): v128 {
    return exp4(x);
  }
}

/** y = e^x. Errors: see exp4. */
export function exp(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Exp>(x, y, begin, end);
}

@unmanaged
class Log {
  @inline
  lanes(x: v128): v128 {
    return log4(x);
  }
}

/** y = ln x. Errors: see log4. */
export function log(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Log>(x, y, begin, end);
}

@unmanaged
class Expm1 {
  @inline
  lanes(x: v128): v128 {
    return expm14(x);
  }
}

/** y = e^x - 1. Errors: see expm14. */
export function expm1(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Expm1>(x, y, begin, end);
}

@unmanaged
class Expm1Grad {
  @inline
  lanes(grad: v128, y: v128): v128 {
    return f32x4.mul(grad, f32x4.add(y, f32x4.splat(1)));
  }
}

/** gradX = grad (y + 1), y = e^x - 1. */
export function expm1Grad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  map2<Expm1Grad>(grad, y, gradX, begin, end);
}

@unmanaged
class Log1p {
  @inline
  lanes(x: v128): v128 {
    return log1p4(x);
  }
}

/** y = ln(1 + x). Errors: see log1p4. */
export function log1p(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Log1p>(x, y, begin, end);
}

@unmanaged
class Log1pGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    return f32x4.div(grad, f32x4.add(f32x4.splat(1), x));
  }
}

/** gradX = grad / (1 + x). */
export function log1pGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<Log1pGrad>(grad, x, gradX, begin, end);
}
