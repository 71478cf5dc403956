// Rows of reductions and softmax.

import {
  argmax,
  argmin,
  logSoftmax,
  max,
  mean,
  min,
  softmax,
  sum,
  type Tensor,
  variance,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { type Range, type Value } from '../planner.js';
import { type OpRow, spread, someAxes, reducedShape, countOf, isEmpty } from './shared.js';

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
};
