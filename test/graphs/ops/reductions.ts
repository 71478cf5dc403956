// Rows of reductions, softmax and losses.

import {
  argmax,
  argmin,
  crossEntropy,
  logSoftmax,
  max,
  mean,
  min,
  mse,
  softCrossEntropy,
  softmax,
  sum,
  type Tensor,
  variance,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { type Range, type Value } from '../planner.js';
import {
  type OpRow,
  spread,
  magnitude,
  someAxes,
  reducedShape,
  countOf,
  isEmpty,
} from './shared.js';

type Reduction = (x: Tensor, options: { axes: readonly number[]; keepDims: boolean }) => Tensor;

const reduction =
  (name: string, range: (x: Value, count: number) => Range, call: Reduction): OpRow =>
  (p, d) => {
    const x = p.any(d);
    const axes = someAxes(d, x.shape.length);
    if (name !== 'sum' && isEmpty(x, axes)) return null;
    const options = { axes, keepDims: d.chance(2) };
    const shape = reducedShape(x.shape, axes, options.keepDims);
    const result = { shape, range: range(x, countOf(x.shape, axes)) };
    return p.op(name, [x], JSON.stringify(options), result, ([t]) => call(t, options));
  };

/** A function along one axis of a tensor with at least one axis. */
const alongAxis =
  (
    name: string,
    range: (x: Value, size: number) => Range,
    call: (x: Tensor, axis: number) => Tensor,
  ): OpRow =>
  (p, d) => {
    const x = p.ofRank(d, d.between(1, 3));
    if (x.shape.length === 0) return null;
    const axis = d.below(x.shape.length);
    const result = { shape: x.shape, range: range(x, x.shape[axis]) };
    return p.op(name, [x], String(axis), result, ([t]) => call(t, axis));
  };

const varianceRow: OpRow = (p, d) => {
  const x = p.any(d);
  const axes = someAxes(d, x.shape.length);
  if (isEmpty(x, axes)) return null;
  const correction = countOf(x.shape, axes) > 1 ? d.below(2) : 0;
  const options = { axes, keepDims: d.chance(2), correction };
  const shape = reducedShape(x.shape, axes, options.keepDims);
  const range: Range = [0, (x.high - x.low) ** 2];
  return p.op('variance', [x], JSON.stringify(options), { shape, range }, ([t]) =>
    variance(t, options),
  );
};

/** The maximum or minimum over all axes, which is a separate op: ties share the gradient. */
const overAllAxes =
  (name: string, call: (x: Tensor) => Tensor): OpRow =>
  (p, d) => {
    const x = p.any(d);
    if (sizeOf(x.shape) === 0) return null;
    const result = { shape: [], range: [x.low, x.high] as const };
    return p.op(name, [x], '', result, ([t]) => call(t));
  };

const indexOfExtremum =
  (call: (x: Tensor, axis: number) => Tensor): OpRow =>
  (p, d) => {
    const x = p.ofRank(d, d.between(1, 3));
    if (x.shape.length === 0) return null;
    const axis = d.below(x.shape.length);
    if (isEmpty(x, [axis])) return null;
    const result = {
      shape: reducedShape(x.shape, [axis], false),
      range: [0, x.shape[axis]] as const,
    };
    return p.op(call.name, [x], String(axis), result, ([t]) => call(t, axis), false);
  };

const REDUCTIONS = ['mean', 'sum', 'none'] as const;

const crossEntropyRow: OpRow = (p, d) => {
  const x = p.ofRank(d, 2);
  if (x.shape.length !== 2 || sizeOf(x.shape) === 0) return null;
  const [rows, classes] = x.shape;
  const labels = p.newLeaf(d, [rows], 'indices', classes);
  const options = { labelSmoothing: d.oneOf([0, 0.25]), reduction: d.oneOf(REDUCTIONS) };
  const limit = 2 * magnitude(x) + Math.log(classes);
  return p.op(
    'crossEntropy',
    [x, labels],
    JSON.stringify(options),
    {
      shape: options.reduction === 'none' ? [rows] : [],
      range: [0, options.reduction === 'sum' ? rows * limit : limit],
    },
    ([logits, indices]) => crossEntropy(logits, indices, options),
  );
};

const softCrossEntropyRow: OpRow = (p, d) => {
  const x = p.ofRank(d, 2);
  if (x.shape.length !== 2 || sizeOf(x.shape) === 0) return null;
  const raw = p.ofShape(d, x.shape);
  const result = { shape: x.shape, range: [0, 1] as const };
  const targets = p.op('softmax', [raw], '1', result, ([t]) => softmax(t, 1));
  const reduction = d.oneOf(REDUCTIONS);
  const limit = 2 * magnitude(x) + Math.log(x.shape[1]);
  return p.op(
    'softCrossEntropy',
    [x, targets],
    reduction,
    {
      shape: reduction === 'none' ? [x.shape[0]] : [],
      range: [0, reduction === 'sum' ? x.shape[0] * limit : limit],
    },
    ([logits, t]) => softCrossEntropy(logits, t, reduction),
  );
};

const mseRow: OpRow = (p, d) => {
  const a = p.any(d);
  if (sizeOf(a.shape) === 0) return null;
  const b = p.ofShape(d, a.shape);
  const reduction = d.oneOf(REDUCTIONS);
  const largest = (magnitude(a) + magnitude(b)) ** 2;
  return p.op(
    'mse',
    [a, b],
    reduction,
    {
      shape: reduction === 'none' ? a.shape : [],
      range: [0, reduction === 'sum' ? sizeOf(a.shape) * largest : largest],
    },
    ([x, y]) => mse(x, y, reduction),
  );
};

export const reductionRows: Readonly<Record<string, OpRow>> = {
  sum: reduction('sum', (x, n) => spread(n * x.low, n * x.high), sum),
  mean: reduction('mean', ({ low, high }) => [low, high], mean),
  max: reduction('max', ({ low, high }) => [low, high], max),
  amax: overAllAxes('amax', max),
  min: reduction('min', ({ low, high }) => [low, high], min),
  amin: overAllAxes('amin', min),
  variance: varianceRow,
  argmax: indexOfExtremum(argmax),
  argmin: indexOfExtremum(argmin),
  softmax: alongAxis('softmax', () => [0, 1], softmax),
  logSoftmax: alongAxis(
    'logSoftmax',
    ({ low, high }, size) => [low - high - Math.log(Math.max(1, size)), 0],
    logSoftmax,
  ),
  crossEntropy: crossEntropyRow,
  softCrossEntropy: softCrossEntropyRow,
  mse: mseRow,
};
