// Rows of losses.

import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  type CrossEntropyOptions,
  huber,
  klDiv,
  l1,
  mse,
  nllLoss,
  scaleShift,
  type Shape,
  sigmoid,
  softCrossEntropy,
  softmax,
  type Tensor,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import type { Draw, Planner, Range, Value } from '../planner.js';
import { magnitude, type OpRow, symmetric } from './shared.js';

const REDUCTIONS = ['mean', 'sum', 'none'] as const;

/** Logits [N, classes] or [N, classes, d], and labels. */
const crossEntropyRow: OpRow = (p, d) => {
  const rank = d.oneOf([2, 2, 3]);
  const x = p.ofRank(d, rank);
  if (x.shape.length !== rank || sizeOf(x.shape) === 0) return null;
  const [rows, classes, ...rest] = x.shape;
  const shape = [rows, ...rest];
  const labels = p.newLeaf(d, shape, 'indices', classes);
  const reduction = d.oneOf(REDUCTIONS);
  const options: CrossEntropyOptions = {
    labelSmoothing: d.oneOf([0, 0.25]),
    reduction,
    ...(d.chance(3) ? { weight: Array.from({ length: classes }, (_, k) => 0.5 + (k % 3)) } : {}),
    // The mean of no labels is NaN.
    ...(d.chance(3) && reduction !== 'mean' ? { ignoreIndex: 0 } : {}),
  };
  const limit = 2.5 * (2 * magnitude(x) + Math.log(classes));
  return p.op(
    'crossEntropy',
    [x, labels],
    JSON.stringify(options),
    {
      shape: reduction === 'none' ? shape : [],
      range: [0, reduction === 'sum' ? sizeOf(shape) * limit : limit],
    },
    ([logits, indices]) => crossEntropy(logits, indices, options),
  );
};

const nllLossRow: OpRow = (p, d) => {
  const x = p.ofRank(d, 3);
  if (x.shape.length !== 3 || sizeOf(x.shape) === 0) return null;
  const [rows, classes, columns] = x.shape;
  const labels = p.newLeaf(d, [rows, columns], 'indices', classes);
  const options = { reduction: d.oneOf(['sum', 'none'] as const), ignoreIndex: d.below(2) };
  const limit = magnitude(x) * (options.reduction === 'sum' ? rows * columns : 1);
  const shape = options.reduction === 'none' ? [rows, columns] : [];
  const result = { shape, range: symmetric(limit) };
  return p.op('nllLoss', [x, labels], JSON.stringify(options), result, ([t, indices]) =>
    nllLoss(t, indices, options),
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

/** Two tensors of the same shape. */
function pair(p: Planner, d: Draw): readonly [Value, Value] | null {
  const a = p.any(d);
  return sizeOf(a.shape) === 0 ? null : [a, p.ofShape(d, a.shape)];
}

/** The shape and range of losses after a reduction. */
function reduced(losses: Shape, low: number, high: number, reduction: string) {
  const count = reduction === 'sum' ? sizeOf(losses) : 1;
  const range: Range = [low * count, high * count];
  return { shape: reduction === 'none' ? losses : [], range };
}

type Loss = (x: Tensor, y: Tensor, reduction: (typeof REDUCTIONS)[number]) => Tensor;

/** A loss of two tensors of the same shape whose difference is at most `largest`. */
const distance =
  (name: string, limit: (largest: number) => number, call: Loss): OpRow =>
  (p, d) => {
    const operands = pair(p, d);
    if (operands === null) return null;
    const [a, b] = operands;
    const reduction = d.oneOf(REDUCTIONS);
    const result = reduced(a.shape, 0, limit(magnitude(a) + magnitude(b)), reduction);
    return p.op(name, [a, b], reduction, result, ([x, y]) => call(x, y, reduction));
  };

/** Probabilities from 0.1 to 0.9. */
function probabilities(p: Planner, x: Value): Value {
  const { shape } = x;
  const y = p.op('sigmoid', [x], '', { shape, range: [0, 1] }, ([t]) => sigmoid(t));
  const result = { shape, range: [0.1, 0.9] as const };
  return p.op('scaleShift', [y], '0.8, 0.1', result, ([t]) => scaleShift(t, 0.8, 0.1));
}

const binaryCrossEntropyRow: OpRow = (p, d) => {
  const operands = pair(p, d);
  if (operands === null) return null;
  const [prediction, target] = operands.map((x) => probabilities(p, x));
  const options = { reduction: d.oneOf(REDUCTIONS), weight: d.oneOf([1, 0.5]) };
  const result = reduced(prediction.shape, 0, 2.5, options.reduction);
  return p.op(
    'binaryCrossEntropy',
    [prediction, target],
    JSON.stringify(options),
    result,
    ([x, y]) => binaryCrossEntropy(x, y, options),
  );
};

const binaryCrossEntropyWithLogitsRow: OpRow = (p, d) => {
  const operands = pair(p, d);
  if (operands === null) return null;
  const target = probabilities(p, operands[1]);
  const options = { reduction: d.oneOf(REDUCTIONS), posWeight: d.oneOf([1, 2.5]) };
  const limit = 2.5 * (1 + magnitude(operands[0]));
  const result = reduced(target.shape, 0, limit, options.reduction);
  return p.op(
    'binaryCrossEntropyWithLogits',
    [operands[0], target],
    JSON.stringify(options),
    result,
    ([x, y]) => binaryCrossEntropyWithLogits(x, y, options),
  );
};

const klDivRow: OpRow = (p, d) => {
  const operands = pair(p, d);
  if (operands === null) return null;
  const [x, raw] = operands;
  const reduction = d.oneOf([...REDUCTIONS, 'batchMean'] as const);
  if (reduction === 'batchMean' && x.shape.length === 0) return null;
  const options = { reduction, logTarget: d.chance(2) };
  const target = options.logTarget ? p.bounded(raw, 3) : probabilities(p, raw);
  const limit = options.logTarget ? Math.E ** 3 * (3 + magnitude(x)) : 2.5 + magnitude(x);
  const scalar = reduction === 'batchMean' ? 'sum' : reduction;
  const result = reduced(x.shape, -limit, limit, scalar);
  return p.op('klDiv', [x, target], JSON.stringify(options), result, ([a, b]) =>
    klDiv(a, b, options),
  );
};

/** The rows of the losses. */
export const lossRows: Readonly<Record<string, OpRow>> = {
  crossEntropy: crossEntropyRow,
  softCrossEntropy: softCrossEntropyRow,
  nllLoss: nllLossRow,
  binaryCrossEntropy: binaryCrossEntropyRow,
  binaryCrossEntropyWithLogits: binaryCrossEntropyWithLogitsRow,
  klDiv: klDivRow,
  mse: distance('mse', (largest) => largest ** 2, mse),
  l1: distance('l1', (largest) => largest, l1),
  huber: distance(
    'huber',
    (largest) => 1.5 * largest,
    (x, y, reduction) => huber(x, y, { delta: 1.5, reduction }),
  ),
};
