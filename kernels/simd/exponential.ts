// exp for four lanes and log for one number: WebAssembly has neither.

/**
 * ln 2 in two parts: the first has few digits, so that n * LN2_HIGH is exact for every exponent n.
 */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -0.00021219444;

/**
 * e^x to within 2 units in the last place, x up to 88; below -87.3, where the result would be
 * subnormal, 0. NaN stays NaN.
 *
 * x = n ln 2 + r with n whole and |r| <= ln(2) / 2, so e^x = 2^n e^r. The Taylor series of e^r ends
 * at r^7: what is left out, r^8 / 8!, is below 6e-9. 2^n is n written into the exponent bits.
 */
export function exp4(x: v128): v128 {
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504)));
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let sum = f32x4.splat(1.0 / 5040.0);
  sum = hornerStep(sum, r, 1.0 / 720.0);
  sum = hornerStep(sum, r, 1.0 / 120.0);
  sum = hornerStep(sum, r, 1.0 / 24.0);
  sum = hornerStep(sum, r, 1.0 / 6.0);
  sum = hornerStep(sum, r, 0.5);
  sum = hornerStep(sum, r, 1);
  sum = hornerStep(sum, r, 1);
  const powerOfTwo = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  const underflow = f32x4.lt(x, f32x4.splat(-87.3));
  return v128.andnot(f32x4.mul(sum, powerOfTwo), underflow);
}

/** One step of Horner's scheme. */
@inline
function hornerStep(sum: v128, r: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(sum, r), f32x4.splat(coefficient));
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
