// How to add each op to a random program: operands, options, and the range of the result. A new op
// joins with one row; a test compares the rows with the exports of src/engine/ops.

import {
  abs,
  add,
  argmax,
  avgPool2d,
  batchNorm,
  type BatchNormAttributes,
  batchNormReluPool,
  clamp,
  concat,
  conv2d,
  type Conv2dOptions,
  convNormReluPool,
  crossEntropy,
  div,
  dropout,
  exp,
  expand,
  flatten,
  gatherRows,
  gelu,
  globalAvgPool2d,
  layerNorm,
  leakyRelu,
  linear,
  linearRelu,
  log,
  logSoftmax,
  matmul,
  max,
  maximum,
  maxPool2d,
  mean,
  mse,
  mul,
  neg,
  permute,
  pow,
  relu,
  reshape,
  Rng,
  scaleShift,
  type Shape,
  sigmoid,
  slice,
  softCrossEntropy,
  softmax,
  sqrt,
  sub,
  sum,
  tanh,
  type Tensor,
  transpose,
  variance,
  where,
} from '../../src/engine/index.js';
import { outputSize } from '../../src/engine/ops/internal/window.js';
import { sizeOf } from '../../src/engine/shape.js';
import { broadcast, type Draw, MAX_SIZE, type Planner, type Range, type Value } from './planner.js';

/** Adds one op, and the ops that prepare its operands. Null if it does not apply here. */
export type OpRow = (planner: Planner, draw: Draw) => Value | null;

/** Multiply-adds of the largest convolution: about 2 ms on the reference backend. */
const MAX_MULTIPLY_ADDS = 300_000;

const spread = (...values: number[]): Range => [Math.min(...values), Math.max(...values)];
const magnitude = ({ low, high }: Value): number => Math.max(Math.abs(low), Math.abs(high));
const symmetric = (limit: number): Range => [-limit, limit];

/** An elementwise function of one tensor. */
const unary =
  (
    name: string,
    range: (x: Value) => Range,
    call: (x: Tensor) => Tensor,
    operand: (planner: Planner, draw: Draw) => Value = (p, d) => p.any(d),
  ): OpRow =>
  (p, d) => {
    const x = operand(p, d);
    return p.op(name, [x], '', { shape: x.shape, range: range(x) }, ([t]) => call(t));
  };

/** An elementwise function of two tensors that broadcast. */
const binary =
  (
    name: string,
    range: (a: Value, b: Value) => Range,
    call: (a: Tensor, b: Tensor) => Tensor,
    right: (p: Planner, x: Value) => Value = (_, x) => x,
  ): OpRow =>
  (p, d) => {
    const a = p.any(d);
    const b = right(p, p.partner(d, a));
    const shape = broadcast(a.shape, b.shape);
    if (shape === null) return null;
    return p.op(name, [a, b], '', { shape, range: range(a, b) }, ([x, y]) => call(x, y));
  };

/** A tensor with elements of at least 0.5: itself, or 0.5 plus its sigmoid. */
function positive(p: Planner, x: Value): Value {
  if (x.low >= 0.4) return x;
  const { shape } = x;
  const y = p.op('sigmoid', [x], '', { shape, range: [0, 1] }, ([t]) => sigmoid(t));
  return p.op('scaleShift', [y], '1, 0.5', { shape, range: [0.5, 1.5] }, ([t]) =>
    scaleShift(t, 1, 0.5),
  );
}

const anyPositive = (p: Planner, d: Draw): Value => positive(p, p.any(d));
/** Small enough for exponentials. */
const anySmall = (p: Planner, d: Draw): Value => p.bounded(p.any(d), 3);

/** Axes of a reduction, by the bits of a number; at least one. */
function someAxes(d: Draw, rank: number): number[] {
  const mask = d.below(2 ** rank);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const some = axes.filter((axis) => (mask >> axis) % 2 === 1);
  return some.length === 0 ? axes : some;
}

const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims
    ? shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : shape.filter((_, axis) => !axes.includes(axis));

const countOf = (shape: Shape, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => shape[axis]));

/** Whether a mean or a maximum has no terms: the mean is NaN, which would spread. */
const isEmpty = ({ shape }: Value, axes: readonly number[]): boolean => countOf(shape, axes) === 0;

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

const matmulRow: OpRow = (p, d) => {
  const a = p.ofRank(d, d.oneOf([2, 2, 3, 4]));
  if (a.shape.length < 2) return null;
  const [rows, inner] = a.shape.slice(-2);
  const columns = d.oneOf([2, 3, 1, 5, 8, 17, 24]);
  const batches: Shape[] = [[], a.shape.slice(0, -2), a.shape.slice(0, -2).map(() => 1)];
  const b = d.chance(4)
    ? p.op('transpose', [a], '', transposedOf(a), ([t]) => transpose(t))
    : p.ofShape(d, [...d.oneOf(batches), inner, columns]);
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (batch === null) return null;
  const shape = [...batch, rows, b.shape.at(-1)!];
  if (sizeOf(shape) > MAX_SIZE) return null;
  const range = symmetric(inner * magnitude(a) * magnitude(b));
  return p.op('matmul', [a, b], '', { shape, range }, ([x, y]) => matmul(x, y));
};

function transposedOf({ shape, low, high }: Value): { shape: Shape; range: Range } {
  const swapped = [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
  return { shape: swapped, range: [low, high] };
}

const linearRow =
  (withRelu: boolean): OpRow =>
  (p, d) => {
    const x = p.ofRank(d, d.oneOf([2, 2, 1, 3]));
    if (x.shape.length === 0) return null;
    const [inside, outside] = [x.shape.at(-1)!, d.oneOf([2, 3, 1, 5, 16, 35])];
    const weight = p.ofShape(d, [outside, inside]);
    const bias = d.chance(3) ? [] : [p.ofShape(d, [outside])];
    const shape = [...x.shape.slice(0, -1), outside];
    if (sizeOf(shape) > MAX_SIZE) return null;
    const limit =
      inside * magnitude(x) * magnitude(weight) + (bias.length > 0 ? magnitude(bias[0]) : 0);
    const range: Range = withRelu ? [0, limit] : symmetric(limit);
    const op = withRelu ? linearRelu : linear;
    return p.op(op.name, [x, weight, ...bias], '', { shape, range }, ([t, w, b]) => op(t, w, b));
  };

/** Images, sometimes with enough channels for the fast convolutions. */
function images(p: Planner, d: Draw): Value {
  if (!d.chance(3)) return p.ofRank(d, 4);
  const channels = d.oneOf([1, 2, 3, 4, 16, 17, 24]);
  const [height, width] = [d.between(1, 9), d.between(1, 9)];
  const largest = Math.floor(MAX_SIZE / (channels * height * width));
  return p.newLeaf(d, [Math.min(d.between(1, 4), largest), channels, height, width]);
}

interface PlannedConv {
  readonly inputs: readonly Value[];
  readonly options: Conv2dOptions;
  readonly shape: Shape;
  readonly limit: number;
}

function planConv(p: Planner, d: Draw): PlannedConv | null {
  const x = images(p, d);
  const [batch, channels, height, width] = x.shape;
  const plain = d.chance(2); // 3x3 windows with padding 1, as in most networks
  const groups = plain || d.below(3) > 0 ? 1 : d.oneOf([1, channels, 2, 3]);
  if (channels % groups !== 0) return null;
  const kernel = plain ? [3, 3] : [d.between(1, 4), d.between(1, 4)];
  const pair = (min: number, max: number): [number, number] => [
    d.between(min, max),
    d.between(min, max),
  ];
  const options = {
    stride: plain ? 1 : pair(1, 2),
    padding: plain ? 1 : pair(0, 2),
    dilation: plain ? 1 : pair(1, 2),
    groups,
  };
  const sizes = [height, width].map((size, axis) => {
    const [stride, padding, dilation] = [options.stride, options.padding, options.dilation].map(
      (value) => (typeof value === 'number' ? value : value[axis]),
    );
    return outputSize(size, kernel[axis], stride, padding, dilation);
  });
  const outside = groups * d.oneOf([1, 2, 3, 4, 16, 17, 20]);
  const shape = [batch, outside, ...sizes];
  const terms = (channels / groups) * kernel[0] * kernel[1];
  if (sizes.some((size) => size < 1) || sizeOf(shape) > MAX_SIZE) return null;
  if (sizeOf(shape) * terms > MAX_MULTIPLY_ADDS || outside * terms > MAX_SIZE) return null;
  const weight = p.ofShape(d, [outside, channels / groups, ...kernel]);
  const bias = d.chance(3) ? [] : [p.ofShape(d, [outside])];
  const limit = terms * magnitude(x) * magnitude(weight) + 50;
  return { inputs: [x, weight, ...bias], options, shape, limit };
}

const convRow: OpRow = (p, d) => {
  const planned = planConv(p, d);
  if (planned === null) return null;
  const { inputs, options, shape, limit } = planned;
  return p.op(
    'conv2d',
    inputs,
    JSON.stringify(options),
    { shape, range: symmetric(limit) },
    ([x, w, b]: readonly (Tensor | undefined)[]) => conv2d(x!, w!, b ?? null, options),
  );
};

const poolRow =
  (name: 'maxPool2d' | 'avgPool2d'): OpRow =>
  (p, d) => {
    const x = images(p, d);
    const window = d.oneOf([2, 3, 1]);
    const options = {
      window,
      stride: d.oneOf([2, 1, 3]),
      padding: d.below(Math.floor(window / 2) + 1),
      ...(name === 'avgPool2d' && { countPadding: d.chance(2) }),
    };
    const sizes = x.shape
      .slice(2)
      .map((size) => outputSize(size, window, options.stride, options.padding));
    if (sizes.some((size) => size < 1)) return null;
    const shape = [...x.shape.slice(0, 2), ...sizes];
    const range = spread(x.low, x.high, name === 'avgPool2d' ? 0 : x.low);
    const call = name === 'maxPool2d' ? maxPool2d : avgPool2d;
    return p.op(name, [x], JSON.stringify(options), { shape, range }, ([t]) => call(t, options));
  };

/** Weight, bias and attributes of a batch norm over `channels`. */
function planNorm(p: Planner, d: Draw, channels: number, training: boolean) {
  const weight = p.ofShape(d, [channels]);
  const bias = p.ofShape(d, [channels]);
  const withRunning = !training || d.chance(2);
  const running = withRunning
    ? [p.state(d, [channels], 'uniform'), p.state(d, [channels], 'positive')]
    : [];
  const epsilon = d.oneOf([1e-2, 1e-3]);
  const attributes = (mean: Tensor | undefined, variance: Tensor | undefined) =>
    ({
      epsilon,
      momentum: 0.1,
      running: mean === undefined || variance === undefined ? null : { mean, variance },
      training,
    }) satisfies BatchNormAttributes;
  const text = `epsilon ${epsilon}, ${training ? 'training' : 'evaluation'}`;
  const names = running.length > 0 ? `, running t${running.join(' and t')}` : '';
  return { weight, bias, running, attributes, text: text + names };
}

/** The persistent tensors of batch norm are inputs without a gradient. */
const asInput = (id: number): Value => ({
  id,
  shape: [],
  low: 0,
  high: 0,
  requiresGrad: false,
  isLeaf: true,
});

const batchNormRow =
  (name: 'batchNorm' | 'batchNormReluPool'): OpRow =>
  (p, d) => {
    const pooled = name === 'batchNormReluPool';
    const x = pooled ? images(p, d) : p.ofRank(d, d.oneOf([4, 2, 3]));
    const [count, channels, ...space] = x.shape;
    const values = count * sizeOf(space);
    if (x.shape.length < 2 || values < 2 || (pooled && channels === 0)) return null;
    if (pooled && space.some((size) => size < 2)) return null;
    const training = !d.chance(4);
    const { weight, bias, running, attributes, text } = planNorm(p, d, channels, training);
    // Training: at most sqrt(n - 1) deviations from the mean. Evaluation: a variance of at least 0.5.
    const deviations = training ? Math.sqrt(values) : 1.5 * (magnitude(x) + 2);
    const limit = deviations * magnitude(weight) + magnitude(bias);
    const shape = pooled
      ? [count, channels, ...space.map((size) => Math.floor(size / 2))]
      : x.shape;
    const range: Range = pooled ? [0, limit] : symmetric(limit);
    const op = pooled ? batchNormReluPool : batchNorm;
    return p.op(
      name,
      [x, weight, bias, ...running.map(asInput)],
      text,
      { shape, range },
      ([t, w, b, m, v]) => op(t, w, b, attributes(m, v)),
    );
  };

/** The fused block of inference; only where no graph is recorded. */
const convNormReluPoolRow: OpRow = (p, d) => {
  if (!p.noGrad) return null;
  const planned = planConv(p, d);
  if (planned === null) return null;
  const { inputs, options, shape, limit } = planned;
  const [count, channels, height, width] = shape;
  if (height < 2 || width < 2) return null;
  const { weight, bias, running, attributes, text } = planNorm(p, d, channels, false);
  const result = {
    shape: [count, channels, Math.floor(height / 2), Math.floor(width / 2)],
    range: [0, 1.5 * (limit + 2) * magnitude(weight) + magnitude(bias)] as const,
  };
  const operands = [...inputs, weight, bias, ...running.map(asInput)];
  const call = (tensors: readonly Tensor[]): Tensor => {
    const [gamma, beta, m, v] = tensors.slice(-4);
    const [x, w, b] = tensors.slice(0, -4) as [Tensor, Tensor, Tensor | undefined];
    return convNormReluPool(x, {
      weight: w,
      bias: b ?? null,
      options,
      gamma,
      beta,
      attributes: attributes(m, v),
    });
  };
  return p.op('convNormReluPool', operands, `${JSON.stringify(options)}, ${text}`, result, call);
};

const layerNormRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.oneOf([2, 3, 4]));
  const rank = d.between(1, Math.max(1, x.shape.length - 1));
  if (x.shape.length < rank) return null;
  const inner = x.shape.slice(-rank);
  const [weight, bias] = [p.ofShape(d, inner), p.ofShape(d, inner)];
  const limit = Math.sqrt(sizeOf(inner)) * magnitude(weight) + magnitude(bias);
  return p.op(
    'layerNorm',
    [x, weight, bias],
    'epsilon 0.01',
    { shape: x.shape, range: symmetric(limit) },
    ([t, w, b]) => layerNorm(t, w, b, { epsilon: 1e-2 }),
  );
};

const dropoutRow: OpRow = (p, d) => {
  const x = p.any(d);
  const [probability, seed] = [d.oneOf([0.5, 0.25, 0.9]), d.below(1000)];
  return p.op(
    'dropout',
    [x],
    `${probability}, seed ${seed}`,
    { shape: x.shape, range: symmetric(magnitude(x) / (1 - probability)) },
    ([t]) => dropout(t, probability, new Rng(seed)),
  );
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

const concatRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(1, 4));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  const others = Array.from({ length: d.between(1, 3) }, () =>
    d.chance(3) ? x : p.ofShape(d, x.shape.with(axis, d.oneOf([1, 2, x.shape[axis]]))),
  );
  const parts = [x, ...others];
  const total = parts.reduce((size, part) => size + part.shape[axis], 0);
  const shape = x.shape.with(axis, total);
  if (sizeOf(shape) > MAX_SIZE) return null;
  const range = spread(...parts.flatMap(({ low, high }) => [low, high]));
  return p.op('concat', parts, String(axis), { shape, range }, (t) => concat(t, axis));
};

const gatherRowsRow: OpRow = (p, d) => {
  const table = p.ofRank(d, 2);
  if (table.shape.length !== 2 || table.shape[0] === 0) return null;
  const indices = p.newLeaf(d, p.shape(d, d.between(0, 2)), 'indices', table.shape[0]);
  const shape = [...indices.shape, table.shape[1]];
  if (sizeOf(shape) > MAX_SIZE) return null;
  const result = { shape, range: [table.low, table.high] as const };
  return p.op('gatherRows', [table, indices], '', result, ([t, i]) => gatherRows(t, i));
};

const whereRow: OpRow = (p, d) => {
  const a = p.any(d);
  const b = p.partner(d, a);
  const shape = broadcast(a.shape, b.shape);
  if (shape === null) return null;
  const conditionShape = d.chance(2) ? shape.map((size) => (d.chance(3) ? 1 : size)) : shape;
  const condition = p.newLeaf(d, conditionShape, 'binary');
  const range = spread(a.low, a.high, b.low, b.high);
  return p.op('where', [condition, a, b], '', { shape, range }, ([c, x, y]) => where(c, x, y));
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

/** The maximum over all axes, which is a separate op: ties share the gradient. */
const amaxRow: OpRow = (p, d) => {
  const x = p.any(d);
  if (sizeOf(x.shape) === 0) return null;
  const result = { shape: [], range: [x.low, x.high] as const };
  return p.op('amax', [x], '', result, ([t]) => max(t));
};

const argmaxRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(1, 3));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  if (isEmpty(x, [axis])) return null;
  const result = {
    shape: reducedShape(x.shape, [axis], false),
    range: [0, x.shape[axis]] as const,
  };
  return p.op('argmax', [x], String(axis), result, ([t]) => argmax(t, axis), false);
};

const powRow: OpRow = (p, d) => {
  const exponent = d.oneOf([2, 3, 0.5, -1, -0.5, 1.5]);
  const integer = exponent > 0 && Number.isInteger(exponent);
  const x = integer ? p.bounded(p.any(d), 8) : anyPositive(p, d);
  const range = integer
    ? symmetric(magnitude(x) ** exponent)
    : spread(Math.min(x.low, 0.4) ** exponent, x.high ** exponent, 0);
  return p.op('pow', [x], String(exponent), { shape: x.shape, range }, ([t]) => pow(t, exponent));
};

const clampRow: OpRow = (p, d) => {
  const x = p.any(d);
  const [low, high] = [d.oneOf([-1, -0.5, 0]), d.oneOf([1, 0.5, 0])];
  const result = { shape: x.shape, range: [low, high] as const };
  return p.op('clamp', [x], `${low}, ${high}`, result, ([t]) => clamp(t, low, high));
};

const scaleShiftRow: OpRow = (p, d) => {
  const x = p.any(d);
  const [factor, summand] = [d.oneOf([0.5, -1.5, 2, 0.3]), d.oneOf([0, 0.25, -1])];
  const range = spread(factor * x.low + summand, factor * x.high + summand);
  return p.op('scaleShift', [x], `${factor}, ${summand}`, { shape: x.shape, range }, ([t]) =>
    scaleShift(t, factor, summand),
  );
};

// Views

const reshapeRow: OpRow = (p, d) => {
  const x = p.any(d);
  const shape = p.factors(d, sizeOf(x.shape), d.between(1, 4));
  const result = { shape, range: [x.low, x.high] as const };
  return p.op('reshape', [x], JSON.stringify(shape), result, ([t]) => reshape(t, shape));
};

const flattenRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(1, 4));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  const shape = [...x.shape.slice(0, axis), sizeOf(x.shape.slice(axis))];
  const result = { shape, range: [x.low, x.high] as const };
  return p.op('flatten', [x], String(axis), result, ([t]) => flatten(t, axis));
};

const permuteRow: OpRow = (p, d) => {
  const x = p.any(d);
  const rest = [...x.shape.keys()];
  const order: number[] = [];
  while (rest.length > 0) order.push(...rest.splice(d.below(rest.length), 1));
  const result = {
    shape: order.map((axis) => x.shape[axis]),
    range: [x.low, x.high] as const,
  };
  return p.op('permute', [x], JSON.stringify(order), result, ([t]) => permute(t, order));
};

const sliceRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(1, 4));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  const size = x.shape[axis];
  const start = size === 0 ? 0 : d.below(size);
  const end = size === 0 ? 0 : d.between(start + 1, size);
  const step = d.between(1, 3);
  const result = {
    shape: x.shape.with(axis, Math.ceil((end - start) / step)),
    range: [x.low, x.high] as const,
  };
  const options = [axis, start, end, step] as const;
  return p.op('slice', [x], options.join(', '), result, ([t]) => slice(t, ...options));
};

const expandRow: OpRow = (p, d) => {
  const x = p.any(d);
  const shape = [
    ...(d.chance(2) ? [d.between(1, 3)] : []),
    ...x.shape.map((size) => (size === 1 ? d.between(1, 4) : size)),
  ];
  if (sizeOf(shape) > MAX_SIZE) return null;
  const result = { shape, range: [x.low, x.high] as const };
  return p.op('expand', [x], JSON.stringify(shape), result, ([t]) => expand(t, shape));
};

const detachRow: OpRow = (p, d) => {
  const x = p.any(d);
  const result = { shape: x.shape, range: [x.low, x.high] as const };
  return p.op('detach', [x], '', result, ([t]) => t.detach(), false);
};

const globalAvgPoolRow: OpRow = (p, d) => {
  const x = images(p, d);
  if (isEmpty(x, [2, 3])) return null;
  const result = { shape: [...x.shape.slice(0, 2), 1, 1], range: [x.low, x.high] as const };
  return p.op('globalAvgPool2d', [x], '', result, ([t]) => globalAvgPool2d(t));
};

/** The rows by the name of the op; other functions have their own name. */
export const opRows: Readonly<Record<string, OpRow>> = {
  relu: unary('relu', ({ high }) => [0, Math.max(0, high)], relu),
  leakyRelu: unary('leakyRelu', ({ low, high }) => spread(low, high), leakyRelu),
  sigmoid: unary('sigmoid', () => [0, 1], sigmoid),
  tanh: unary('tanh', () => [-1, 1], tanh),
  gelu: unary('gelu', ({ high }) => [-0.2, Math.max(0, high)], gelu),
  exp: unary('exp', ({ low, high }) => [Math.exp(low), Math.exp(high)], exp, anySmall),
  log: unary('log', ({ low, high }) => [Math.log(low), Math.log(high)], log, anyPositive),
  sqrt: unary('sqrt', ({ low, high }) => [Math.sqrt(low), Math.sqrt(high)], sqrt, anyPositive),
  abs: unary('abs', (x) => [0, magnitude(x)], abs),
  neg: unary('neg', ({ low, high }) => [-high, -low], neg),
  pow: powRow,
  clamp: clampRow,
  scaleShift: scaleShiftRow,
  add: binary('add', (a, b) => [a.low + b.low, a.high + b.high], add),
  sub: binary('sub', (a, b) => [a.low - b.high, a.high - b.low], sub),
  mul: binary('mul', (a, b) => symmetric(magnitude(a) * magnitude(b)), mul),
  div: binary('div', (a) => symmetric(2.5 * magnitude(a)), div, positive),
  maximum: binary('maximum', (a, b) => [Math.max(a.low, b.low), Math.max(a.high, b.high)], maximum),
  where: whereRow,
  sum: reduction('sum', (x, n) => spread(n * x.low, n * x.high), sum),
  mean: reduction('mean', ({ low, high }) => [low, high], mean),
  max: reduction('max', ({ low, high }) => [low, high], max),
  amax: amaxRow,
  variance: varianceRow,
  argmax: argmaxRow,
  softmax: alongAxis('softmax', () => [0, 1], softmax),
  logSoftmax: alongAxis(
    'logSoftmax',
    ({ low, high }, size) => [low - high - Math.log(Math.max(1, size)), 0],
    logSoftmax,
  ),
  matmul: matmulRow,
  linear: linearRow(false),
  linearRelu: linearRow(true),
  conv2d: convRow,
  maxPool2d: poolRow('maxPool2d'),
  avgPool2d: poolRow('avgPool2d'),
  globalAvgPool2d: globalAvgPoolRow,
  batchNorm: batchNormRow('batchNorm'),
  batchNormReluPool: batchNormRow('batchNormReluPool'),
  convNormReluPool: convNormReluPoolRow,
  layerNorm: layerNormRow,
  dropout: dropoutRow,
  crossEntropy: crossEntropyRow,
  softCrossEntropy: softCrossEntropyRow,
  mse: mseRow,
  concat: concatRow,
  gatherRows: gatherRowsRow,
  reshape: reshapeRow,
  flatten: flattenRow,
  permute: permuteRow,
  slice: sliceRow,
  expand: expandRow,
  detach: detachRow,
};
