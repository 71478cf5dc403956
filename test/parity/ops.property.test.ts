// Matrix products, pooling, normalization and sums over random shapes and strides, backend against
// definition.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  avgPool2d,
  batchNorm,
  concat,
  crossEntropy,
  linear,
  matmul,
  maxPool2d,
  permute,
  slice,
  softmax,
  sum,
  type Tensor,
  transpose,
} from '../../src/engine/index.js';
import { anywhere, randomIndices, positive } from '../../src/engine/sample.js';
import { fastBackends } from '../support/backends.js';
import { integerInput } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';
import { rounds } from '../support/rounds.js';

const between = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(between(min, max), between(min, max));
const seed = between(0, 1e6);

/**
 * Layouts of a matrix operand: contiguous, transposed, part of a larger matrix, every second row or
 * column.
 */
const layouts = [
  'plain',
  'transposed',
  'inner part',
  'every second row',
  'every second column',
] as const;

/** The shape to upload, and the view of it with shape `[..., rows, columns]`. */
function operand(batch: number[], rows: number, columns: number, layout: (typeof layouts)[number]) {
  switch (layout) {
    case 'plain':
      return { shape: [...batch, rows, columns], view: (x: Tensor) => x };
    case 'transposed':
      return { shape: [...batch, columns, rows], view: (x: Tensor) => transpose(x) };
    case 'inner part':
      return {
        shape: [...batch, rows + 2, columns + 3],
        view: (x: Tensor) => slice(slice(x, -1, 2, -1), -2, 1, -1),
      };
    case 'every second row':
      return {
        shape: [...batch, 2 * rows, columns],
        view: (x: Tensor) => slice(x, -2, 1, undefined, 2),
      };
    case 'every second column':
      return {
        shape: [...batch, rows, 2 * columns],
        view: (x: Tensor) => slice(x, -1, 0, undefined, 2),
      };
  }
}

describe.each(fastBackends)('on $name', (tested) => {
  const { agree } = parityFixture(tested);

  it('matmul: random sizes, strides and batches', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: between(1, 13),
          columns: fc.oneof(between(1, 5), between(11, 27)),
          inner: between(1, 19),
          batches: fc.constantFrom<[number[], number[]]>(
            [[], []],
            [[2], [2]],
            [[3], []],
            [[], [2]],
            [[2, 1], [3]],
          ),
          left: fc.constantFrom(...layouts),
          right: fc.constantFrom(...layouts),
          seed,
        }),
        async ({ rows, columns, inner, batches, left, right, seed }) => {
          const a = operand(batches[0], rows, inner, left);
          const b = operand(batches[1], inner, columns, right);
          const title = `matmul ${JSON.stringify({ a: a.shape, left, b: b.shape, right })}`;
          const call = ([x, y]: Tensor[]): Tensor => matmul(a.view(x), b.view(y));
          await agree(
            { title, inputs: [integerInput(a.shape), integerInput(b.shape)], call },
            seed,
            0,
          );
        },
      ),
      { numRuns: rounds(120) },
    ));

  it('matmul: operands with a permuted batch axis', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(between(1, 4), between(1, 5), between(1, 6)),
        seed,
        async ([n, i, k], seed) => {
          const title = `permuted batch ${JSON.stringify([n, i, k])}`;
          const call = ([a, b]: Tensor[]): Tensor =>
            matmul(permute(a, [1, 0, 2]), permute(b, [2, 1, 0]));
          await agree(
            { title, inputs: [integerInput([i, n, k]), integerInput([5, k, n])], call },
            seed,
            0,
          );
        },
      ),
      { numRuns: rounds(30) },
    ));

  it('pooling: random windows, with many ties', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .record({
            shape: fc.tuple(between(1, 2), between(1, 9), between(1, 9), between(1, 9)),
            window: pair(1, 4),
            stride: pair(1, 4),
            padding: pair(0, 2),
            countPadding: fc.boolean(),
            seed,
          })
          .filter(({ shape, window, padding }) =>
            window.every(
              (side, axis) =>
                2 * padding[axis] <= side && shape[2 + axis] + 2 * padding[axis] >= side,
            ),
          ),
        async ({ shape, window, stride, padding, countPadding, seed }) => {
          const options = { window, stride, padding };
          const title = JSON.stringify({ shape, ...options });
          const inputs = [integerInput(shape, 1)];
          const maximum = ([x]: Tensor[]): Tensor => maxPool2d(x, options);
          await agree({ title: `maxPool2d ${title}`, inputs, call: maximum }, seed, 0);
          const average = ([x]: Tensor[]): Tensor => avgPool2d(x, { ...options, countPadding });
          await agree({ title: `avgPool2d ${title} ${countPadding}`, inputs, call: average }, seed);
        },
      ),
      { numRuns: rounds(100) },
    ));

  it('batchNorm: random channels and sizes', () =>
    fc.assert(
      fc.asyncProperty(
        fc
          .record({
            shape: fc.tuple(between(1, 5), between(1, 19), between(1, 6), between(1, 6)),
            rank: between(2, 4),
            seed,
          })
          .map(({ shape, rank, seed }) => ({ shape: shape.slice(0, rank), seed }))
          .filter(({ shape }) => shape.reduce((a, b) => a * b, 1) / shape[1] >= 4),
        async ({ shape, seed }) => {
          const [, channels] = shape;
          const options = { epsilon: 1e-3, momentum: 0.1, running: null, training: true };
          const call = ([x, weight, bias]: Tensor[]): Tensor => batchNorm(x, weight, bias, options);
          const inputs = [anywhere(...shape), positive(channels), anywhere(channels)];
          // The gradient is a difference of sums that nearly cancel, which costs one decimal digit.
          await agree({ title: `batchNorm ${JSON.stringify(shape)}`, inputs, call }, seed, 5e-5);
        },
      ),
      { numRuns: rounds(60) },
    ));

  it('linear, cross-entropy and softmax: random batch sizes, widths and classes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ rows: between(1, 9), width: between(1, 20), classes: between(1, 50), seed }),
        async ({ rows, width, classes, seed }) => {
          const inputs = [
            anywhere(rows, width),
            anywhere(classes, width),
            anywhere(classes),
            randomIndices(classes, rows),
          ];
          const loss = ([x, weight, bias, labels]: Tensor[]): Tensor =>
            crossEntropy(linear(x, weight, bias), labels, { labelSmoothing: 0.1 });
          const title = `${rows} rows of ${width} into ${classes} classes`;
          await agree({ title, inputs, call: loss }, seed);
          const columns = ([x]: Tensor[]): Tensor => softmax(x, 0);
          await agree(
            { title: `softmax of ${title}`, inputs: [anywhere(rows, width)], call: columns },
            seed,
          );
        },
      ),
      { numRuns: rounds(50) },
    ));

  it('sum and concat: random axes of random shapes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(between(1, 5), { minLength: 1, maxLength: 5 }),
        fc.nat(31),
        seed,
        async (shape, mask, seed) => {
          const axes = shape.map((_, axis) => axis).filter((axis) => (mask >> axis) % 2 === 1);
          const title = `${JSON.stringify(shape)} over ${JSON.stringify(axes)}`;
          await agree(
            {
              title: `sum ${title}`,
              inputs: [integerInput(shape)],
              call: ([x]) => sum(x, { axes }),
            },
            seed,
            0,
          );
          const axis = axes[0] ?? 0;
          const call = ([a, b]: Tensor[]): Tensor => concat([a, b, slice(a, axis, 0, 1)], axis);
          const inputs = [integerInput(shape), integerInput(shape.with(axis, 3))];
          await agree({ title: `concat ${title}`, inputs, call }, seed, 0);
        },
      ),
      { numRuns: rounds(60) },
    ));
});
