// Rows of sorting, indexing, cumulative functions and einsum.

import {
  argsort,
  cumsum,
  einsum,
  gather,
  indexSelect,
  prod,
  scatterAdd,
  sort,
  topk,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { type Draw, MAX_SIZE, type Planner, type Value } from '../planner.js';
import {
  countOf,
  isEmpty,
  magnitude,
  type OpRow,
  reducedShape,
  someAxes,
  spread,
  symmetric,
} from './shared.js';

/** A leaf: in float32, computed values that are nearly equal may have another order. */
const sortable = (p: Planner, d: Draw): Value => p.newLeaf(d, p.shape(d, d.between(1, 3)));

const sortRow =
  (name: 'sort' | 'argsort'): OpRow =>
  (p, d) => {
    const x = sortable(p, d);
    const options = { axis: d.below(x.shape.length), descending: d.chance(2) };
    const result = {
      shape: x.shape,
      range: name === 'sort' ? ([x.low, x.high] as const) : ([0, x.shape[options.axis]] as const),
    };
    const text = JSON.stringify(options);
    return name === 'sort'
      ? p.op(name, [x], text, result, ([t]) => sort(t, options)[0])
      : p.op(name, [x], text, result, ([t]) => argsort(t, options), false);
  };

const topkRow: OpRow = (p, d) => {
  const x = sortable(p, d);
  const options = { axis: d.below(x.shape.length), largest: d.chance(2) };
  const k = d.below(x.shape[options.axis] + 1);
  const result = { shape: x.shape.with(options.axis, k), range: [x.low, x.high] as const };
  return p.op(
    'topk',
    [x],
    `${k}, ${JSON.stringify(options)}`,
    result,
    ([t]) => topk(t, k, options)[0],
  );
};

/** A tensor with elements along an axis. */
function indexable(p: Planner, d: Draw): readonly [x: Value, axis: number] | null {
  const x = p.ofRank(d, d.between(1, 3));
  const axis = d.below(Math.max(1, x.shape.length));
  return x.shape.length === 0 || x.shape[axis] === 0 ? null : [x, axis];
}

const gatherRow: OpRow = (p, d) => {
  const operand = indexable(p, d);
  if (operand === null) return null;
  const [x, axis] = operand;
  const smaller = x.shape.map((size) => (d.chance(4) ? d.below(size + 1) : size));
  const shape = smaller.with(axis, d.oneOf([2, 1, 3, 8]));
  if (sizeOf(shape) > MAX_SIZE) return null;
  const index = p.newLeaf(d, shape, 'indices', x.shape[axis]);
  const result = { shape, range: [x.low, x.high] as const };
  return p.op('gather', [x, index], String(axis), result, ([t, i]) => gather(t, axis, i));
};

const scatterAddRow: OpRow = (p, d) => {
  const operand = indexable(p, d);
  if (operand === null) return null;
  const [x, axis] = operand;
  const smaller = x.shape.map((size) => (d.chance(4) ? d.below(size + 1) : size));
  const shape = smaller.with(axis, d.oneOf([2, 1, 3, 8]));
  if (sizeOf(shape) > MAX_SIZE) return null;
  const index = p.newLeaf(d, shape, 'indices', x.shape[axis]);
  const source = p.ofShape(d, shape);
  const limit = magnitude(x) + shape[axis] * magnitude(source);
  const result = { shape: x.shape, range: symmetric(limit) };
  return p.op('scatterAdd', [x, index, source], String(axis), result, ([t, i, s]) =>
    scatterAdd(t, axis, i, s),
  );
};

const indexSelectRow: OpRow = (p, d) => {
  const operand = indexable(p, d);
  if (operand === null) return null;
  const [x, axis] = operand;
  const positions = Array.from({ length: d.between(1, 6) }, () => d.below(x.shape[axis]));
  const shape = x.shape.with(axis, positions.length);
  if (sizeOf(shape) > MAX_SIZE) return null;
  const result = { shape, range: [x.low, x.high] as const };
  return p.op('indexSelect', [x], `${axis}, [${positions.join()}]`, result, ([t]) =>
    indexSelect(t, axis, positions),
  );
};

const prodRow: OpRow = (p, d) => {
  const x = p.bounded(p.any(d), 3);
  const axes = someAxes(d, x.shape.length);
  const count = countOf(x.shape, axes);
  if (isEmpty(x, axes) || count > 8) return null;
  const options = { axes, keepDims: d.chance(2) };
  const shape = reducedShape(x.shape, axes, options.keepDims);
  const range = symmetric(Math.max(1, magnitude(x)) ** count);
  return p.op('prod', [x], JSON.stringify(options), { shape, range }, ([t]) => prod(t, options));
};

const cumsumRow: OpRow = (p, d) => {
  const x = p.ofRank(d, d.between(1, 3));
  if (x.shape.length === 0) return null;
  const axis = d.below(x.shape.length);
  const size = x.shape[axis];
  const range = spread(x.low, x.high, size * x.low, size * x.high);
  return p.op('cumsum', [x], String(axis), { shape: x.shape, range }, ([t]) => cumsum(t, axis));
};

const einsumRow: OpRow = (p, d) => {
  const a = p.ofRank(d, 2);
  if (a.shape.length !== 2) return null;
  const [rows, inner] = a.shape;
  const b = p.ofShape(d, [d.oneOf([2, 1, 5]), inner]);
  const [equation, shape] = d.oneOf([
    ['ij,kj->ki', [b.shape[0], rows]],
    ['ij,kj->ikj', [rows, b.shape[0], inner]],
    ['ij,kj->', []],
    ['ij,kj->k', [b.shape[0]]],
  ] as const);
  if (sizeOf(shape) > MAX_SIZE) return null;
  const range = symmetric(rows * Math.max(1, inner) * b.shape[0] * magnitude(a) * magnitude(b));
  return p.op('einsum', [a, b], equation, { shape, range }, ([x, y]) => einsum(equation, x, y));
};

export const orderingRows: Readonly<Record<string, OpRow>> = {
  sort: sortRow('sort'),
  argsort: sortRow('argsort'),
  topk: topkRow,
  gather: gatherRow,
  scatterAdd: scatterAddRow,
  indexSelect: indexSelectRow,
  prod: prodRow,
  cumsum: cumsumRow,
  einsum: einsumRow,
};
