// Rows of the ops that change the size of images and sequences: one-dimensional and transposed
// convolution, one-dimensional and adaptive pooling, interpolation; and of the norms over groups.

import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  conv1d,
  convTranspose1d,
  convTranspose2d,
  groupNorm,
  interpolate,
  maxPool1d,
  rmsNorm,
  type Shape,
  type Tensor,
} from '../../../src/engine/index.js';
import { outputSize } from '../../../src/engine/ops/internal/window.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { MAX_SIZE, type Value } from '../planner.js';
import { images, magnitude, type OpRow, spread, symmetric } from './shared.js';

/** Multiply-adds of the largest convolution: about 1 ms on the reference backend. */
const MAX_MULTIPLY_ADDS = 100_000;

/** The convolutions with a weight that has both channel axes, without groups. */
const convolutionRow =
  (name: 'conv1d' | 'convTranspose1d' | 'convTranspose2d'): OpRow =>
  (p, d) => {
    const x = name === 'convTranspose2d' ? images(p, d) : p.ofRank(d, 3);
    const [batch, inside, ...space] = x.shape;
    if (x.shape.length < 3 || space.includes(0)) return null;
    const transposed = name !== 'conv1d';
    const kernel = d.between(1, 3);
    const [stride, padding] = [d.between(1, 2), d.between(0, 1)];
    const outputPadding = transposed ? d.below(stride) : 0;
    const outside = d.oneOf([1, 2, 3, 17]);
    const sizes = space.map((size) =>
      transposed
        ? (size - 1) * stride - 2 * padding + kernel + outputPadding
        : outputSize(size, kernel, stride, padding),
    );
    const shape = [batch, outside, ...sizes];
    const taps = kernel ** space.length;
    if (sizes.some((size) => size < 1) || sizeOf(shape) > MAX_SIZE) return null;
    if (sizeOf(shape) * inside * taps > MAX_MULTIPLY_ADDS) return null;
    const channels = transposed ? [inside, outside] : [outside, inside];
    const weight = p.ofShape(d, [...channels, ...space.map(() => kernel)]);
    const bias = d.chance(3) ? [] : [p.ofShape(d, [outside])];
    const options = { stride, padding, ...(transposed && { outputPadding }) };
    const limit = inside * taps * magnitude(x) * magnitude(weight) + 50;
    const op = { conv1d, convTranspose1d, convTranspose2d }[name];
    return p.op(
      name,
      [x, weight, ...bias],
      JSON.stringify(options),
      { shape, range: symmetric(limit) },
      ([t, w, b]: readonly (Tensor | undefined)[]) => op(t!, w!, b ?? null, options),
    );
  };

const pool1dRow =
  (name: 'maxPool1d' | 'avgPool1d'): OpRow =>
  (p, d) => {
    const x = p.ofRank(d, 3);
    if (x.shape.length < 3) return null;
    const [window, stride, ceilMode] = [d.oneOf([2, 3, 1]), d.oneOf([2, 1, 3]), d.chance(2)];
    const padding = d.below(Math.floor(window / 2) + 1);
    const length = outputSize(x.shape[2], window, stride, padding, 1, ceilMode);
    if (length < 1) return null;
    const options = { window, stride, padding, ceilMode };
    const shape = [...x.shape.slice(0, 2), length];
    const range = spread(x.low, x.high, name === 'avgPool1d' ? 0 : x.low);
    const op = name === 'maxPool1d' ? maxPool1d : avgPool1d;
    return p.op(name, [x], JSON.stringify(options), { shape, range }, ([t]) => op(t, options));
  };

/** A resized input whose values stay within the range of x. */
const resized = (
  x: Value,
  sizes: Shape,
): { shape: Shape; range: readonly [number, number] } | null => {
  const shape = [...x.shape.slice(0, 2), ...sizes];
  const isEmpty = x.shape.length < 3 || x.shape.slice(2).includes(0);
  return isEmpty || sizeOf(shape) > MAX_SIZE ? null : { shape, range: [x.low, x.high] };
};

const adaptiveRow =
  (name: string, op: (x: Tensor, size: number) => Tensor): OpRow =>
  (p, d) => {
    const x = name.endsWith('2d') ? images(p, d) : p.ofRank(d, 3);
    const size = d.oneOf([2, 1, 3, 5]);
    const result = resized(
      x,
      x.shape.slice(2).map(() => size),
    );
    return result && p.op(name, [x], `${size}`, result, ([t]) => op(t, size));
  };

const interpolateRow: OpRow = (p, d) => {
  const isImage = d.chance(2);
  const x = isImage ? images(p, d) : p.ofRank(d, 3);
  const size = d.oneOf([2, 3, 6, 9]);
  const result = resized(
    x,
    x.shape.slice(2).map(() => size),
  );
  const linear = d.chance(2) ? {} : { mode: isImage ? 'bilinear' : 'linear', alignCorners: true };
  const options = { size, ...linear } as const;
  return (
    result &&
    p.op('interpolate', [x], JSON.stringify(options), result, ([t]) =>
      interpolate(t, options as { size: number }),
    )
  );
};

const groupNormRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.oneOf([4, 3, 2]));
  if (x.shape.length < 2) return null;
  const [count, channels, ...space] = x.shape;
  const groups = d.oneOf([1, channels, 2]);
  if (groups === 0 || channels % groups !== 0) return null;
  const values = (channels / groups) * sizeOf(space);
  if (count * groups * values === groups || values === 0) return null;
  const [weight, bias] = [p.ofShape(d, [channels]), p.ofShape(d, [channels])];
  const limit = Math.sqrt(values) * magnitude(weight) + magnitude(bias);
  return p.op(
    'groupNorm',
    [x, weight, bias],
    `${groups} groups, epsilon 0.01`,
    { shape: x.shape, range: symmetric(limit) },
    ([t, w, b]) => groupNorm(t, w, b, { groups, epsilon: 1e-2 }),
  );
};

const rmsNormRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.oneOf([2, 3, 4]));
  if (x.shape.length < 1 || x.shape.at(-1) === 0) return null;
  const weight = p.ofShape(d, x.shape.slice(-1));
  const limit = Math.sqrt(weight.shape[0]) * magnitude(weight);
  return p.op(
    'rmsNorm',
    [x, weight],
    'epsilon 0.01',
    { shape: x.shape, range: symmetric(limit) },
    ([t, w]) => rmsNorm(t, w, { epsilon: 1e-2 }),
  );
};

export const spaceRows: Readonly<Record<string, OpRow>> = {
  conv1d: convolutionRow('conv1d'),
  convTranspose1d: convolutionRow('convTranspose1d'),
  convTranspose2d: convolutionRow('convTranspose2d'),
  maxPool1d: pool1dRow('maxPool1d'),
  avgPool1d: pool1dRow('avgPool1d'),
  adaptiveAvgPool1d: adaptiveRow('adaptiveAvgPool1d', adaptiveAvgPool1d),
  adaptiveAvgPool2d: adaptiveRow('adaptiveAvgPool2d', adaptiveAvgPool2d),
  adaptiveMaxPool1d: adaptiveRow('adaptiveMaxPool1d', adaptiveMaxPool1d),
  adaptiveMaxPool2d: adaptiveRow('adaptiveMaxPool2d', adaptiveMaxPool2d),
  interpolate: interpolateRow,
  groupNorm: groupNormRow,
  rmsNorm: rmsNormRow,
};
