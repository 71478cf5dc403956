// Cross-entropy over rows of classes: x [rows, classes]. The kernels of kernels/softmax.ts. `lse` is
// the log-sum-exp of each row.
// Unit of begin and end, everywhere: one row.

import { floats, loadPart, splat, storePart, sumLanes } from './lanes';
import { exp4, log1 } from './exponential';
import { maxRun } from './extremum';

/**
 * lse [rows] = ln of the sum over the row of e^x, shifted by the row's
 * maximum so that nothing overflows.
 */
function logSumExp(x: usize, classes: i32, lse: usize, begin: i32, end: i32): void {
  const width = floats(classes);
  for (let row = begin; row < end; row++) {
    const line = x + <usize>row * width;
    const largest = maxRun(line, classes);
    const shift = f32x4.splat(largest);
    let sum = f32x4.splat(0), k = 0;
    for (; k + 4 <= classes; k += 4) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(line + floats(k)), shift)));
    let total = sumLanes(sum);
    for (; k < classes; k++) {
      total += f32x4.extract_lane(exp4(f32x4.sub(splat(line + floats(k)), shift)), 0);
    }
    store<f32>(lse + floats(row), <f32>(<f64>largest + log1(<f64>total)));
  }
}

/** The class that a label names; -1 if it is not an integer from 0 to classes - 1. */
@inline
function classOf(label: f32, classes: i32): i32 {
  return label >= 0 && label < <f32>classes && floor(label) == label ? <i32>label : -1;
}

/**
 * losses [rows] = cross-entropy of each row against its label (class number as a float), with label
 * smoothing: the target is smoothing / classes everywhere and 1 - smoothing more at the label.
 */
function crossEntropy(
  logits: usize, lse: usize, labels: usize, classes: i32, smoothing: f32, losses: usize, begin: i32, end: i32,
): void {
  const confidence: f32 = 1 - smoothing;
  for (let row = begin; row < end; row++) {
    const line = logits + floats(row) * <usize>classes, rowLse = load<f32>(lse + floats(row));
    const label = classOf(load<f32>(labels + floats(row)), classes);
    let loss = label >= 0 ? confidence * (rowLse - load<f32>(line + floats(label))) : NaN;
    if (smoothing != 0) {
      let nllSum: f32 = 0;
      for (let k = 0; k < classes; k++) nllSum += rowLse - load<f32>(line + floats(k));
      loss += (smoothing * nllSum) / <f32>classes;
    }
    store<f32>(losses + floats(row), loss);
  }
}

/** shifted = logits minus the maximum of their row. */
function shiftByMax(logits: usize, classes: i32, shifted: usize, begin: i32, end: i32): void {
  for (let row = begin; row < end; row++) {
    const first = floats(row) * <usize>classes;
    const shift = f32x4.splat(maxRun(logits + first, classes));
    for (let k = 0; k < classes; k += 4) {
      const offset = first + floats(k), count = classes - k;
      storePart(shifted + offset, f32x4.sub(loadPart(logits + offset, count), shift), count);
    }
  }
}

/** The forward pass of cross-entropy in one job: shifted logits, their lse, losses. */
export function crossEntropyForward(
  logits: usize, labels: usize, classes: i32, smoothing: f32, shifted: usize, lse: usize, losses: usize,
  begin: i32, end: i32,
): void {
  shiftByMax(logits, classes, shifted, begin, end);
  logSumExp(shifted, classes, lse, begin, end);
  crossEntropy(shifted, lse, labels, classes, smoothing, losses, begin, end);
}

/** gradLogits = (softmax - target) * grad of the row; NaN if the label is not a class. */
export function crossEntropyGrad(
  grad: usize, logits: usize, lse: usize, labels: usize, classes: i32, smoothing: f32, gradLogits: usize,
  begin: i32, end: i32,
): void {
  const confidence: f32 = 1 - smoothing;
  const otherTarget = f32x4.splat(smoothing / <f32>classes), labelTarget = f32x4.splat(smoothing / <f32>classes + confidence);
  for (let row = begin; row < end; row++) {
    const rowLse = splat(lse + floats(row)), rowGrad = splat(grad + floats(row));
    const first = floats(row) * <usize>classes;
    const label = classOf(load<f32>(labels + floats(row)), classes);
    if (label < 0) {
      for (let k = 0; k < classes; k++) store<f32>(gradLogits + first + floats(k), NaN);
      continue;
    }
    for (let k = 0; k < classes; k += 4) {
      const offset = first + floats(k), count = classes - k;
      const probability = exp4(f32x4.sub(loadPart(logits + offset, count), rowLse));
      storePart(gradLogits + offset, f32x4.mul(f32x4.sub(probability, otherTarget), rowGrad), count);
    }
    // The label again in one step: subtracting 1 after the multiplication
    // would lose the digits of 1 - p.
    const labelOffset = first + floats(label);
    const probability = exp4(f32x4.sub(splat(logits + labelOffset), rowLse));
    v128.store_lane<f32>(gradLogits + labelOffset, f32x4.mul(f32x4.sub(probability, labelTarget), rowGrad), 0);
  }
}
