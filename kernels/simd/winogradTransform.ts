// The arithmetic of Winograd's minimal filtering F(m, 3): m = 3, 4 or 5 outputs of a three-tap filter
// with m + 2 multiplications instead of 3 m. One-dimensional transforms, of four channels at a time;
// in two dimensions they run over columns, then rows. The convolution itself is in winograd.ts.
//
// The identity. A filter g0 + g1 z + g2 z^2 times a signal of m coefficients is a polynomial of degree
// m + 1. Its values at m + 2 points determine it, where the coefficient of z^(m + 1) counts as "the
// value at infinity". At each point the product costs one multiplication, and recovering the
// coefficients (Lagrange) takes multiplications by constants only: this is Toom-Cook multiplication.
// Its transpose is correlation, as Winograd found (1980) and Lavin and Gray applied in two dimensions
// ("Fast algorithms for convolutional neural networks", 2016):
//     y = A^T [ (G g) * (B^T d) ]     d: m + 2 inputs, g: three taps, y: m outputs, *: elementwise
// For a point p, with the other points q:
//     row of A = (1, p, ..., p^(m-1))      row of G = (1, p, p^2)
//     row of B^T = coefficients of the product of (z - q) / (p - q)
// and for infinity (0, ..., 0, 1), (0, 0, 1) and the coefficients of the product of (z - p) over all p.
//
// The points, in this order: 0, a, -a, b, infinity, -b, 1. F(m, 3) takes the first m + 2. A row of G
// depends on its point alone, so tiles of all sizes share one set of transformed filters; that is why
// the divisor is part of B. +p and -p share their even powers, and differ in the sign of the odd ones.
//
// Accuracy. RMS error relative to the RMS of the output (float32, 64 channels, rectified normal data)
// and of the weight gradient over 1,024 tiles:
//                                      F(3)              F(4)              F(5)
//     a = 5/8,  b = 7/4             6.9e-7 / 5.1e-7   7.6e-7 / 5.7e-7   2.8e-6 / 3.0e-6
//     a = 1/2,  b = 2               1.0e-6 / 6.2e-7   1.0e-6 / 8.5e-7   2.1e-6 / 3.0e-6
//     a = 9/16, b = 15/8            8.0e-7 / 4.3e-7   8.6e-7 / 6.6e-7   2.2e-6 / 2.6e-6
// Direct convolution: 3.6e-7. The best points of F(4) alone (5/8, 3/2): 6.9e-7 / 5.6e-7. All powers of
// the chosen numbers are exact in float32. F(6), with the points 0, +-1/2, +-1, +-2, would need 64
// filters instead of 49 and saves a tenth of the products at most.

import { fma } from './lanes';

const a: f64 = 0.5625;
const b: f64 = 1.875;
const a2: f64 = a * a;
const b2: f64 = b * b;
const a3: f64 = a * a2;
const b3: f64 = b * b2;
const a4: f64 = a2 * a2;
const b4: f64 = b2 * b2;

@inline
function scale(x: v128, factor: f64): v128 {
  return f32x4.mul(x, f32x4.splat(<f32>factor));
}

/** sum + x * factor */
@inline
function addScaled(sum: v128, x: v128, factor: f64): v128 {
  return fma(sum, x, f32x4.splat(<f32>factor));
}

// Every transform takes the values of four channels and stores its results `stride` bytes apart. It
// reads all inputs before it stores anything, so it may work in place.

/** B^T of F(3), on five adjacent inputs. Multiplication by (z - b) leaves the points 0, +-a, infinity. */
@inline
export function inputTransform3(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, to: usize, stride: usize): void {
  const u0 = addScaled(d1, d0, -b), u1 = addScaled(d2, d1, -b), u2 = addScaled(d3, d2, -b), u3 = addScaled(d4, d3, -b);
  v128.store(to, scale(addScaled(u2, u0, -a2), 1 / (a2 * b)));
  v128.store(to + stride, scale(addScaled(u2, u1, a), 1 / (2 * a2 * (a - b))));
  v128.store(to + 2 * stride, scale(addScaled(u2, u1, -a), -1 / (2 * a2 * (a + b))));
  v128.store(to + 3 * stride, scale(addScaled(d3, d1, -a2), 1 / (b * (b2 - a2))));
  v128.store(to + 4 * stride, addScaled(u3, u1, -a2));
}

/** B^T of F(4), on six adjacent inputs. */
@inline
export function inputTransform4(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, stride: usize,
): void {
  const nA: f64 = 2 * a2 * (a2 - b2), nB: f64 = 2 * b2 * (b2 - a2);
  const evenA = scale(addScaled(d4, d2, -b2), 1 / nA), oddA = scale(addScaled(d3, d1, -b2), a / nA);
  const evenB = scale(addScaled(d4, d2, -a2), 1 / nB), oddB = scale(addScaled(d3, d1, -a2), b / nB);
  v128.store(to, scale(addScaled(addScaled(d4, d2, -a2 - b2), d0, a2 * b2), 1 / (a2 * b2)));
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, addScaled(addScaled(d5, d3, -a2 - b2), d1, a2 * b2));
  v128.store(to + 5 * stride, f32x4.sub(evenB, oddB));
}

/** B^T of F(5), on seven adjacent inputs. Multiplication by (z - 1) leaves the points of F(4). */
@inline
export function inputTransform5(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, d6: v128, to: usize, stride: usize,
): void {
  const nA: f64 = 2 * a2 * (a2 - b2), nB: f64 = 2 * b2 * (b2 - a2);
  const u0 = f32x4.sub(d1, d0), u1 = f32x4.sub(d2, d1), u2 = f32x4.sub(d3, d2);
  const u3 = f32x4.sub(d4, d3), u4 = f32x4.sub(d5, d4), u5 = f32x4.sub(d6, d5);
  const evenA = addScaled(u4, u2, -b2), oddA = scale(addScaled(u3, u1, -b2), a);
  const evenB = addScaled(u4, u2, -a2), oddB = scale(addScaled(u3, u1, -a2), b);
  v128.store(to, scale(addScaled(addScaled(u4, u2, -a2 - b2), u0, a2 * b2), -1 / (a2 * b2)));
  v128.store(to + stride, scale(f32x4.add(evenA, oddA), 1 / (nA * (a - 1))));
  v128.store(to + 2 * stride, scale(f32x4.sub(evenA, oddA), -1 / (nA * (a + 1))));
  v128.store(to + 3 * stride, scale(f32x4.add(evenB, oddB), 1 / (nB * (b - 1))));
  v128.store(to + 4 * stride, addScaled(addScaled(u5, u3, -a2 - b2), u1, a2 * b2));
  v128.store(to + 5 * stride, scale(f32x4.sub(evenB, oddB), -1 / (nB * (b + 1))));
  v128.store(to + 6 * stride, scale(addScaled(addScaled(d5, d3, -a2 - b2), d1, a2 * b2), 1 / ((1 - a2) * (1 - b2))));
}

/** A^T of F(3), on the five products: three outputs, plus `shift` (a bias). */
@inline
export function outputTransform3(
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, shift: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(m1, m2), differenceA = f32x4.sub(m1, m2);
  v128.store(to, f32x4.add(f32x4.add(shift, m0), f32x4.add(sumA, m3)));
  v128.store(to + stride, addScaled(addScaled(shift, differenceA, a), m3, b));
  v128.store(to + 2 * stride, addScaled(addScaled(f32x4.add(shift, m4), sumA, a2), m3, b2));
}

/** A^T of F(4), on the six products: four outputs, plus `shift`. */
@inline
export function outputTransform4(
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, shift: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(m1, m2), differenceA = f32x4.sub(m1, m2);
  const sumB = f32x4.add(m3, m5), differenceB = f32x4.sub(m3, m5);
  v128.store(to, f32x4.add(f32x4.add(shift, m0), f32x4.add(sumA, sumB)));
  v128.store(to + stride, addScaled(addScaled(shift, differenceA, a), differenceB, b));
  v128.store(to + 2 * stride, addScaled(addScaled(shift, sumA, a2), sumB, b2));
  v128.store(to + 3 * stride, addScaled(addScaled(f32x4.add(shift, m4), differenceA, a3), differenceB, b3));
}

/** A^T of F(5), on the seven products: five outputs, plus `shift`. */
@inline
export function outputTransform5(
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, m6: v128, shift: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(m1, m2), differenceA = f32x4.sub(m1, m2);
  const sumB = f32x4.add(m3, m5), differenceB = f32x4.sub(m3, m5), first = f32x4.add(shift, m6);
  v128.store(to, f32x4.add(f32x4.add(first, m0), f32x4.add(sumA, sumB)));
  v128.store(to + stride, addScaled(addScaled(first, differenceA, a), differenceB, b));
  v128.store(to + 2 * stride, addScaled(addScaled(first, sumA, a2), sumB, b2));
  v128.store(to + 3 * stride, addScaled(addScaled(first, differenceA, a3), differenceB, b3));
  v128.store(to + 4 * stride, addScaled(addScaled(f32x4.add(first, m4), sumA, a4), sumB, b4));
}

/** G, on three taps of a filter: the values at the first `points` points (5 to 7). */
@inline
export function filterTransform(g0: v128, g1: v128, g2: v128, to: usize, stride: usize, points: i32): void {
  const evenA = addScaled(g0, g2, a2), oddA = scale(g1, a);
  const evenB = addScaled(g0, g2, b2), oddB = scale(g1, b);
  v128.store(to, g0);
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, g2);
  if (points > 5) v128.store(to + 5 * stride, f32x4.sub(evenB, oddB));
  if (points > 6) v128.store(to + 6 * stride, f32x4.add(f32x4.add(g0, g2), g1));
}

// The gradient of the filter, from y = A^T [ (G g) * (B^T d) ]: gradG = G^T [ (A gradY) * (B^T d) ].

/** A of F(3), on the gradient of three adjacent outputs. */
@inline
export function gradTransform3(y0: v128, y1: v128, y2: v128, to: usize, stride: usize): void {
  const even = addScaled(y0, y2, a2), odd = scale(y1, a);
  v128.store(to, y0);
  v128.store(to + stride, f32x4.add(even, odd));
  v128.store(to + 2 * stride, f32x4.sub(even, odd));
  v128.store(to + 3 * stride, addScaled(addScaled(y0, y1, b), y2, b2));
  v128.store(to + 4 * stride, y2);
}

/** A of F(4), on the gradient of four adjacent outputs. */
@inline
export function gradTransform4(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, stride: usize): void {
  const evenA = addScaled(y0, y2, a2), oddA = addScaled(scale(y1, a), y3, a3);
  const evenB = addScaled(y0, y2, b2), oddB = addScaled(scale(y1, b), y3, b3);
  v128.store(to, y0);
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, y3);
  v128.store(to + 5 * stride, f32x4.sub(evenB, oddB));
}

/** A of F(5), on the gradient of five adjacent outputs. */
@inline
export function gradTransform5(
  y0: v128, y1: v128, y2: v128, y3: v128, y4: v128, to: usize, stride: usize,
): void {
  const evenA = addScaled(addScaled(y0, y2, a2), y4, a4), oddA = addScaled(scale(y1, a), y3, a3);
  const evenB = addScaled(addScaled(y0, y2, b2), y4, b4), oddB = addScaled(scale(y1, b), y3, b3);
  v128.store(to, y0);
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, y4);
  v128.store(to + 5 * stride, f32x4.sub(evenB, oddB));
  v128.store(to + 6 * stride, f32x4.add(f32x4.add(f32x4.add(y0, y2), y4), f32x4.add(y1, y3)));
}

/** G^T, on the sums of products at all seven points: the gradient of three taps. */
@inline
export function gradFilterTransform(
  u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, u5: v128, u6: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(u1, u2), differenceA = f32x4.sub(u1, u2);
  const sumB = f32x4.add(u3, u5), differenceB = f32x4.sub(u3, u5);
  v128.store(to, f32x4.add(f32x4.add(u0, u6), f32x4.add(sumA, sumB)));
  v128.store(to + stride, addScaled(addScaled(u6, differenceA, a), differenceB, b));
  v128.store(to + 2 * stride, addScaled(addScaled(f32x4.add(u4, u6), sumA, a2), sumB, b2));
}
