// The arithmetic of Winograd's minimal filtering F(4, 3): four outputs of a three-tap
// filter with six multiplications instead of twelve. Five one-dimensional transforms, of
// four channels at a time; in two dimensions they run over columns, then rows. The
// convolution itself is in winograd.ts.
//
// The identity. A filter g0 + g1 z + g2 z^2 times a signal y0 + y1 z + y2 z^2 + y3 z^3 is a
// polynomial of degree 5. Six values determine it: those at five points z and the coefficient of
// z^5 ("the value at infinity"). At each point the product costs one multiplication, and recovering
// the coefficients (Lagrange) takes multiplications by constants only: this is Toom-Cook
// multiplication. Its transpose is correlation, as Winograd found (1980) and Lavin and Gray applied
// in two dimensions ("Fast algorithms for convolutional neural networks", 2016):
//     y = A^T [ (G g) * (B^T d) ]     d: six inputs, g: three taps, y: four outputs, *: elementwise
// For a point p, with the other points q:
//     row of A = (1, p, p^2, p^3)      row of G = (1, p, p^2) / N, N the product of (p - q)
//     row of B^T = coefficients of the product of (z - q)
// and for infinity (0, 0, 0, 1), (0, 0, 1) and the coefficients of the
// product of (z - p) over all points.
// In two dimensions, applied to the columns of a tile and then to the rows, 36
// multiplications replace 144.
//
// The points are 0, +a, -a, +b, -b: +p and -p share their even powers, and differ in the sign of
// the odd ones. Lavin and Gray take a = 1, b = 2, which is cheap but multiplies inputs by up to 5
// and outputs by up to 8. Error relative to the root mean square (float32, normal data; forward
// over 32 channels / weight gradient over 1,024 tiles):
//     a = 1, b = 2                  1.3e-6 / 4.8e-6
//     a = 1/2, b = 2                8.7e-7 / 3.8e-6
//     a = sqrt(1/2), b = sqrt(2)    5.8e-7 / 2.4e-6
//     a = 5/8, b = 3/2              6.1e-7 / 2.3e-6
// The last is as good as any pair of sixteenths, to within the noise, and the powers of both
// numbers are exact in float32. Direct convolution in float32 comes to about 3e-7; the kernels as
// they are, to 6e-7 to 1.4e-6 on the layers of the network.

import { fma } from './lanes';

const a: f64 = 0.625;
const b: f64 = 1.5;
const a2: f64 = a * a;
const b2: f64 = b * b;
const a3: f64 = a * a2;
const b3: f64 = b * b2;
/** Values of N for the points 0, +-a and +-b. */
const n0: f64 = a2 * b2;
const nA: f64 = 2 * a2 * (a2 - b2);
const nB: f64 = 2 * b2 * (b2 - a2);

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

/** B^T, on six adjacent inputs. */
@inline
export function inputTransform(
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128, to: usize, stride: usize,
): void {
  const evenA = addScaled(d4, d2, -b2), oddA = scale(addScaled(d3, d1, -b2), a);
  const evenB = addScaled(d4, d2, -a2), oddB = scale(addScaled(d3, d1, -a2), b);
  v128.store(to, addScaled(addScaled(d4, d2, -a2 - b2), d0, n0));
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * stride, addScaled(addScaled(d5, d3, -a2 - b2), d1, n0));
}

/** G, on three taps of a filter. */
@inline
export function filterTransform(g0: v128, g1: v128, g2: v128, to: usize, stride: usize): void {
  const evenA = scale(addScaled(g0, g2, a2), 1 / nA), oddA = scale(g1, a / nA);
  const evenB = scale(addScaled(g0, g2, b2), 1 / nB), oddB = scale(g1, b / nB);
  v128.store(to, scale(g0, 1 / n0));
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * stride, g2);
}

/** A^T, on the six products: four outputs, plus `shift` (a bias). */
@inline
export function outputTransform(
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, shift: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(m1, m2), differenceA = f32x4.sub(m1, m2);
  const sumB = f32x4.add(m3, m4), differenceB = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(shift, m0), f32x4.add(sumA, sumB)));
  v128.store(to + stride, addScaled(addScaled(shift, differenceA, a), differenceB, b));
  v128.store(to + 2 * stride, addScaled(addScaled(shift, sumA, a2), sumB, b2));
  v128.store(to + 3 * stride, addScaled(addScaled(f32x4.add(shift, m5), differenceA, a3), differenceB, b3));
}

// The gradient of the filter, from y = A^T [ (G g) * (B^T d) ]: gradG =
// G^T [ (A gradY) * (B^T d) ].

/** A, on the gradient of four adjacent outputs. */
@inline
export function gradTransform(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, stride: usize): void {
  const evenA = addScaled(y0, y2, a2), oddA = addScaled(scale(y1, a), y3, a3);
  const evenB = addScaled(y0, y2, b2), oddB = addScaled(scale(y1, b), y3, b3);
  v128.store(to, y0);
  v128.store(to + stride, f32x4.add(evenA, oddA));
  v128.store(to + 2 * stride, f32x4.sub(evenA, oddA));
  v128.store(to + 3 * stride, f32x4.add(evenB, oddB));
  v128.store(to + 4 * stride, f32x4.sub(evenB, oddB));
  v128.store(to + 5 * stride, y3);
}

/** G^T, on the six sums of products: the gradient of three taps. */
@inline
export function gradFilterTransform(
  u0: v128, u1: v128, u2: v128, u3: v128, u4: v128, u5: v128, to: usize, stride: usize,
): void {
  const sumA = f32x4.add(u1, u2), differenceA = f32x4.sub(u1, u2);
  const sumB = f32x4.add(u3, u4), differenceB = f32x4.sub(u3, u4);
  v128.store(to, addScaled(addScaled(scale(u0, 1 / n0), sumA, 1 / nA), sumB, 1 / nB));
  v128.store(to + stride, addScaled(scale(differenceA, a / nA), differenceB, b / nB));
  v128.store(to + 2 * stride, addScaled(addScaled(u5, sumA, a2 / nA), sumB, b2 / nB));
}
