// Gradients of the weights and biases of layer norm, group norm and RMS norm; normalize.ts explains
// the rows. Unit of begin and end, everywhere: one parameter.

import { COLUMNS, addToSums, sumsAt } from './columns';
import { floats, splat, sumLanes } from './lanes';
import { sumRun } from './reduce';

/** Rows whose terms are added in float32 before float64 takes over. */
const GROUP: i32 = 8;
/** Floats of a segment summed in float32. */
const BLOCK: i32 = 512;
/** Parameters of a block: the scratch memory has room for two float64 for each. */
const PARAMETERS: i32 = COLUMNS / 2;

/**
 * gradWeight = sum of grad * n with n = (x - mean) * inverse, gradBias = sum of grad, over all elements
 * with the parameter. `scratch`: see columnScratch.
 */
export function normalizeParametersGrad(
  grad: usize, x: usize, means: usize, inverses: usize, rows: i32, size: i32, groups: i32, inner: i32,
  gradWeight: usize, gradBias: usize, scratch: usize, begin: i32, end: i32,
): void {
  const perGroup = size / inner;
  for (let p = begin; p < end; ) {
    const group = p / perGroup, first = p - group * perGroup;
    const count = min(min(end - p, perGroup - first), PARAMETERS);
    const weightSums = sumsAt(scratch), biasSums = weightSums + 2 * floats(PARAMETERS);
    memory.fill(weightSums, 0, 4 * floats(PARAMETERS));
    if (inner == 1) {
      for (let row = group; row < rows; row += GROUP * groups) {
        const stop = min(rows, row + GROUP * groups);
        addColumns(grad, x, means, inverses, row, stop, groups, size, first, count, weightSums, biasSums);
      }
    } else {
      for (let row = group; row < rows; row += groups) {
        const mean = load<f32>(means + floats(row)), inverse = load<f32>(inverses + floats(row));
        for (let k = 0; k < count; k++) {
          const offset = floats(row) * <usize>size + floats((first + k) * inner);
          const bias = sumRun(grad + offset, inner), target = 2 * floats(k);
          store<f64>(biasSums + target, load<f64>(biasSums + target) + bias);
          const product = dotSegment(grad + offset, x + offset, mean, inverse, inner);
          store<f64>(weightSums + target, load<f64>(weightSums + target) + product);
        }
      }
    }
    for (let k = 0; k < count; k++) {
      store<f32>(gradWeight + floats(p + k), <f32>load<f64>(weightSums + 2 * floats(k)));
      store<f32>(gradBias + floats(p + k), <f32>load<f64>(biasSums + 2 * floats(k)));
    }
    p += count;
  }
}

/** Adds the rows from `row` to `stop`, every `groups`-th, of `count` columns from `first`. */
function addColumns(
  grad: usize, x: usize, means: usize, inverses: usize, row: i32, stop: i32, groups: i32, size: i32,
  first: i32, count: i32, weightSums: usize, biasSums: usize,
): void {
  let k = 0;
  for (; k + 8 <= count; k += 8) {
    let weight0 = f32x4.splat(0), weight1 = weight0, bias0 = weight0, bias1 = weight0;
    for (let r = row; r < stop; r += groups) {
      const offset = floats(r) * <usize>size + floats(first + k), from = x + offset, g = grad + offset;
      const mean = splat(means + floats(r)), inverse = splat(inverses + floats(r));
      const g0 = v128.load(g), g1 = v128.load(g, 16);
      const n0 = f32x4.mul(f32x4.sub(v128.load(from), mean), inverse);
      const n1 = f32x4.mul(f32x4.sub(v128.load(from, 16), mean), inverse);
      weight0 = f32x4.add(weight0, f32x4.mul(g0, n0));
      weight1 = f32x4.add(weight1, f32x4.mul(g1, n1));
      bias0 = f32x4.add(bias0, g0);
      bias1 = f32x4.add(bias1, g1);
    }
    addToSums(weightSums + 2 * floats(k), weight0, weight1);
    addToSums(biasSums + 2 * floats(k), bias0, bias1);
  }
  for (; k < count; k++) {
    let weight: f32 = 0, bias: f32 = 0;
    for (let r = row; r < stop; r += groups) {
      const offset = floats(r) * <usize>size + floats(first + k), g = load<f32>(grad + offset);
      const n = (load<f32>(x + offset) - load<f32>(means + floats(r))) * load<f32>(inverses + floats(r));
      weight += g * n;
      bias += g;
    }
    const target = 2 * floats(k);
    store<f64>(weightSums + target, load<f64>(weightSums + target) + <f64>weight);
    store<f64>(biasSums + target, load<f64>(biasSums + target) + <f64>bias);
  }
}

/** Sum of grad * (x - mean) * inverse. */
function dotSegment(grad: usize, x: usize, mean: f32, inverse: f32, size: i32): f64 {
  const means = f32x4.splat(mean), inverses = f32x4.splat(inverse);
  let total: f64 = 0;
  for (let first = 0; first < size; first += BLOCK) {
    const stop = min(size, first + BLOCK);
    let left = f32x4.splat(0), right = left, k = first;
    for (; k + 8 <= stop; k += 8) {
      const g = grad + floats(k), from = x + floats(k);
      const n0 = f32x4.mul(f32x4.sub(v128.load(from), means), inverses);
      const n1 = f32x4.mul(f32x4.sub(v128.load(from, 16), means), inverses);
      left = f32x4.add(left, f32x4.mul(v128.load(g), n0));
      right = f32x4.add(right, f32x4.mul(v128.load(g, 16), n1));
    }
    let sum = sumLanes(f32x4.add(left, right));
    for (; k < stop; k++) sum += load<f32>(grad + floats(k)) * ((load<f32>(x + floats(k)) - mean) * inverse);
    total += <f64>sum;
  }
  return total;
}
