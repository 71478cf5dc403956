// Rows of views, concatenation and row lookup.

import {
  concat,
  expand,
  flatten,
  gatherRows,
  permute,
  reshape,
  slice,
} from '../../../src/engine/index.js';
import { sizeOf } from '../../../src/engine/shape.js';
import { MAX_SIZE } from '../planner.js';
import { type OpRow, spread } from './shared.js';

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

export const viewRows: Readonly<Record<string, OpRow>> = {
  concat: concatRow,
  gatherRows: gatherRowsRow,
  reshape: reshapeRow,
  flatten: flattenRow,
  permute: permuteRow,
  slice: sliceRow,
  expand: expandRow,
  detach: detachRow,
};
