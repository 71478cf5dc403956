// Activation functions and their gradients: ReLU, leaky ReLU, sigmoid, tanh, SiLU, ELU, softplus. GELU
// is in gelu.ts. Unit of begin and end: one element, as in maps.ts.

import { exp4, expm1OfLimited4, expOfNear4 } from './exponential';
import { splat } from './lanes';
import { log1pOfUnit4 } from './logarithm';
import { map1, map1Scalars, map2, map2Scalars } from './maps';
import { select } from './select';

const ONE = memory.data<f32>([1], 4), TWO = memory.data<f32>([2], 4), SIGN = memory.data<u32>([0x80000000], 4);
const SATURATION = memory.data<f32>([20], 4);

// ---- piecewise linear -----------------------------------------------------------------

@unmanaged
class Relu {
  @inline
  lanes(x: v128): v128 {
    return v128.andnot(x, f32x4.le(x, f32x4.splat(0)));
  }
}

/** y = max(x, 0); a NaN stays a NaN, as in PyTorch. */
export function relu(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Relu>(x, y, begin, end);
}

@unmanaged
class ReluGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    return v128.andnot(grad, f32x4.le(x, f32x4.splat(0)));
  }
}

/** gradX = 0 where x <= 0, else grad, also for NaN. x may be relu's input or its output. */
export function reluGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<ReluGrad>(grad, x, gradX, begin, end);
}

@unmanaged
class LeakyRelu {
  @inline
  lanes(x: v128, slope: v128, _: v128): v128 {
    return select(f32x4.lt(x, f32x4.splat(0)), f32x4.mul(x, slope), x);
  }
}

/** y = x, times `slope` where x < 0. */
export function leakyRelu(x: usize, slope: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<LeakyRelu>(x, slope, 0, y, begin, end);
}

@unmanaged
class LeakyReluGrad {
  @inline
  lanes(grad: v128, x: v128, slope: v128, _: v128): v128 {
    return select(f32x4.gt(x, f32x4.splat(0)), grad, f32x4.mul(grad, slope));
  }
}

/** gradX = grad where x > 0, else grad times `slope`, also for NaN. */
export function leakyReluGrad(grad: usize, x: usize, slope: f32, gradX: usize, begin: i32, end: i32): void {
  map2Scalars<LeakyReluGrad>(grad, x, slope, 0, gradX, begin, end);
}

// ---- sigmoid and tanh -----------------------------------------------------------------

/**
 * 1 / (1 + e^-x), to within 3 units in the last place for x from -87 on; below -88.3, where the result
 * would be subnormal, 0. 1 at Infinity, 0 at -Infinity, NaN stays NaN.
 */
@inline
export function sigmoid4(x: v128): v128 {
  const one = splat(ONE);
  return f32x4.div(one, f32x4.add(one, expOfNear4(f32x4.neg(x))));
}

@unmanaged
class Sigmoid {
  @inline
  lanes(x: v128): v128 {
    return sigmoid4(x);
  }
}

/** y = 1 / (1 + e^-x). Errors: see sigmoid4. */
export function sigmoid(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Sigmoid>(x, y, begin, end);
}

@unmanaged
class SigmoidGrad {
  @inline
  lanes(grad: v128, y: v128): v128 {
    return f32x4.mul(f32x4.mul(grad, y), f32x4.sub(f32x4.splat(1), y));
  }
}

/** gradX = grad y (1 - y), y the sigmoid. */
export function sigmoidGrad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  map2<SigmoidGrad>(grad, y, gradX, begin, end);
}

/**
 * tanh x = m / (m + 2) with m = e^(2 |x|) - 1 and the sign of x, to within 3 units in the last place;
 * 1 from 10 on, -0 at -0, NaN stays NaN.
 */
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const m = expm1OfLimited4(f32x4.pmin(f32x4.add(size, size), splat(SATURATION)));
  return v128.or(f32x4.div(m, f32x4.add(m, splat(TWO))), v128.and(x, splat(SIGN)));
}

@unmanaged
class Tanh {
  @inline
  lanes(x: v128): v128 {
    return tanh4(x);
  }
}

/** y = tanh(x). Errors: see tanh4. */
export function tanh(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Tanh>(x, y, begin, end);
}

@unmanaged
class TanhGrad {
  @inline
  lanes(grad: v128, y: v128): v128 {
    return f32x4.mul(grad, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  }
}

/** gradX = grad (1 - y^2), y the tanh. */
export function tanhGrad(grad: usize, y: usize, gradX: usize, begin: i32, end: i32): void {
  map2<TanhGrad>(grad, y, gradX, begin, end);
}

// ---- SiLU, ELU, softplus --------------------------------------------------------------

@unmanaged
class Silu {
  @inline
  lanes(x: v128): v128 {
    return f32x4.mul(x, sigmoid4(x));
  }
}

/** y = x sigmoid(x), to within 4 units in the last place for x from -87 on; below -88.3, -0. NaN at -Infinity. */
export function silu(x: usize, y: usize, begin: i32, end: i32): void {
  map1<Silu>(x, y, begin, end);
}

@unmanaged
class SiluGrad {
  @inline
  lanes(grad: v128, x: v128): v128 {
    const one = splat(ONE);
    const s = sigmoid4(x);
    const factor = f32x4.add(one, f32x4.mul(x, f32x4.sub(one, s)));
    return f32x4.mul(f32x4.mul(grad, s), factor);
  }
}

/** gradX = grad s (1 + x (1 - s)), s = sigmoid(x). */
export function siluGrad(grad: usize, x: usize, gradX: usize, begin: i32, end: i32): void {
  map2<SiluGrad>(grad, x, gradX, begin, end);
}

@unmanaged
class Elu {
  @inline
  lanes(x: v128, alpha: v128, _: v128): v128 {
    return select(f32x4.le(x, f32x4.splat(0)), f32x4.mul(alpha, f32x4.sub(expOfNear4(x), splat(ONE))), x);
  }
}

/** y = x where positive, alpha (e^x - 1) elsewhere, with an error of at most 1e-7 alpha, as in PyTorch. */
export function elu(x: usize, alpha: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Elu>(x, alpha, 0, y, begin, end);
}

@unmanaged
class EluGrad {
  @inline
  lanes(grad: v128, x: v128, alpha: v128, _: v128): v128 {
    const derivative = select(f32x4.le(x, f32x4.splat(0)), f32x4.mul(alpha, exp4(x)), splat(ONE));
    return f32x4.mul(grad, derivative);
  }
}

/** gradX = grad where x > 0, grad alpha e^x elsewhere. */
export function eluGrad(grad: usize, x: usize, alpha: f32, gradX: usize, begin: i32, end: i32): void {
  map2Scalars<EluGrad>(grad, x, alpha, 0, gradX, begin, end);
}

/** ln(1 + e^x) without overflow, to within 3 units in the last place; NaN stays NaN. */
@inline
export function softplus4(x: v128): v128 {
  const rest = log1pOfUnit4(exp4(f32x4.neg(f32x4.abs(x))));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), rest);
}

@unmanaged
class Softplus {
  @inline
  lanes(x: v128, beta: v128, threshold: v128): v128 {
    const scaled = f32x4.mul(beta, x);
    return select(f32x4.gt(scaled, threshold), x, f32x4.div(softplus4(scaled), beta));
  }
}

/** y = ln(1 + e^(beta x)) / beta, and x where beta x exceeds the threshold. Errors: see softplus4. */
export function softplus(x: usize, beta: f32, threshold: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Softplus>(x, beta, threshold, y, begin, end);
}

@unmanaged
class SoftplusGrad {
  @inline
  lanes(grad: v128, x: v128, beta: v128, threshold: v128): v128 {
    const scaled = f32x4.mul(beta, x);
    const derivative = select(f32x4.gt(scaled, threshold), splat(ONE), sigmoid4(scaled));
    return f32x4.mul(grad, derivative);
  }
}

/** gradX = grad sigmoid(beta x), and grad where beta x exceeds the threshold. */
export function softplusGrad(
  grad: usize, x: usize, beta: f32, threshold: f32, gradX: usize, begin: i32, end: i32,
): void {
  map2Scalars<SoftplusGrad>(grad, x, beta, threshold, gradX, begin, end);
}
