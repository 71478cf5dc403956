// Views: reshape, permute, slice and expand against plain JavaScript over arrays.

import { describe, expect, it } from 'vitest';
import {
  add,
  expand,
  flatten,
  mul,
  permute,
  reshape,
  Rng,
  scope,
  slice,
  sum,
  tensor,
  transpose,
  type Tensor,
} from '../../src/engine/index.js';
import { format, type Shape } from '../../src/engine/shape.js';
import { onReference } from '../support/backends.js';
import { arange, evaluate } from './arange.js';

/** All multi-indices of a shape, in row-major order. */
function indicesOf(shape: Shape): number[][] {
  return shape.reduce<number[][]>(
    (prefixes, size) =>
      prefixes.flatMap((list) => [...Array(size).keys()].map((i) => [...list, i])),
    [[]],
  );
}

/** The value of an arange tensor at an index. */
const valueAt = (shape: Shape, index: readonly number[]): number =>
  shape.reduce((flat, size, axis) => flat * size + index[axis], 0);

describe('permute', () => {
  it.each([
    [
      [2, 3],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 1, 3, 2],
      [3, 1, 0, 2],
    ],
    [
      [2, 1, 2, 1, 3, 2],
      [5, 4, 3, 2, 1, 0],
    ],
  ])('shape %j in the order %j', (shape, order) =>
    onReference(async () => {
      const result = await evaluate(() => permute(arange(shape), order));
      const expected = order.map((axis) => shape[axis]);
      expect(result.shape).toEqual(expected);
      const source = (index: number[]) => shape.map((_, axis) => index[order.indexOf(axis)]);
      expect(result.flat).toEqual(
        indicesOf(expected).map((index) => valueAt(shape, source(index))),
      );
    })(),
  );

  it(
    'transpose swaps the last two axes by default, and twice is the identity',
    onReference(async () => {
      expect((await evaluate(() => transpose(arange([2, 3])))).flat).toEqual([0, 3, 1, 4, 2, 5]);
      expect((await evaluate(() => transpose(arange([2, 3, 4]), 0, 2))).shape).toEqual([4, 3, 2]);
      expect((await evaluate(() => transpose(transpose(arange([2, 3]))))).flat).toEqual([
        0, 1, 2, 3, 4, 5,
      ]);
    }),
  );
});

describe('slice', () => {
  it.each([
    [[7], 0, 2, 5, 1],
    [[7], 0, 0, 7, 3],
    [[7], 0, 1, 7, 3],
    [[4, 5], 1, 1, 4, 2],
    [[4, 5], 0, 3, 4, 1],
    [[2, 5, 3], 1, 0, 5, 2],
    [[3, 3], -1, 1, 3, 1],
    [[3, 3], 0, 2, 2, 1],
  ])('shape %j along axis %d from %d to %d by %d', (shape, axis, start, end, step) =>
    onReference(async () => {
      const normalizedAxis = axis < 0 ? axis + shape.length : axis;
      const result = await evaluate(() => slice(arange(shape), axis, start, end, step));
      const selected = indicesOf(shape).filter((index) => {
        const i = index[normalizedAxis];
        return i >= start && i < end && (i - start) % step === 0;
      });
      expect(result.flat).toEqual(selected.map((index) => valueAt(shape, index)));
      expect(result.shape).toEqual(shape.with(normalizedAxis, Math.ceil((end - start) / step)));
    })(),
  );

  it(
    'counts negative indices from the end, and ends at the end by default',
    onReference(async () => {
      expect((await evaluate(() => slice(arange([5]), 0, -2))).flat).toEqual([3, 4]);
      expect((await evaluate(() => slice(arange([5]), 0, 1, -1))).flat).toEqual([1, 2, 3]);
    }),
  );
});

describe('expand and reshape', () => {
  it(
    'expand repeats and flatten merges axes',
    onReference(async () => {
      expect((await evaluate(() => expand(arange([3]), [2, 3]))).flat).toEqual([0, 1, 2, 0, 1, 2]);
      expect((await evaluate(() => expand(arange([2, 1]), [2, 3]))).flat).toEqual([
        0, 0, 0, 1, 1, 1,
      ]);
      expect((await evaluate(() => expand(arange([]), [2, 2]))).flat).toEqual([0, 0, 0, 0]);
      expect((await evaluate(() => flatten(arange([2, 3, 4])))).shape).toEqual([2, 12]);
      expect((await evaluate(() => flatten(arange([2, 3, 4]), 0))).shape).toEqual([24]);
      expect((await evaluate(() => flatten(arange([2, 3, 4]), -2))).shape).toEqual([2, 12]);
    }),
  );

  it(
    'share memory where strides can express the view, and copy otherwise',
    onReference((backend) => {
      scope(() => {
        const x = arange([2, 3, 4]);
        const views = [
          reshape(x, [6, 4]),
          permute(x, [2, 1, 0]),
          slice(x, 1, 1),
          expand(x, [5, 2, 3, 4]),
        ];
        expect(views.map((view) => view.shape)).toEqual([
          [6, 4],
          [4, 3, 2],
          [2, 2, 4],
          [5, 2, 3, 4],
        ]);
        expect(backend.memory.live).toBe(1);
        reshape(views[1], [24]);
        expect(backend.memory.live).toBe(2);
      });
    }),
  );
});

describe('views of views', () => {
  it(
    'have the right values, forward and backward',
    onReference(async () => {
      const x = tensor([...Array(24).keys()], { shape: [2, 3, 4], requiresGrad: true });
      const result = scope(() => {
        const part = slice(transpose(slice(x, 2, 1, 4, 2), 0, 1), 0, 1); // [2, 2, 2]
        const weighted = mul(expand(reshape(part, [1, 8]), [3, 8]), tensor([[1], [10], [100]]));
        sum(weighted).backward();
        return part.data();
      });
      expect([...(await result)]).toEqual([5, 7, 17, 19, 9, 11, 21, 23]);
      const grad = await x.grad!.data();
      const touched = [...grad.keys()].filter((i) => grad[i] !== 0);
      expect(touched).toEqual([5, 7, 9, 11, 17, 19, 21, 23]);
      expect(touched.every((i) => grad[i] === 111)).toBe(true);
      x.dispose();
    }),
  );

  it(
    'agree with dense copies, for random chains of views (seed 7)',
    onReference(async () => {
      const rng = new Rng(7);
      for (let round = 0; round < 40; round++) {
        const shape = Array.from({ length: 1 + rng.below(4) }, () => 1 + rng.below(4));
        const [lazy, dense, title] = scope(() => {
          let [view, copy] = [arange(shape), arange(shape)];
          let title = format(shape);
          for (let i = 0; i < 4; i++) {
            const next = randomView(view.shape, rng);
            view = next.apply(view);
            copy = add(next.apply(copy), 0); // add makes it dense at every step
            title += ` ${next.title}`;
          }
          return [view.data(), copy.data(), title] as const;
        });
        expect([...(await lazy)], title).toEqual([...(await dense)]);
      }
    }),
  );
});

function randomView(shape: Shape, rng: Rng): { title: string; apply: (x: Tensor) => Tensor } {
  const axis = rng.below(shape.length);
  switch (rng.below(3)) {
    case 0: {
      const order = [...rng.permutation(shape.length)];
      return { title: `permute ${format(order)}`, apply: (x) => permute(x, order) };
    }
    case 1: {
      const start = rng.below(shape[axis]);
      const step = 1 + rng.below(2);
      return {
        title: `slice ${axis} from ${start} by ${step}`,
        apply: (x) => slice(x, axis, start, undefined, step),
      };
    }
    default: {
      const target = shape.map((size) => (size === 1 ? 3 : size));
      return { title: `expand ${format(target)}`, apply: (x) => expand(x, target) };
    }
  }
}
