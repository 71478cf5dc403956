// Rows of comparisons, masks, and ops that arrange elements.

import {
  chunk,
  eq,
  flip,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maskedFill,
  ne,
  oneHot,
  pad,
  roll,
  split,
  squeeze,
  stack,
  type Tensor,
  tril,
  triu,
  unsqueeze,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import {
  broadcast,
  type Draw,
  MAX_SIZE,
  type Planner,
  type Range,
  type Value,
} from '../planner.js';
import { anyLeaf, isEmpty, type OpRow, someAxes, spread } from './shared.js';

const FLAG: Range = [0, 1];

/** A relation of two tensors that broadcast: 0 or 1, without a gradient. */
const relation =
  (call: (a: Tensor, b: Tensor) => Tensor): OpRow =>
  (p, d) => {
    const a = anyLeaf(p, d);
    const b = p.newLeaf(d, a.shape.map((size) => (d.chance(3) ? 1 : size)).slice(d.below(2)));
    const shape = broadcast(a.shape, b.shape);
    if (shape === null) return null;
    const result = { shape, range: FLAG };
    return p.op(call.name, [a, b], '', result, ([x, y]) => call(x, y), false);
  };

/** A property of every element: 0 or 1, without a gradient. */
const property =
  (call: (x: Tensor) => Tensor): OpRow =>
  (p, d) => {
    const x = anyLeaf(p, d);
    return p.op(call.name, [x], '', { shape: x.shape, range: FLAG }, ([t]) => call(t), false);
  };

const maskedFillRow: OpRow = (p, d) => {
  const x = p.any(d);
  const maskShape = x.shape.map((size) => (d.chance(3) ? 1 : size)).slice(d.below(2));
  const mask = p.newLeaf(d, maskShape, 'binary');
  const value = d.oneOf([0, -1.5, 2]);
  const result = { shape: x.shape, range: spread(x.low, x.high, value) };
  return p.op('maskedFill', [x, mask], String(value), result, ([t, m]) => maskedFill(t, m, value));
};

const triangle =
  (call: (x: Tensor, diagonal: number) => Tensor): OpRow =>
  (p, d) => {
    const x = p.ofRank(d, d.between(2, 4));
    if (x.shape.length < 2) return null;
    const diagonal = d.oneOf([0, 1, -1, 2]);
    const result = { shape: x.shape, range: spread(x.low, x.high, 0) };
    return p.op(call.name, [x], String(diagonal), result, ([t]) => call(t, diagonal));
  };

const oneHotRow: OpRow = (p, d) => {
  const classes = d.between(1, 5);
  const indices = p.newLeaf(d, p.shape(d, d.between(0, 2)), 'indices', classes);
  const shape = [...indices.shape, classes];
  if (sizeOf(shape) > MAX_SIZE) return null;
  const result = { shape, range: FLAG };
  return p.op('oneHot', [indices], String(classes), result, ([t]) => oneHot(t, classes), false);
};

/** Adds an op that only moves elements of x. */
const moved = (
  p: Planner,
  [name, options]: readonly [string, string],
  x: Value,
  shape: readonly number[],
  call: (x: Tensor) => Tensor,
): Value => p.op(name, [x], options, { shape, range: [x.low, x.high] }, ([t]) => call(t));

const unsqueezeRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(0, 4));
  const axis = d.below(x.shape.length + 1);
  const shape = x.shape.toSpliced(axis, 0, 1);
  return moved(p, ['unsqueeze', String(axis)], x, shape, (t) => unsqueeze(t, axis));
};

/** An axis is inserted first, so that there is one to remove. */
const squeezeRow: OpRow = (p, d) => {
  const x = unsqueezeRow(p, d);
  if (x === null) return null;
  const shape = x.shape.filter((size) => size !== 1);
  return moved(p, ['squeeze', ''], x, shape, (t) => squeeze(t));
};

const stackRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(0, 3));
  const axis = d.below(x.shape.length + 1);
  const others = Array.from({ length: d.between(0, 2) }, () => p.ofShape(d, x.shape));
  const parts = [x, ...others];
  const shape = x.shape.toSpliced(axis, 0, parts.length);
  if (sizeOf(shape) > MAX_SIZE) return null;
  const range = spread(...parts.flatMap(({ low, high }) => [low, high]));
  return p.op('stack', parts, String(axis), { shape, range }, (t) => stack(t, axis));
};

/** A tensor with at least one axis, and one of its axes that is not empty; null if there is none. */
function withAxis(p: Planner, d: Draw): { x: Value; axis: number; size: number } | null {
  const x = p.ofRank(d, d.between(1, 4));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  return isEmpty(x, [axis]) ? null : { x, axis, size: x.shape[axis] };
}

/** The first part of a tensor split in two. */
const splitRow: OpRow = (p, d) => {
  const chosen = withAxis(p, d);
  if (chosen === null) return null;
  const { x, axis, size } = chosen;
  const first = d.between(1, size);
  const shape = x.shape.with(axis, first);
  const sizes = [first, size - first];
  return moved(
    p,
    ['split', `[${sizes.join()}], ${axis}`],
    x,
    shape,
    (t) => split(t, sizes, axis)[0],
  );
};

/** The first of two chunks. */
const chunkRow: OpRow = (p, d) => {
  const chosen = withAxis(p, d);
  if (chosen === null) return null;
  const { x, axis, size } = chosen;
  const shape = x.shape.with(axis, Math.ceil(size / 2));
  return moved(p, ['chunk', `2, ${axis}`], x, shape, (t) => chunk(t, 2, axis)[0]);
};

const flipRow: OpRow = (p, d) => {
  const x = p.any(d);
  const axes = someAxes(d, x.shape.length);
  return moved(p, ['flip', JSON.stringify(axes)], x, x.shape, (t) => flip(t, axes));
};

const rollRow: OpRow = (p, d) => {
  const chosen = withAxis(p, d);
  if (chosen === null) return null;
  const { x, axis, size } = chosen;
  const shift = d.below(2 * size) - size;
  return moved(p, ['roll', `${shift}, ${axis}`], x, x.shape, (t) => roll(t, shift, axis));
};

const padRow: OpRow = (p, d) => {
  const chosen = withAxis(p, d);
  if (chosen === null) return null;
  const { x } = chosen;
  const size = x.shape.at(-1)!;
  const mode = d.oneOf(['constant', 'reflect', 'replicate', 'circular'] as const);
  const largest = mode === 'reflect' ? size - 1 : size;
  if (largest < 0) return null;
  const padding = [d.between(0, Math.min(largest, 3)), d.between(0, Math.min(largest, 3))];
  const shape = [...x.shape.slice(0, -1), size + padding[0] + padding[1]];
  if (sizeOf(shape) > MAX_SIZE || (mode === 'replicate' && size === 0)) return null;
  const result = { shape, range: spread(x.low, x.high, 0) };
  const options = `[${padding.join()}], ${mode}`;
  return p.op('pad', [x], options, result, ([t]) => pad(t, padding, { mode }));
};

export const arrangementRows: Readonly<Record<string, OpRow>> = {
  eq: relation(eq),
  ne: relation(ne),
  lt: relation(lt),
  le: relation(le),
  gt: relation(gt),
  ge: relation(ge),
  logicalAnd: relation(logicalAnd),
  logicalOr: relation(logicalOr),
  logicalNot: property(logicalNot),
  isnan: property(isnan),
  isinf: property(isinf),
  isfinite: property(isfinite),
  maskedFill: maskedFillRow,
  tril: triangle(tril),
  triu: triangle(triu),
  oneHot: oneHotRow,
  unsqueeze: unsqueezeRow,
  squeeze: squeezeRow,
  stack: stackRow,
  split: splitRow,
  chunk: chunkRow,
  flip: flipRow,
  roll: rollRow,
  pad: padRow,
};
