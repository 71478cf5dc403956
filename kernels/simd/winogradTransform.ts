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
// the chosen numbers are exact in float32. F(6) was not tried: it needs 64 filters
// instead of 49.

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

/** Divisors of F(4) at the points a and b. */
const nA: f64 = 2 * a2 * (a2 - b2);
const nB: f64 = 2 * b2 * (b2 - a2);

// Every transform takes eight channels, from addresses and with results `stride` bytes apart. It reads
// all inputs before it stores anything, so it may work in place. Names with `h` are the upper four
// channels: V8's revectorizer merges both halves into one operation (see wideTile.ts).

/** B^T of F(3), on five adjacent inputs. Multiplication by (z - b) leaves the points 0, +-a, infinity. */
@inline
export function inputTransform3(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, to: usize, stride: usize,
): void {
  const d0 = v128.load(p0), d0h = v128.load(p0, 16), d1 = v128.load(p1), d1h = v128.load(p1, 16);
  const d2 = v128.load(p2), d2h = v128.load(p2, 16), d3 = v128.load(p3), d3h = v128.load(p3, 16);
  const d4 = v128.load(p4), d4h = v128.load(p4, 16);
  const u0 = addScaled(d1, d0, -b), u0h = addScaled(d1h, d0h, -b);
  const u1 = addScaled(d2, d1, -b), u1h = addScaled(d2h, d1h, -b);
  const u2 = addScaled(d3, d2, -b), u2h = addScaled(d3h, d2h, -b);
  const u3 = addScaled(d4, d3, -b), u3h = addScaled(d4h, d3h, -b);
  const y0 = scale(addScaled(u2, u0, -a2), 1 / (a2 * b)), y0h = scale(addScaled(u2h, u0h, -a2), 1 / (a2 * b));
  const y1 = scale(addScaled(u2, u1, a), 1 / (2 * a2 * (a - b))), y1h = scale(addScaled(u2h, u1h, a), 1 / (2 * a2 * (a - b)));
  const y2 = scale(addScaled(u2, u1, -a), -1 / (2 * a2 * (a + b))), y2h = scale(addScaled(u2h, u1h, -a), -1 / (2 * a2 * (a + b)));
  const y3 = scale(addScaled(d3, d1, -a2), 1 / (b * (b2 - a2))), y3h = scale(addScaled(d3h, d1h, -a2), 1 / (b * (b2 - a2)));
  const y4 = addScaled(u3, u1, -a2), y4h = addScaled(u3h, u1h, -a2);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
}

/** B^T of F(4), on six adjacent inputs. */
@inline
export function inputTransform4(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, to: usize, stride: usize,
): void {
  const d0 = v128.load(p0), d0h = v128.load(p0, 16), d1 = v128.load(p1), d1h = v128.load(p1, 16);
  const d2 = v128.load(p2), d2h = v128.load(p2, 16), d3 = v128.load(p3), d3h = v128.load(p3, 16);
  const d4 = v128.load(p4), d4h = v128.load(p4, 16), d5 = v128.load(p5), d5h = v128.load(p5, 16);
  const evenA = scale(addScaled(d4, d2, -b2), 1 / nA), evenAh = scale(addScaled(d4h, d2h, -b2), 1 / nA);
  const oddA = scale(addScaled(d3, d1, -b2), a / nA), oddAh = scale(addScaled(d3h, d1h, -b2), a / nA);
  const evenB = scale(addScaled(d4, d2, -a2), 1 / nB), evenBh = scale(addScaled(d4h, d2h, -a2), 1 / nB);
  const oddB = scale(addScaled(d3, d1, -a2), b / nB), oddBh = scale(addScaled(d3h, d1h, -a2), b / nB);
  const y0 = scale(addScaled(addScaled(d4, d2, -a2 - b2), d0, a2 * b2), 1 / (a2 * b2)), y0h = scale(addScaled(addScaled(d4h, d2h, -a2 - b2), d0h, a2 * b2), 1 / (a2 * b2));
  const y1 = f32x4.add(evenA, oddA), y1h = f32x4.add(evenAh, oddAh);
  const y2 = f32x4.sub(evenA, oddA), y2h = f32x4.sub(evenAh, oddAh);
  const y3 = f32x4.add(evenB, oddB), y3h = f32x4.add(evenBh, oddBh);
  const y4 = addScaled(addScaled(d5, d3, -a2 - b2), d1, a2 * b2), y4h = addScaled(addScaled(d5h, d3h, -a2 - b2), d1h, a2 * b2);
  const y5 = f32x4.sub(evenB, oddB), y5h = f32x4.sub(evenBh, oddBh);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
  v128.store(to + 5 * stride, y5); v128.store(to + 5 * stride, y5h, 16);
}

/** B^T of F(5), on seven adjacent inputs. Multiplication by (z - 1) leaves the points of F(4). */
@inline
export function inputTransform5(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, p6: usize, to: usize, stride: usize,
): void {
  const d0 = v128.load(p0), d0h = v128.load(p0, 16), d1 = v128.load(p1), d1h = v128.load(p1, 16);
  const d2 = v128.load(p2), d2h = v128.load(p2, 16), d3 = v128.load(p3), d3h = v128.load(p3, 16);
  const d4 = v128.load(p4), d4h = v128.load(p4, 16), d5 = v128.load(p5), d5h = v128.load(p5, 16);
  const d6 = v128.load(p6), d6h = v128.load(p6, 16);
  const u0 = f32x4.sub(d1, d0), u0h = f32x4.sub(d1h, d0h);
  const u1 = f32x4.sub(d2, d1), u1h = f32x4.sub(d2h, d1h);
  const u2 = f32x4.sub(d3, d2), u2h = f32x4.sub(d3h, d2h);
  const u3 = f32x4.sub(d4, d3), u3h = f32x4.sub(d4h, d3h);
  const u4 = f32x4.sub(d5, d4), u4h = f32x4.sub(d5h, d4h);
  const u5 = f32x4.sub(d6, d5), u5h = f32x4.sub(d6h, d5h);
  const evenA = addScaled(u4, u2, -b2), evenAh = addScaled(u4h, u2h, -b2);
  const oddA = scale(addScaled(u3, u1, -b2), a), oddAh = scale(addScaled(u3h, u1h, -b2), a);
  const evenB = addScaled(u4, u2, -a2), evenBh = addScaled(u4h, u2h, -a2);
  const oddB = scale(addScaled(u3, u1, -a2), b), oddBh = scale(addScaled(u3h, u1h, -a2), b);
  const y0 = scale(addScaled(addScaled(u4, u2, -a2 - b2), u0, a2 * b2), -1 / (a2 * b2)), y0h = scale(addScaled(addScaled(u4h, u2h, -a2 - b2), u0h, a2 * b2), -1 / (a2 * b2));
  const y1 = scale(f32x4.add(evenA, oddA), 1 / (nA * (a - 1))), y1h = scale(f32x4.add(evenAh, oddAh), 1 / (nA * (a - 1)));
  const y2 = scale(f32x4.sub(evenA, oddA), -1 / (nA * (a + 1))), y2h = scale(f32x4.sub(evenAh, oddAh), -1 / (nA * (a + 1)));
  const y3 = scale(f32x4.add(evenB, oddB), 1 / (nB * (b - 1))), y3h = scale(f32x4.add(evenBh, oddBh), 1 / (nB * (b - 1)));
  const y4 = addScaled(addScaled(u5, u3, -a2 - b2), u1, a2 * b2), y4h = addScaled(addScaled(u5h, u3h, -a2 - b2), u1h, a2 * b2);
  const y5 = scale(f32x4.sub(evenB, oddB), -1 / (nB * (b + 1))), y5h = scale(f32x4.sub(evenBh, oddBh), -1 / (nB * (b + 1)));
  const y6 = scale(addScaled(addScaled(d5, d3, -a2 - b2), d1, a2 * b2), 1 / ((1 - a2) * (1 - b2))), y6h = scale(addScaled(addScaled(d5h, d3h, -a2 - b2), d1h, a2 * b2), 1 / ((1 - a2) * (1 - b2)));
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
  v128.store(to + 5 * stride, y5); v128.store(to + 5 * stride, y5h, 16);
  v128.store(to + 6 * stride, y6); v128.store(to + 6 * stride, y6h, 16);
}

/** A^T of F(3), on the five products: three outputs, plus the eight floats at `shift` (a bias). */
@inline
export function outputTransform3(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, shift: usize, to: usize, stride: usize,
): void {
  const m0 = v128.load(p0), m0h = v128.load(p0, 16), m1 = v128.load(p1), m1h = v128.load(p1, 16);
  const m2 = v128.load(p2), m2h = v128.load(p2, 16), m3 = v128.load(p3), m3h = v128.load(p3, 16);
  const m4 = v128.load(p4), m4h = v128.load(p4, 16);
  const shift0 = v128.load(shift), shift0h = v128.load(shift, 16);
  const sumA = f32x4.add(m1, m2), sumAh = f32x4.add(m1h, m2h);
  const differenceA = f32x4.sub(m1, m2), differenceAh = f32x4.sub(m1h, m2h);
  const y0 = f32x4.add(f32x4.add(shift0, m0), f32x4.add(sumA, m3)), y0h = f32x4.add(f32x4.add(shift0h, m0h), f32x4.add(sumAh, m3h));
  const y1 = addScaled(addScaled(shift0, differenceA, a), m3, b), y1h = addScaled(addScaled(shift0h, differenceAh, a), m3h, b);
  const y2 = addScaled(addScaled(f32x4.add(shift0, m4), sumA, a2), m3, b2), y2h = addScaled(addScaled(f32x4.add(shift0h, m4h), sumAh, a2), m3h, b2);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
}

/** A^T of F(4), on the six products: four outputs, plus `shift`. */
@inline
export function outputTransform4(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, shift: usize, to: usize, stride: usize,
): void {
  const m0 = v128.load(p0), m0h = v128.load(p0, 16), m1 = v128.load(p1), m1h = v128.load(p1, 16);
  const m2 = v128.load(p2), m2h = v128.load(p2, 16), m3 = v128.load(p3), m3h = v128.load(p3, 16);
  const m4 = v128.load(p4), m4h = v128.load(p4, 16), m5 = v128.load(p5), m5h = v128.load(p5, 16);
  const shift0 = v128.load(shift), shift0h = v128.load(shift, 16);
  const sumA = f32x4.add(m1, m2), sumAh = f32x4.add(m1h, m2h);
  const differenceA = f32x4.sub(m1, m2), differenceAh = f32x4.sub(m1h, m2h);
  const sumB = f32x4.add(m3, m5), sumBh = f32x4.add(m3h, m5h);
  const differenceB = f32x4.sub(m3, m5), differenceBh = f32x4.sub(m3h, m5h);
  const y0 = f32x4.add(f32x4.add(shift0, m0), f32x4.add(sumA, sumB)), y0h = f32x4.add(f32x4.add(shift0h, m0h), f32x4.add(sumAh, sumBh));
  const y1 = addScaled(addScaled(shift0, differenceA, a), differenceB, b), y1h = addScaled(addScaled(shift0h, differenceAh, a), differenceBh, b);
  const y2 = addScaled(addScaled(shift0, sumA, a2), sumB, b2), y2h = addScaled(addScaled(shift0h, sumAh, a2), sumBh, b2);
  const y3 = addScaled(addScaled(f32x4.add(shift0, m4), differenceA, a3), differenceB, b3), y3h = addScaled(addScaled(f32x4.add(shift0h, m4h), differenceAh, a3), differenceBh, b3);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
}

/** A^T of F(5), on the seven products: five outputs, plus `shift`. */
@inline
export function outputTransform5(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, p5: usize, p6: usize, shift: usize, to: usize, stride: usize,
): void {
  const m0 = v128.load(p0), m0h = v128.load(p0, 16), m1 = v128.load(p1), m1h = v128.load(p1, 16);
  const m2 = v128.load(p2), m2h = v128.load(p2, 16), m3 = v128.load(p3), m3h = v128.load(p3, 16);
  const m4 = v128.load(p4), m4h = v128.load(p4, 16), m5 = v128.load(p5), m5h = v128.load(p5, 16);
  const m6 = v128.load(p6), m6h = v128.load(p6, 16);
  const shift0 = v128.load(shift), shift0h = v128.load(shift, 16);
  const sumA = f32x4.add(m1, m2), sumAh = f32x4.add(m1h, m2h);
  const differenceA = f32x4.sub(m1, m2), differenceAh = f32x4.sub(m1h, m2h);
  const sumB = f32x4.add(m3, m5), sumBh = f32x4.add(m3h, m5h);
  const differenceB = f32x4.sub(m3, m5), differenceBh = f32x4.sub(m3h, m5h);
  const first = f32x4.add(shift0, m6), firsth = f32x4.add(shift0h, m6h);
  const y0 = f32x4.add(f32x4.add(first, m0), f32x4.add(sumA, sumB)), y0h = f32x4.add(f32x4.add(firsth, m0h), f32x4.add(sumAh, sumBh));
  const y1 = addScaled(addScaled(first, differenceA, a), differenceB, b), y1h = addScaled(addScaled(firsth, differenceAh, a), differenceBh, b);
  const y2 = addScaled(addScaled(first, sumA, a2), sumB, b2), y2h = addScaled(addScaled(firsth, sumAh, a2), sumBh, b2);
  const y3 = addScaled(addScaled(first, differenceA, a3), differenceB, b3), y3h = addScaled(addScaled(firsth, differenceAh, a3), differenceBh, b3);
  const y4 = addScaled(addScaled(f32x4.add(first, m4), sumA, a4), sumB, b4), y4h = addScaled(addScaled(f32x4.add(firsth, m4h), sumAh, a4), sumBh, b4);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
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
export function gradTransform3(
  p0: usize, p1: usize, p2: usize, to: usize, stride: usize,
): void {
  const g0 = v128.load(p0), g0h = v128.load(p0, 16), g1 = v128.load(p1), g1h = v128.load(p1, 16);
  const g2 = v128.load(p2), g2h = v128.load(p2, 16);
  const even = addScaled(g0, g2, a2), evenh = addScaled(g0h, g2h, a2);
  const odd = scale(g1, a), oddh = scale(g1h, a);
  const y0 = g0, y0h = g0h;
  const y1 = f32x4.add(even, odd), y1h = f32x4.add(evenh, oddh);
  const y2 = f32x4.sub(even, odd), y2h = f32x4.sub(evenh, oddh);
  const y3 = addScaled(addScaled(g0, g1, b), g2, b2), y3h = addScaled(addScaled(g0h, g1h, b), g2h, b2);
  const y4 = g2, y4h = g2h;
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
}

/** A of F(4), on the gradient of four adjacent outputs. */
@inline
export function gradTransform4(
  p0: usize, p1: usize, p2: usize, p3: usize, to: usize, stride: usize,
): void {
  const g0 = v128.load(p0), g0h = v128.load(p0, 16), g1 = v128.load(p1), g1h = v128.load(p1, 16);
  const g2 = v128.load(p2), g2h = v128.load(p2, 16), g3 = v128.load(p3), g3h = v128.load(p3, 16);
  const evenA = addScaled(g0, g2, a2), evenAh = addScaled(g0h, g2h, a2);
  const oddA = addScaled(scale(g1, a), g3, a3), oddAh = addScaled(scale(g1h, a), g3h, a3);
  const evenB = addScaled(g0, g2, b2), evenBh = addScaled(g0h, g2h, b2);
  const oddB = addScaled(scale(g1, b), g3, b3), oddBh = addScaled(scale(g1h, b), g3h, b3);
  const y0 = g0, y0h = g0h;
  const y1 = f32x4.add(evenA, oddA), y1h = f32x4.add(evenAh, oddAh);
  const y2 = f32x4.sub(evenA, oddA), y2h = f32x4.sub(evenAh, oddAh);
  const y3 = f32x4.add(evenB, oddB), y3h = f32x4.add(evenBh, oddBh);
  const y4 = g3, y4h = g3h;
  const y5 = f32x4.sub(evenB, oddB), y5h = f32x4.sub(evenBh, oddBh);
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
  v128.store(to + 5 * stride, y5); v128.store(to + 5 * stride, y5h, 16);
}

/** A of F(5), on the gradient of five adjacent outputs. */
@inline
export function gradTransform5(
  p0: usize, p1: usize, p2: usize, p3: usize, p4: usize, to: usize, stride: usize,
): void {
  const g0 = v128.load(p0), g0h = v128.load(p0, 16), g1 = v128.load(p1), g1h = v128.load(p1, 16);
  const g2 = v128.load(p2), g2h = v128.load(p2, 16), g3 = v128.load(p3), g3h = v128.load(p3, 16);
  const g4 = v128.load(p4), g4h = v128.load(p4, 16);
  const evenA = addScaled(addScaled(g0, g2, a2), g4, a4), evenAh = addScaled(addScaled(g0h, g2h, a2), g4h, a4);
  const oddA = addScaled(scale(g1, a), g3, a3), oddAh = addScaled(scale(g1h, a), g3h, a3);
  const evenB = addScaled(addScaled(g0, g2, b2), g4, b4), evenBh = addScaled(addScaled(g0h, g2h, b2), g4h, b4);
  const oddB = addScaled(scale(g1, b), g3, b3), oddBh = addScaled(scale(g1h, b), g3h, b3);
  const y0 = g0, y0h = g0h;
  const y1 = f32x4.add(evenA, oddA), y1h = f32x4.add(evenAh, oddAh);
  const y2 = f32x4.sub(evenA, oddA), y2h = f32x4.sub(evenAh, oddAh);
  const y3 = f32x4.add(evenB, oddB), y3h = f32x4.add(evenBh, oddBh);
  const y4 = g4, y4h = g4h;
  const y5 = f32x4.sub(evenB, oddB), y5h = f32x4.sub(evenBh, oddBh);
  const y6 = f32x4.add(f32x4.add(f32x4.add(g0, g2), g4), f32x4.add(g1, g3)), y6h = f32x4.add(f32x4.add(f32x4.add(g0h, g2h), g4h), f32x4.add(g1h, g3h));
  v128.store(to, y0); v128.store(to, y0h, 16);
  v128.store(to + stride, y1); v128.store(to + stride, y1h, 16);
  v128.store(to + 2 * stride, y2); v128.store(to + 2 * stride, y2h, 16);
  v128.store(to + 3 * stride, y3); v128.store(to + 3 * stride, y3h, 16);
  v128.store(to + 4 * stride, y4); v128.store(to + 4 * stride, y4h, 16);
  v128.store(to + 5 * stride, y5); v128.store(to + 5 * stride, y5h, 16);
  v128.store(to + 6 * stride, y6); v128.store(to + 6 * stride, y6h, 16);
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
