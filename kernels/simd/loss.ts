// Losses of single elements: binary cross-entropy, Huber; and the negative log-likelihood of labels. Unit
// of begin and end: one element, as in maps.ts.

import { sigmoid4, softplus4 } from './activation';
import { fill } from './elementwise';
import { exp4 } from './exponential';
import { floats, splat } from './lanes';
import { log1p4, log1pOfUnit4, log4 } from './logarithm';
import { map2, map2Scalars, map3, map3Scalar, map4 } from './maps';
import { isClass } from './oneHot';
import { select } from './select';

const ONE = memory.data<f32>([1], 4), HALF = memory.data<f32>([0.5], 4);
const SMALLEST_LOG = memory.data<f32>([-100], 4), SMALLEST_VARIANCE = memory.data<f32>([1e-12], 4);

// ---- binary cross-entropy of probabilities --------------------------------------------

/** All bits set, which is NaN, unless 0 <= p <= 1. */
@inline
function invalidProbability(p: v128): v128 {
  return v128.not(v128.and(f32x4.ge(p, f32x4.splat(0)), f32x4.le(p, splat(ONE))));
}

@unmanaged
class BinaryCrossEntropy {
  @inline
  lanes(p: v128, target: v128): v128 {
    const smallest = splat(SMALLEST_LOG);
    const logP = f32x4.pmax(log4(p), smallest);
    const logNotP = f32x4.pmax(log1p4(f32x4.neg(p)), smallest);
    const loss = f32x4.sub(f32x4.mul(f32x4.sub(target, splat(ONE)), logNotP), f32x4.mul(target, logP));
    return v128.or(loss, invalidProbability(p));
  }
}

/** y = -(t ln p + (1 - t) ln(1 - p)), the logarithms at least -100; NaN unless 0 <= p <= 1. */
export function binaryCrossEntropy(p: usize, target: usize, y: usize, begin: i32, end: i32): void {
  map2<BinaryCrossEntropy>(p, target, y, begin, end);
}

@unmanaged
class BinaryCrossEntropyGrad {
  @inline
  lanes(grad: v128, p: v128, target: v128): v128 {
    const variance = f32x4.pmax(f32x4.mul(f32x4.sub(splat(ONE), p), p), splat(SMALLEST_VARIANCE));
    const derivative = f32x4.div(f32x4.sub(p, target), variance);
    return f32x4.mul(grad, v128.or(derivative, invalidProbability(p)));
  }
}

/** gradP = grad (p - t) / (p (1 - p)), the denominator at least 1e-12; NaN unless 0 <= p <= 1. */
export function binaryCrossEntropyGrad(
  grad: usize, p: usize, target: usize, gradP: usize, begin: i32, end: i32,
): void {
  map3<BinaryCrossEntropyGrad>(grad, p, target, gradP, begin, end);
}

@unmanaged
class BinaryCrossEntropyTargetGrad {
  @inline
  lanes(grad: v128, p: v128): v128 {
    const derivative = f32x4.sub(log1p4(f32x4.neg(p)), log4(p));
    return f32x4.mul(grad, v128.or(derivative, invalidProbability(p)));
  }
}

/** gradTarget = grad (ln(1 - p) - ln p); NaN unless 0 <= p <= 1. */
export function binaryCrossEntropyTargetGrad(grad: usize, p: usize, gradTarget: usize, begin: i32, end: i32): void {
  map2<BinaryCrossEntropyTargetGrad>(grad, p, gradTarget, begin, end);
}

// ---- binary cross-entropy of logits ---------------------------------------------------

@unmanaged
class BinaryCrossEntropyWithLogits {
  @inline
  lanes(x: v128, target: v128, positiveWeight: v128): v128 {
    const one = splat(ONE);
    const weight = f32x4.add(one, f32x4.mul(f32x4.sub(positiveWeight, one), target));
    const linear = f32x4.mul(f32x4.sub(one, target), x);
    return f32x4.add(linear, f32x4.mul(weight, softplus4(f32x4.neg(x))));
  }
}

/** y = (1 - t) x + (1 + (w - 1) t) softplus(-x), w = positiveWeight. */
export function binaryCrossEntropyWithLogits(
  x: usize, target: usize, positiveWeight: usize, y: usize, begin: i32, end: i32,
): void {
  map3<BinaryCrossEntropyWithLogits>(x, target, positiveWeight, y, begin, end);
}

@unmanaged
class BinaryCrossEntropyWithLogitsGrad {
  @inline
  lanes(grad: v128, x: v128, target: v128, positiveWeight: v128): v128 {
    const positive = f32x4.mul(positiveWeight, target);
    const factor = f32x4.sub(f32x4.add(positive, splat(ONE)), target);
    return f32x4.mul(grad, f32x4.sub(f32x4.mul(factor, sigmoid4(x)), positive));
  }
}

/** gradX = grad ((w t + 1 - t) sigmoid(x) - w t), w = positiveWeight. */
export function binaryCrossEntropyWithLogitsGrad(
  grad: usize, x: usize, target: usize, positiveWeight: usize, gradX: usize, begin: i32, end: i32,
): void {
  map4<BinaryCrossEntropyWithLogitsGrad>(grad, x, target, positiveWeight, gradX, begin, end);
}

@unmanaged
class BinaryCrossEntropyWithLogitsTargetGrad {
  @inline
  lanes(grad: v128, x: v128, positiveWeight: v128): v128 {
    const zero = f32x4.splat(0);
    const rest = log1pOfUnit4(exp4(f32x4.neg(f32x4.abs(x))));
    const positive = f32x4.mul(positiveWeight, f32x4.add(f32x4.pmax(f32x4.neg(x), zero), rest));
    return f32x4.mul(grad, f32x4.sub(positive, f32x4.add(f32x4.pmax(x, zero), rest)));
  }
}

/** gradTarget = grad (w softplus(-x) - softplus(x)), w = positiveWeight. */
export function binaryCrossEntropyWithLogitsTargetGrad(
  grad: usize, x: usize, positiveWeight: usize, gradTarget: usize, begin: i32, end: i32,
): void {
  map3<BinaryCrossEntropyWithLogitsTargetGrad>(grad, x, positiveWeight, gradTarget, begin, end);
}

// ---- Huber ----------------------------------------------------------------------------

@unmanaged
class Huber {
  @inline
  lanes(prediction: v128, target: v128, delta: v128, _: v128): v128 {
    const half = splat(HALF);
    const distance = f32x4.abs(f32x4.sub(prediction, target));
    const near = f32x4.mul(f32x4.mul(half, distance), distance);
    const far = f32x4.mul(delta, f32x4.sub(distance, f32x4.mul(half, delta)));
    return select(f32x4.lt(distance, delta), near, far);
  }
}

/** y = d^2 / 2 for d = |prediction - target| below delta, and delta (d - delta / 2) from there on. */
export function huber(prediction: usize, target: usize, delta: f32, y: usize, begin: i32, end: i32): void {
  map2Scalars<Huber>(prediction, target, delta, 0, y, begin, end);
}

@unmanaged
class HuberGrad {
  @inline
  lanes(grad: v128, prediction: v128, target: v128, delta: v128): v128 {
    const slope = f32x4.pmin(f32x4.sub(prediction, target), delta);
    return f32x4.mul(grad, f32x4.pmax(slope, f32x4.neg(delta)));
  }
}

/** gradPrediction = grad (prediction - target, limited to -delta .. delta). */
export function huberGrad(
  grad: usize, prediction: usize, target: usize, delta: f32, gradPrediction: usize, begin: i32, end: i32,
): void {
  map3Scalar<HuberGrad>(grad, prediction, target, delta, gradPrediction, begin, end);
}

// ---- negative log-likelihood ----------------------------------------------------------

/**
 * y[o, i] = -x[o, label[o, i], i] for x [outer, size, inner]; `invalid` if the label is not a class.
 * Unit of begin and end: one label.
 */
export function negativeLogLikelihood(
  x: usize, labels: usize, size: i32, inner: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  for (let k = begin; k < end; k++) {
    const label = load<f32>(labels + floats(k));
    let loss = invalid;
    if (isClass(label, size)) {
      const outer = k / inner;
      const offset = <usize>(outer * size + <i32>label) * <usize>inner + <usize>(k - outer * inner);
      loss = -load<f32>(x + (offset << 2));
    }
    store<f32>(y + floats(k), loss);
  }
}

/**
 * gradX [outer, size, inner] = -grad at the label, 0 elsewhere; `invalid` in every class of a label that
 * is not one. Unit of begin and end: one row of `inner` elements, of one class.
 */
export function negativeLogLikelihoodGrad(
  grad: usize, labels: usize, size: i32, inner: i32, invalid: f32, gradX: usize, begin: i32, end: i32,
): void {
  fill(gradX + (<usize>begin * <usize>inner << 2), 0, 0, (end - begin) * inner);
  for (let first = begin; first < end; ) {
    const outer = first / size;
    const last = min(end, (outer + 1) * size);
    for (let i = 0; i < inner; i++) {
      const line = <usize>outer * <usize>inner + <usize>i;
      const label = load<f32>(labels + (line << 2));
      if (isClass(label, size)) {
        const row = outer * size + <i32>label;
        if (row >= first && row < last) {
          store<f32>(gradX + ((<usize>row * <usize>inner + <usize>i) << 2), -load<f32>(grad + (line << 2)));
        }
      } else {
        for (let row = first; row < last; row++) {
          store<f32>(gradX + ((<usize>row * <usize>inner + <usize>i) << 2), invalid);
        }
      }
    }
    first = last;
  }
}
