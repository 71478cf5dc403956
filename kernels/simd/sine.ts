// Sine and cosine. Constants are in memory: see exponential.ts. Unit of begin and end: one element, as
// in maps.ts.

import { floats, fma, splat } from './lanes';
import { map1Scalars } from './maps';
import { select } from './select';

const ONE = memory.data<f32>([1], 4), MINUS_HALF = memory.data<f32>([-0.5], 4);
const SIGN = memory.data<u32>([0x80000000], 4);
/** 1.5 * 2^23: a float this large has no fraction bits, so that adding it rounds to an integer. */
const ROUND = memory.data<f32>([12582912], 4);
const TWO_OVER_PI = memory.data<f32>([0.63661977], 4);
/** -pi / 2 in three parts. Products of the first two with an integer up to 2^13 are exact. */
const PI1 = memory.data<f32>([-1.5703125], 4), PI2 = memory.data<f32>([-0.0004837512969970703], 4);
const PI3 = memory.data<f32>([-0.00000007549789948768648], 4);
/** (sin(r) / r - 1) / r^2 for |r| <= pi / 4 in powers of r^2, minimax: error 2^-28. */
const S2 = memory.data<f32>([-0.00019517903], 4), S1 = memory.data<f32>([0.008332187], 4);
const S0 = memory.data<f32>([-0.16666655], 4);
/** (cos(r) - 1 + r^2 / 2) / r^4 for |r| <= pi / 4 in powers of r^2, minimax: error 2^-33. */
const C2 = memory.data<f32>([0.000024432327], 4), C1 = memory.data<f32>([-0.001388731], 4);
const C0 = memory.data<f32>([0.041666646], 4);

/** The largest angle that the three parts of pi / 2 reduce. */
const LARGEST: f32 = 8192;

/**
 * sin(x + quadrants pi / 2) for |x| <= 8192, with an error of at most 1.2e-7; `quadrants` is an
 * integer, as a float. NaN stays NaN; the result of a larger x is undefined.
 *
 * x = n pi / 2 + r with n whole and |r| <= pi / 4 (Cody and Waite, 1980). The bits of n + quadrants
 * select sine or cosine of r, and its sign.
 */
@inline
function sin4(x: v128, quadrants: v128): v128 {
  const rounded = fma(splat(ROUND), x, splat(TWO_OVER_PI));
  const n = f32x4.sub(rounded, splat(ROUND));
  const r = fma(fma(fma(x, n, splat(PI1)), n, splat(PI2)), n, splat(PI3));
  const square = f32x4.mul(r, r);
  const sine = fma(r, f32x4.mul(fma(splat(S0), fma(splat(S1), splat(S2), square), square), square), r);
  const tail = fma(splat(C0), fma(splat(C1), splat(C2), square), square);
  const cosine = fma(splat(ONE), fma(splat(MINUS_HALF), tail, square), square);
  const turn = f32x4.add(rounded, quadrants);
  // Bit 0 and bit 1, moved to the sign and then to all bits.
  const value = select(i32x4.shr_s(i32x4.shl(turn, 31), 31), cosine, sine);
  return v128.xor(value, v128.and(i32x4.shl(turn, 30), splat(SIGN)));
}

@unmanaged
class Sin {
  @inline
  lanes(x: v128, quadrants: v128, _: v128): v128 {
    return sin4(x, quadrants);
  }
}

/**
 * y = sin(x + quadrants pi / 2), `quadrants` 0, 1 or 2, with an error of at most 1.2e-7; NaN for
 * infinities. y must not be x: elements beyond 8192 are read again and computed one by one.
 */
export function sin(x: usize, quadrants: f32, y: usize, begin: i32, end: i32): void {
  map1Scalars<Sin>(x, quadrants, 0, y, begin, end);
  const largest = f32x4.splat(LARGEST);
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    if (v128.any_true(f32x4.gt(f32x4.abs(v128.load(x + floats(i))), largest))) {
      for (let k = i; k < i + 4; k++) sinOfLarge(x + floats(k), quadrants, y + floats(k));
    }
  }
  for (; i < end; i++) sinOfLarge(x + floats(i), quadrants, y + floats(i));
}

/**
 * The same for one number beyond 8192, reduced in integers; otherwise leaves y as it is. Not by
 * NativeMathf: that of AssemblyScript 0.28 is wrong for some numbers of about 1e26.
 */
function sinOfLarge(x: usize, quadrants: f32, y: usize): void {
  const value = load<f32>(x);
  if (!(abs<f32>(value) > LARGEST)) return;
  let result = quadrants == 1 ? NativeMath.cos(value) : NativeMath.sin(value);
  if (quadrants == 2) result = -result;
  store<f32>(y, <f32>result);
}
