// Reductions, max and argmax: axes, keepDims, and gradients at ties.

import { describe, expect, it } from 'vitest';
import {
  argmax,
  max,
  maximum,
  maxPool2d,
  mean,
  relu,
  abs,
  clamp,
  pow,
  scope,
  softmax,
  sum,
  tensor,
  type Tensor,
  variance,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

/** Shape and values of the result, and the gradient of its sum with respect to x. */
async function forwardAndBackward(x: Tensor, call: (x: Tensor) => Tensor) {
  const [shape, pending] = scope(() => {
    const y = call(x);
    if (y.requiresGrad) sum(y).backward();
    return [y.shape, y.data()] as const;
  });
  const flat = [...(await pending)];
  const grad = x.grad === null ? null : [...(await x.grad.data())];
  x.dispose();
  return { shape, flat, grad };
}

const leaf = (values: number | number[] | number[][]): Tensor =>
  tensor(values, { requiresGrad: true });

describe('axes', () => {
  it(
    'sum and mean reduce over one, several, all or no axes, with and without keepDims',
    onReference(async () => {
      const x = tensor([
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ]);
      const results = scope(() =>
        (
          [
            [sum(x), [], [36]],
            [sum(x, { axes: 0 }), [2, 2], [6, 8, 10, 12]],
            [sum(x, { axes: -1 }), [2, 2], [3, 7, 11, 15]],
            [sum(x, { axes: [0, 2] }), [2], [14, 22]],
            [sum(x, { axes: [2, 0], keepDims: true }), [1, 2, 1], [14, 22]],
            [sum(x, { axes: [] }), [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]],
            [mean(x, { axes: [0, 1] }), [2], [4, 5]],
            [mean(x, { keepDims: true }), [1, 1, 1], [4.5]],
          ] as const
        ).map(([y, shape, flat]) => ({ actual: y.shape, shape, pending: y.data(), flat })),
      );
      for (const { actual, shape, pending, flat } of results) {
        expect(actual).toEqual(shape);
        expect([...(await pending)]).toEqual(flat);
      }
      x.dispose();
    }),
  );

  it(
    'variance is unbiased by default, and biased with correction 0',
    onReference(async () => {
      const x = tensor([
        [1, 2, 3, 6],
        [0, 0, 0, 0],
      ]);
      const [unbiased, biased] = scope(() => [
        variance(x, { axes: 1 }).data(),
        variance(x, { axes: 1, correction: 0 }).data(),
      ]);
      expect((await unbiased)[0]).toBeCloseTo(14 / 3, 5);
      expect((await biased)[0]).toBeCloseTo(3.5, 5);
      expect((await biased)[1]).toBe(0);
      x.dispose();
    }),
  );

  it(
    'a sum of 100,000 terms of 0.001 in float32 is 100 within 0.1 %',
    onReference(async () => {
      const x = tensor(new Float32Array(100_000).fill(0.001));
      const total = await scope(() => sum(x).item());
      expect(Math.abs(total - 100)).toBeLessThan(0.1);
      x.dispose();
    }),
  );
});

describe('ties', () => {
  it(
    'max: the first of equal elements gets the whole gradient along an axis; over all axes, all share it',
    onReference(async () => {
      expect(
        await forwardAndBackward(
          leaf([
            [2, 5, 5],
            [7, 7, 7],
          ]),
          (x) => max(x, { axes: 1 }),
        ),
      ).toEqual({
        shape: [2],
        flat: [5, 7],
        grad: [0, 1, 0, 1, 0, 0],
      });
      expect(
        (
          await forwardAndBackward(
            leaf([
              [1, 9],
              [9, 9],
            ]),
            (x) => max(x),
          )
        ).grad,
      ).toEqual([0, 1 / 3, 1 / 3, 1 / 3].map(Math.fround));
      const keepDimsResult = await forwardAndBackward(
        leaf([
          [1, 9],
          [9, 9],
        ]),
        (x) => max(x, { keepDims: true }),
      );
      expect(keepDimsResult).toEqual({
        shape: [1, 1],
        flat: [9],
        grad: [0, 1 / 3, 1 / 3, 1 / 3].map(Math.fround),
      });
      expect((await forwardAndBackward(leaf(-3), (x) => max(x))).flat).toEqual([-3]);
    }),
  );

  it(
    'argmax returns the first of equal elements, also negative ones, and has no gradient',
    onReference(async () => {
      expect(
        await forwardAndBackward(
          leaf([
            [-3, -1, -1],
            [4, 4, 0],
          ]),
          (x) => argmax(x),
        ),
      ).toEqual({
        shape: [2],
        flat: [1, 0],
        grad: null,
      });
      expect(
        (
          await forwardAndBackward(
            leaf([
              [1, 5],
              [2, 4],
            ]),
            (x) => argmax(x, 0),
          )
        ).flat,
      ).toEqual([1, 0]);
    }),
  );

  it(
    'maximum splits the gradient between equal elements',
    onReference(async () => {
      const result = await forwardAndBackward(leaf([1, 2, 3]), (x) =>
        maximum(x, tensor([2, 2, 2])),
      );
      expect(result).toEqual({ shape: [3], flat: [2, 2, 3], grad: [0, 0.5, 1] });
    }),
  );

  it(
    'maxPool2d: the first maximum of a window gets the gradient; overlapping windows are summed',
    onReference(async () => {
      const flat = [5, 5, 0, 5, 5, 0, 0, 0, 0];
      const pool = (x: Tensor): Tensor => maxPool2d(x, { window: 2, stride: 1 });
      const x = tensor(flat, { shape: [1, 1, 3, 3], requiresGrad: true });
      expect(await forwardAndBackward(x, pool)).toEqual({
        shape: [1, 1, 2, 2],
        flat: [5, 5, 5, 5],
        grad: [1, 1, 0, 1, 1, 0, 0, 0, 0],
      });
      const negative = tensor([-2, -1, -3, -4], { shape: [1, 1, 2, 2], requiresGrad: true });
      const padded = (y: Tensor): Tensor => maxPool2d(y, { window: 2, stride: 2, padding: 1 });
      // Padding is never a maximum, not even among negative values.
      expect((await forwardAndBackward(negative, padded)).flat).toEqual([-2, -1, -3, -4]);
    }),
  );

  it(
    "gradients at kinks are PyTorch's",
    onReference(async () => {
      expect((await forwardAndBackward(leaf([-1, 0, 1]), relu)).grad).toEqual([0, 0, 1]);
      expect((await forwardAndBackward(leaf([-1, 0, 1]), abs)).grad).toEqual([-1, 0, 1]);
      const clamped = await forwardAndBackward(leaf([-2, -1, 0, 1, 2]), (x) => clamp(x, -1, 1));
      expect(clamped.grad).toEqual([0, 1, 1, 1, 0]);
      expect((await forwardAndBackward(leaf([0, 2]), (x) => pow(x, 0))).grad).toEqual([0, 0]);
      expect((await forwardAndBackward(leaf([0, 3]), (x) => pow(x, 1))).grad).toEqual([1, 1]);
    }),
  );
});

it(
  'softmax does not overflow, and sums to 1 along its axis',
  onReference(async () => {
    const large = await forwardAndBackward(
      tensor([
        [1000, 1000],
        [-1000, 0],
      ]),
      (x) => softmax(x),
    );
    expect(large.flat).toEqual([0.5, 0.5, 0, 1]);
    const columns = await forwardAndBackward(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      (x) => sum(softmax(x, 0), { axes: 0 }),
    );
    for (const total of columns.flat) expect(total).toBeCloseTo(1, 6);
  }),
);
