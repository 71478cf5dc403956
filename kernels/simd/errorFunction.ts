// The error function for four lanes. Constants are in memory: see exponential.ts.

import { expm1OfLimited4 } from './exponential';
import { fma, splat } from './lanes';

const SIGN = memory.data<u32>([0x80000000], 4), SATURATION = memory.data<f32>([4], 4);
/** ln(1 - erf(x)) / x from 0 to 4 in powers of x, minimax: error 2^-24 of erf(x). */
const C7 = memory.data<f32>([-0.00003714169], 4), C6 = memory.data<f32>([0.0003569388], 4);
const C5 = memory.data<f32>([-0.001190404], 4);
const C4 = memory.data<f32>([-0.00028013356], 4), C3 = memory.data<f32>([0.01936617], 4);
const C2 = memory.data<f32>([-0.102826595], 4);
const C1 = memory.data<f32>([-0.6366153], 4), C0 = memory.data<f32>([-1.1283792], 4);

/**
 * erf(x) to within 4 units in the last place; 1 from 4 on, -1 up to -4, -0 at -0, NaN stays NaN.
 *
 * erf(x) = 1 - e^(x p(x)) for positive x; as -(e^(x p(x)) - 1), it is accurate also near 0. One
 * polynomial for the whole range needs fewer instructions than one for each of two parts.
 */
@inline
export function erf4(x: v128): v128 {
  const size = f32x4.pmin(f32x4.abs(x), splat(SATURATION));
  let p = fma(splat(C6), splat(C7), size);
  p = fma(splat(C5), p, size);
  p = fma(splat(C4), p, size);
  p = fma(splat(C3), p, size);
  p = fma(splat(C2), p, size);
  p = fma(splat(C1), p, size);
  p = fma(splat(C0), p, size);
  const y = expm1OfLimited4(f32x4.mul(p, size));
  return v128.or(f32x4.abs(y), v128.and(x, splat(SIGN)));
}
