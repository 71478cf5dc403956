// Computations of the functions that order, select and combine elements: sort, topk, gather,
// scatterAdd, indexSelect, einsum. Their options are more than the attributes of one op.

import {
  einsum,
  gather,
  indexSelect,
  prod,
  scatterAdd,
  sort,
  type Tensor,
  topk,
} from '../../engine/index.js';
import { anywhere, distinct, positive, randomIndices } from '../../engine/sample.js';
import type { SampleInput } from '../../engine/op.js';
import type { Computation } from './computation.js';

/** An einsum; the shape of each operand follows its term. */
const ofEquation = (equation: string, ...shapes: number[][]): Computation => ({
  title: `einsum: ${equation}`,
  inputs: shapes.map((shape) => anywhere(...shape)),
  call: (operands) => einsum(equation, ...operands),
});

const valuesOf = (title: string, call: (x: Tensor) => Tensor, input: SampleInput): Computation => ({
  title,
  inputs: [input],
  call: ([x]) => call(x),
});

/** Samples of the functions, with gradients. */
export const indexSamples: readonly Computation[] = [
  valuesOf('sort: rows', (x) => sort(x)[0], distinct(3, 7)),
  valuesOf(
    'sort: columns, descending',
    (x) => sort(x, { axis: 0, descending: true })[0],
    distinct(5, 3),
  ),
  valuesOf('sort: middle axis', (x) => sort(x, { axis: 1 })[0], distinct(2, 4, 3)),
  valuesOf('sort: more than 32 elements', (x) => sort(x, { descending: true })[0], distinct(2, 37)),
  valuesOf('topk: rows', (x) => topk(x, 2)[0], distinct(3, 6)),
  valuesOf(
    'topk: smallest of columns',
    (x) => topk(x, 3, { axis: 0, largest: false })[0],
    distinct(5, 2),
  ),
  {
    title: 'gather: an index smaller than x',
    inputs: [anywhere(3, 5), randomIndices(5, 2, 4)],
    call: ([x, index]) => gather(x, 1, index),
  },
  {
    title: 'scatterAdd: an index smaller than x and source',
    inputs: [anywhere(4, 5), randomIndices(4, 6, 3), anywhere(7, 4)],
    call: ([x, index, source]) => scatterAdd(x, 0, index, source),
  },
  {
    title: 'indexSelect: a list',
    inputs: [anywhere(2, 4, 3)],
    call: ([x]) => indexSelect(x, -2, [3, 0, 3, 1, 3]),
  },
  {
    title: 'indexSelect: a tensor',
    inputs: [anywhere(4, 3), randomIndices(4, 6)],
    call: ([x, indices]) => indexSelect(x, 0, indices),
  },
  valuesOf(
    'prod: two axes, kept',
    (x) => prod(x, { axes: [0, 2], keepDims: true }),
    positive(3, 2, 3),
  ),
  ofEquation('ij,jk->ik', [3, 4], [4, 2]),
  ofEquation('ij,jk', [3, 4], [4, 2]),
  ofEquation('bij,bkj->bik', [2, 3, 4], [2, 5, 4]),
  ofEquation('...ij,...jk->...ik', [2, 1, 3, 2], [4, 2, 3]),
  ofEquation('i,j->ji', [3], [4]),
  ofEquation('ij,ij->', [3, 4], [3, 4]),
  ofEquation('ii->i', [4, 4]),
  ofEquation('iij->j', [3, 3, 2]),
  ofEquation('ba', [2, 3]),
  ofEquation('ij,kj,k->i', [2, 3], [4, 3], [4]),
  ofEquation('ij,i->j', [1, 3], [4]),
  ofEquation('ijk,l->', [2, 3, 2], [4]),
];

/** Lines long enough that threads divide them. */
export const largeIndexSamples: readonly Computation[] = [
  valuesOf('sort: large', (x) => sort(x)[0], distinct(40, 300)),
  valuesOf('topk: large', (x) => topk(x, 20, { axis: 0 })[0], distinct(900, 13)),
  {
    title: 'gather: large',
    inputs: [anywhere(30, 40, 11), randomIndices(40, 30, 60, 11)],
    call: ([x, index]) => gather(x, 1, index),
  },
  {
    title: 'scatterAdd: large',
    inputs: [anywhere(30, 40, 11), randomIndices(40, 30, 60, 11), anywhere(30, 60, 11)],
    call: ([x, index, source]) => scatterAdd(x, 1, index, source),
  },
];
