// Samples of functions without a gradient: comparisons, logical functions, class indices.

import {
  argmax,
  argmin,
  eq,
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
  ne,
  oneHot,
  type Tensor,
} from '../../engine/index.js';
import type { SampleInput } from '../../engine/op.js';
import { binary, distinct, randomIndices } from '../../engine/sample.js';
import type { Computation } from './computation.js';

const comparisons = { eq, ne, lt, le, gt, ge };

/** Integers from 0 to 3: ties are frequent. */
const ties = (...shape: number[]): SampleInput => randomIndices(4, ...shape);

const broadcastComparisons = Object.entries(comparisons).flatMap(
  ([name, compare]): Computation[] => [
    { title: `${name}: row`, inputs: [ties(5, 7), ties(7)], call: ([a, b]) => compare(a, b) },
    { title: `${name}: a number`, inputs: [ties(3, 3)], call: ([x]) => compare(2, x) },
  ],
);

/** A value of every kind. */
const special: SampleInput = {
  shape: [6],
  differentiable: false,
  values: () => [NaN, Infinity, -Infinity, 0, -1, 1e30],
};

const ofSpecial = (name: string, call: (x: Tensor) => Tensor): Computation => ({
  title: `${name}: special values`,
  inputs: [special],
  call: ([x]) => call(x),
});

/** Functions without a gradient. */
export const comparisonSamples: readonly Computation[] = [
  ...broadcastComparisons,
  {
    title: 'logicalAnd: column and row',
    inputs: [binary(4, 1), binary(1, 5)],
    call: ([a, b]) => logicalAnd(a, b),
  },
  {
    title: 'logicalOr: equal shapes',
    inputs: [binary(4, 5), binary(4, 5)],
    call: ([a, b]) => logicalOr(a, b),
  },
  { title: 'logicalNot: matrix', inputs: [binary(4, 5)], call: ([x]) => logicalNot(x) },
  ofSpecial('isnan', isnan),
  ofSpecial('isinf', isinf),
  ofSpecial('isfinite', isfinite),
  {
    title: 'oneHot: two axes of indices',
    inputs: [randomIndices(5, 2, 3)],
    call: ([indices]) => oneHot(indices, 5),
  },
  { title: 'argmax: rows', inputs: [distinct(4, 7)], call: ([x]) => argmax(x) },
  { title: 'argmax: columns', inputs: [distinct(4, 7)], call: ([x]) => argmax(x, 0) },
  { title: 'argmin: rows', inputs: [distinct(4, 7)], call: ([x]) => argmin(x) },
  { title: 'argmin: columns', inputs: [distinct(4, 7)], call: ([x]) => argmin(x, 0) },
];
