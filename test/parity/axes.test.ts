// Functions along an axis (softmax, normalizations, reductions, slices, gathers, copies of views) for
// line lengths around the SIMD widths and block sizes, along the first, a middle and the last axis; on
// one thread, and divided into the smallest units among three threads, bit for bit.

import { describe, expect, it } from 'vitest';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import {
  add,
  argmax,
  concat,
  cumsum,
  flip,
  gather,
  gatherRows,
  groupNorm,
  layerNorm,
  logSoftmax,
  max,
  min,
  mul,
  permute,
  reshape,
  rmsNorm,
  type SampleInput,
  slice,
  softmax,
  sum,
  type Tensor,
  transpose,
  tril,
  variance,
} from '../../src/engine/index.js';
import { anywhere, distinct, positive, randomIndices } from '../../src/engine/sample.js';
import { type BackendUnderTest, wasm } from '../support/backends.js';
import { type Computation, evaluate } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';

const SEED = 20261129;

/** Line lengths: around 4 and 8 lanes, blocks of 16 and 32, and longer than any block of terms. */
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 130, 1100];

type Along = readonly [
  name: string,
  call: (x: Tensor, axis: number) => Tensor,
  make?: (...shape: number[]) => SampleInput,
];

const alongAxis: readonly Along[] = [
  ['softmax', softmax],
  ['logSoftmax', logSoftmax],
  ['sum', (x, axis) => sum(x, { axes: axis })],
  ['max', (x, axis) => max(x, { axes: axis }), distinct],
  ['min', (x, axis) => min(x, { axes: axis }), distinct],
  ['argmax', argmax, distinct],
  ['cumsum', cumsum],
  ['variance', (x, axis) => variance(x, { axes: axis, correction: 0 })],
  ['slices', (x, axis) => mul(slice(x, axis, 0, -1), slice(x, axis, 1))],
  ['every second', (x, axis) => mul(slice(x, axis, 0, undefined, 2), 1)],
  ['flip', (x, axis) => mul(flip(x, axis), 1)],
];

/** Lines of a size as the first, a middle and the last axis; few and many columns. */
const shapesOf = (size: number): readonly [shape: number[], axis: number][] => [
  [[size, 19], 0],
  [[size, 3], 0],
  [[2, size, 9], 1],
  [[3, size], 1],
];

const axisComputations: readonly Computation[] = alongAxis.flatMap(
  ([name, call, make = anywhere]) =>
    SIZES.filter((size) => name !== 'slices' || size > 1).flatMap((size) =>
      shapesOf(size).map(([shape, axis]) => ({
        title: `${name}: [${shape.join(',')}] along axis ${axis}`,
        inputs: [make(...shape)],
        call: ([x]: Tensor[]) => call(x, axis),
      })),
    ),
);

const sized = (size: number): readonly Computation[] => [
  {
    title: `layerNorm: rows of ${size}`,
    inputs: [anywhere(5, size), positive(size), anywhere(size)],
    call: ([x, weight, bias]) => layerNorm(x, weight, bias, { epsilon: 0.1 }),
  },
  {
    title: `rmsNorm: rows of ${size}`,
    inputs: [anywhere(5, size), positive(size)],
    call: ([x, weight]) => rmsNorm(x, weight, { epsilon: 0.1 }),
  },
  {
    title: `groupNorm: images of ${size}`,
    inputs: [anywhere(2, 6, size), positive(6), anywhere(6)],
    call: ([x, weight, bias]) => groupNorm(x, weight, bias, { groups: 3, epsilon: 0.1 }),
  },
  {
    title: `groupNorm: ${2 * size} channels`,
    inputs: [anywhere(19, 2 * size), positive(2 * size), anywhere(2 * size)],
    call: ([x, weight, bias]) => groupNorm(x, weight, bias, { groups: 2, epsilon: 0.1 }),
  },
  {
    title: `gatherRows: rows of ${size}`,
    inputs: [anywhere(5, size), randomIndices(5, 13)],
    call: ([table, indices]) => gatherRows(table, indices),
  },
  {
    title: `gather: lines of ${size}`,
    inputs: [anywhere(3, 7), randomIndices(7, 3, size)],
    call: ([x, index]) => gather(x, 1, index),
  },
  {
    title: `gather: columns of ${size}`,
    inputs: [anywhere(7, 19), randomIndices(7, size, 19)],
    call: ([x, index]) => gather(x, 0, index),
  },
  {
    title: `max: two axes, ${size}`,
    inputs: [distinct(3, size, 4)],
    call: ([x]) => max(x, { axes: [0, 1] }),
  },
  {
    title: `concat: rows of ${size}`,
    inputs: [anywhere(3, size), anywhere(3, 2), anywhere(3, 9)],
    call: (parts) => concat(parts, 1),
  },
  {
    title: `transpose: ${size} columns`,
    inputs: [anywhere(21, size)],
    call: ([x]) => mul(transpose(x), 2),
  },
  {
    title: `permute: ${size} in the middle`,
    inputs: [anywhere(9, size, 10)],
    call: ([x]) =>
      add(mul(permute(x, [2, 0, 1]), 2), reshape(permute(x, [2, 1, 0]), [10, 9, size])),
  },
  {
    title: `expand: rows and columns of ${size}`,
    inputs: [anywhere(size), anywhere(4, 1), anywhere(1, 1)],
    call: ([row, column, scalar]) => mul(add(row, column), scalar),
  },
  { title: `tril: ${size} columns`, inputs: [anywhere(2, 9, size)], call: ([x]) => tril(x, 1) },
];

const computations = [...axisComputations, ...SIZES.flatMap(sized)];

describe('one thread', () => {
  const { agree } = parityFixture(wasm(1));

  it.each(computations.map((each) => [each.title, each] as const))('%s', (_, computation) =>
    agree(computation, SEED),
  );
});

const NAN = NaN;
const INF = Infinity;
/** Lines with special values: NaN, infinities, zeros of both signs, subnormal and large numbers. */
const SPECIAL_LINES = [
  [1, NAN, 2, 3, NAN, 0, 1, 2, 3, 4],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, NAN],
  [-INF, 1, -INF, 2, 3, 0, 0, 1, -INF, 2],
  [-INF, -INF, -INF, -INF, -INF, -INF, -INF, -INF, -INF, -INF],
  [INF, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [0, -0, 0, -0, 0, -0, 0, -0, 0, -0],
  [1e-40, -1e-40, 1e-45, 0, 1e-40, 1e-39, 0, 0, 0, 1e-40],
  [1e30, -1e30, 1e30, 2, 1, 0, 1e30, -1e30, 3, 1e29],
];

const special = (name: string, call: (x: Tensor, axis: number) => Tensor): Computation[] =>
  [1, 0].map((axis) => {
    const rows = SPECIAL_LINES.length;
    const columns = SPECIAL_LINES[0].length;
    const flat = Array.from({ length: rows * columns }, (_, i) =>
      axis === 1
        ? SPECIAL_LINES[Math.floor(i / columns)][i % columns]
        : SPECIAL_LINES[i % rows][Math.floor(i / rows)],
    );
    const shape = axis === 1 ? [rows, columns] : [columns, rows];
    const input = { shape, values: () => flat, differentiable: false };
    return { title: `${name}: axis ${axis}`, inputs: [input], call: ([x]) => call(x, axis) };
  });

const specialComputations = [
  ...special('softmax', softmax),
  ...special('logSoftmax', logSoftmax),
  ...special('max', (x, axis) => max(x, { axes: axis })),
  ...special('amax', (x, axis) => max(reshape(x, [1, ...x.shape]), { axes: [0, axis + 1] })),
  ...special('amin', (x, axis) => min(reshape(x, [1, ...x.shape]), { axes: [0, axis + 1] })),
  ...special('argmax', argmax),
  ...special('sum', (x, axis) => sum(x, { axes: axis })),
  ...special('cumsum', cumsum),
];

describe('special values', () => {
  const { agree } = parityFixture(wasm(1));

  it.each(specialComputations.map((each) => [each.title, each] as const))('%s', (_, computation) =>
    agree(computation, SEED),
  );
});

const split: BackendUnderTest = {
  name: 'divided into the smallest units',
  make: () => createWasmBackend({ threads: 3, dispatch: 'split' }),
};

it('is bit-for-bit identical on three threads', async () => {
  const [one, three] = [await wasm(1).make(), await split.make()];
  for (const computation of [...computations, ...specialComputations]) {
    const expected = await evaluate(one, computation, SEED);
    expect(await evaluate(three, computation, SEED), computation.title).toEqual(expected);
  }
  await Promise.all([one.dispose(), three.dispose()]);
});
