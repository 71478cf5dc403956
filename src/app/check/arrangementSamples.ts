// Samples of functions that arrange elements: padding modes, stacking, splitting, chains of views.

import {
  add,
  chunk,
  concat,
  flip,
  matmul,
  min,
  mul,
  pad,
  type PadOptions,
  reshape,
  roll,
  slice,
  split,
  squeeze,
  stack,
  sub,
  type Tensor,
  transpose,
  unsqueeze,
} from '../../engine/index.js';
import { anywhere, distinct } from '../../engine/sample.js';
import type { Computation } from './computation.js';

const padded = (padding: number[], options?: PadOptions) => (inputs: Tensor[]) =>
  pad(inputs[0], padding, options);

/** One computation of each mode, with negative padding in one of them. */
const paddingSamples: readonly Computation[] = [
  { title: 'pad: two axes', inputs: [anywhere(2, 3, 4)], call: padded([1, 2, 0, 3]) },
  {
    title: 'pad: negative',
    inputs: [anywhere(4, 5)],
    call: padded([-1, 2, 1, -2], { value: 0.5 }),
  },
  {
    title: 'pad: reflect',
    inputs: [anywhere(2, 3, 4)],
    call: padded([3, 1, 0, 2], { mode: 'reflect' }),
  },
  {
    title: 'pad: replicate',
    inputs: [anywhere(2, 3, 4)],
    call: padded([3, 1, 0, 5], { mode: 'replicate' }),
  },
  {
    title: 'pad: circular',
    inputs: [anywhere(2, 3, 4)],
    call: padded([4, 1, 0, 3], { mode: 'circular' }),
  },
];

/** Functions that arrange elements; all are differentiable. */
export const arrangementSamples: readonly Computation[] = [
  ...paddingSamples,
  {
    title: 'stack: three, last axis',
    inputs: [anywhere(2, 3), anywhere(2, 3), anywhere(2, 3)],
    call: (parts) => stack(parts, -1),
  },
  {
    title: 'split: sizes',
    inputs: [anywhere(2, 6)],
    call: ([x]) => {
      const [a, b, c] = split(x, [2, 2, 2], 1);
      return sub(mul(a, b), c);
    },
  },
  {
    title: 'chunk: two',
    inputs: [anywhere(4, 3)],
    call: ([x]) => {
      const [a, b] = chunk(x, 2);
      return mul(a, b);
    },
  },
  {
    title: 'squeeze: all, of a view',
    inputs: [anywhere(1, 3, 1, 4)],
    call: ([x]) => squeeze(flip(x, 3)),
  },
  {
    // The gradients of all slices are added to one array.
    title: 'slice: several of one tensor',
    inputs: [anywhere(3, 8, 5)],
    call: ([x]) => {
      const y = mul(x, x); // x is a leaf, y is not; both are sliced
      const parts = [slice(y, 1, 0, 4), slice(y, 1, 2, 6), slice(x, 1, 1, 8, 2), slice(x, 1, 4)];
      return parts.reduce((sum, part) => add(sum, part));
    },
  },
  {
    title: 'slice: after a use of the whole tensor',
    inputs: [anywhere(4, 6)],
    call: ([x]) => {
      const rows = slice(mul(x, 2), 0, 1, 3);
      const y = mul(x, x);
      return concat(
        [rows, slice(y, 1, 2, 5, 2), y, slice(y, 0, 1)].map((part) => reshape(part, [-1])),
      );
    },
  },
  { title: 'concat of one tensor', inputs: [anywhere(2, 3)], call: ([x]) => concat([x], 1) },
  {
    title: 'concat of one view',
    inputs: [anywhere(4, 3)],
    call: ([x]) => concat([slice(x, 0, 1, 3)]),
  },
  { title: 'unsqueeze: from the end', inputs: [anywhere(2, 3)], call: ([x]) => unsqueeze(x, -1) },
  { title: 'roll: flat', inputs: [anywhere(3, 4)], call: ([x]) => roll(x, -5) },
  {
    title: 'roll: two axes',
    inputs: [anywhere(3, 4, 2)],
    call: ([x]) => roll(x, [1, -3], [0, 1]),
  },
  {
    title: 'matmul: flipped matrices',
    inputs: [anywhere(5, 4), anywhere(4, 9)],
    call: ([a, b]) => matmul(flip(a), flip(b, 0)),
  },
  {
    title: 'matmul: flipped batches',
    inputs: [anywhere(2, 7, 5), anywhere(2, 5, 8)],
    call: ([a, b]) => matmul(flip(a, [0, 1]), flip(b, 2)),
  },
  {
    title: 'matmul: transposed flips',
    inputs: [anywhere(6, 7), anywhere(9, 6)],
    call: ([a, b]) => matmul(transpose(flip(a, 0)), transpose(flip(b, 0))),
  },
  { title: 'min: all axes', inputs: [distinct(3, 4)], call: ([x]) => min(x) },
  {
    title: 'min: last axis, kept',
    inputs: [distinct(3, 4)],
    call: ([x]) => min(x, { axes: -1, keepDims: true }),
  },
];
