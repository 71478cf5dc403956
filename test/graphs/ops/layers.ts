// Rows of products, convolution, pooling, normalization and dropout.

import {
  avgPool2d,
  batchNorm,
  conv2d,
  dropout,
  globalAvgPool2d,
  layerNorm,
  linear,
  matmul,
  maxPool2d,
  Rng,
  type Shape,
  type Tensor,
  transpose,
} from '../../../src/engine/index.js';
import type { BatchNormAttributes } from '../../../src/engine/ops/batchNorm.js';
import { batchNormReluPool } from '../../../src/engine/ops/batchNormReluPool.js';
import type { Conv2dAttributes } from '../../../src/engine/ops/conv2d.js';
import { convNormReluPool } from '../../../src/engine/ops/convNormReluPool.js';
import { linearRelu } from '../../../src/engine/ops/linear.js';
import { outputSize } from '../../../src/engine/ops/internal/window.js';
import { sizeOf } from '../../../src/engine/shape.js';
import {
  broadcast,
  type Draw,
  MAX_SIZE,
  type Planner,
  type Range,
  type Value,
} from '../planner.js';
import { type OpRow, spread, magnitude, symmetric, isEmpty, images } from './shared.js';

/** Multiply-adds of the largest convolution: about 2 ms on the reference backend. */
const MAX_MULTIPLY_ADDS = 250_000;

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

interface PlannedConv {
  readonly inputs: readonly Value[];
  readonly options: Conv2dAttributes;
  readonly shape: Shape;
  readonly limit: number;
}

/** Enough channels and pixels for Winograd convolution. */
function wideImages(p: Planner, d: Draw): Value {
  return p.ofShape(d, [d.between(1, 2), d.oneOf([16, 17, 20]), d.between(4, 9), d.between(6, 9)]);
}

function planConv(p: Planner, d: Draw): PlannedConv | null {
  const wide = d.chance(5);
  const x = wide ? wideImages(p, d) : images(p, d);
  const [batch, channels, height, width] = x.shape;
  const plain = wide || d.chance(2); // 3x3 windows with padding 1, as in most networks
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
  const outside = wide ? d.oneOf([16, 17, 19]) : groups * d.oneOf([1, 2, 3, 4, 16, 17]);
  const shape = [batch, outside, ...sizes];
  const terms = (channels / groups) * kernel[0] * kernel[1];
  if (sizes.some((size) => size < 1) || sizeOf(shape) > MAX_SIZE) return null;
  if (sizeOf(shape) * terms > MAX_MULTIPLY_ADDS || outside * terms > 2 * MAX_SIZE) return null;
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
    if (x.shape.length < 2 || values < 2) return null;
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

/** The fused block of inference, which has no gradient. */
const convNormReluPoolRow: OpRow = (p, d) => p.withoutGraph(() => planConvNormReluPool(p, d));

function planConvNormReluPool(p: Planner, d: Draw): Value | null {
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
}

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

const globalAvgPoolRow: OpRow = (p, d) => {
  const x = images(p, d);
  if (isEmpty(x, [2, 3])) return null;
  const result = { shape: [...x.shape.slice(0, 2), 1, 1], range: [x.low, x.high] as const };
  return p.op('globalAvgPool2d', [x], '', result, ([t]) => globalAvgPool2d(t));
};

export const layerRows: Readonly<Record<string, OpRow>> = {
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
};
