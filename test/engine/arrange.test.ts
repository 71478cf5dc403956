// Functions that arrange elements, against plain JavaScript: axes, splits, flips, rolls and
// padding.

import { describe, expect, it } from 'vitest';
import {
  chunk,
  flip,
  maskedFill,
  matmul,
  minimum,
  mul,
  oneHot,
  pad,
  permute,
  reshape,
  roll,
  scope,
  ShapeError,
  split,
  squeeze,
  stack,
  sum,
  tensor,
  type Tensor,
  transpose,
  tril,
  triu,
  unsqueeze,
  zeros,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';
import { arange, evaluate } from './arange.js';

const parts = async (make: () => Tensor[]): Promise<number[][]> => {
  const pending = scope(() => make().map((part) => part.data()));
  return (await Promise.all(pending)).map((values) => [...values]);
};

describe('views', () => {
  it(
    'squeeze, unsqueeze, flip, split and chunk share memory with their input, also backward',
    onReference((backend) => {
      scope(() => {
        const x = tensor([...Array(6).keys()], { shape: [2, 1, 3], requiresGrad: true });
        const before = backend.memory.live;
        unsqueeze(squeeze(flip(x, [0, 2])), -1);
        split(x, 1, 2);
        chunk(x, 2);
        expect(backend.memory.live).toBe(before);
      });
    }),
  );

  it(
    'squeeze and unsqueeze of a transposed array keep the order of its elements',
    onReference(async () => {
      const y = await evaluate(() => unsqueeze(transpose(arange([2, 3])), 1));
      expect(y).toEqual({ shape: [3, 1, 2], flat: [0, 3, 1, 4, 2, 5] });
      const z = await evaluate(() => squeeze(unsqueeze(transpose(arange([2, 3])), -1), -1));
      expect(z).toEqual({ shape: [3, 2], flat: [0, 3, 1, 4, 2, 5] });
      expect((await evaluate(() => squeeze(zeros([1, 2, 1, 1])))).shape).toEqual([2]);
      expect((await evaluate(() => squeeze(zeros([1, 2, 1]), [0, 1]))).shape).toEqual([2, 1]);
      expect((await evaluate(() => squeeze(zeros([1, 1])))).shape).toEqual([]);
    }),
  );

  it(
    'flip reverses one, several or all axes; twice is the identity',
    onReference(async () => {
      const flat = async (make: () => Tensor) => (await evaluate(make)).flat;
      expect(await flat(() => flip(arange([2, 3])))).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await flat(() => flip(arange([2, 3]), -1))).toEqual([2, 1, 0, 5, 4, 3]);
      expect(await flat(() => flip(arange([2, 3]), 0))).toEqual([3, 4, 5, 0, 1, 2]);
      expect(await flat(() => flip(flip(arange([2, 3]), 1), 1))).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await flat(() => reshape(flip(arange([2, 3])), [3, 2]))).toEqual([5, 4, 3, 2, 1, 0]);
    }),
  );
});

describe('split and chunk', () => {
  it(
    'cut an axis into sizes, equal parts, or a number of parts',
    onReference(async () => {
      const x = (): Tensor => arange([5]);
      expect(await parts(() => split(x(), 2))).toEqual([[0, 1], [2, 3], [4]]);
      expect(await parts(() => split(x(), [1, 0, 4]))).toEqual([[0], [], [1, 2, 3, 4]]);
      expect(await parts(() => chunk(x(), 3))).toEqual([[0, 1], [2, 3], [4]]);
      // As in PyTorch, fewer parts than asked for: ceil(5 / 4) = 2 elements in each.
      expect(await parts(() => chunk(x(), 4))).toEqual([[0, 1], [2, 3], [4]]);
      expect(await parts(() => split(arange([2, 3]), 2, 1))).toEqual([
        [0, 1, 3, 4],
        [2, 5],
      ]);
    }),
  );

  it(
    'give every part its own gradient',
    onReference(async () => {
      const x = tensor([1, 2, 3, 4, 5], { requiresGrad: true });
      scope(() => {
        const [a, b, c] = split(x, 2);
        sum(stack([sum(a), sum(mul(b, 10)), sum(mul(c, 100))])).backward();
      });
      expect([...(await x.grad!.data())]).toEqual([1, 1, 10, 10, 100]);
      x.dispose();
    }),
  );
});

it(
  'stack inserts an axis anywhere',
  onReference(async () => {
    const two = (): Tensor[] => [arange([2, 2]), mul(arange([2, 2]), 10)];
    expect(await evaluate(() => stack(two()))).toEqual({
      shape: [2, 2, 2],
      flat: [0, 1, 2, 3, 0, 10, 20, 30],
    });
    expect((await evaluate(() => stack(two(), 1))).flat).toEqual([0, 1, 0, 10, 2, 3, 20, 30]);
    expect((await evaluate(() => stack(two(), -1))).flat).toEqual([0, 0, 1, 10, 2, 20, 3, 30]);
    expect((await evaluate(() => stack([arange([]), arange([])]))).shape).toEqual([2]);
  }),
);

describe('roll and pad', () => {
  it(
    'roll wraps around, along axes or flat',
    onReference(async () => {
      const flat = async (make: () => Tensor) => (await evaluate(make)).flat;
      expect(await flat(() => roll(arange([4]), 1))).toEqual([3, 0, 1, 2]);
      expect(await flat(() => roll(arange([4]), -9))).toEqual([1, 2, 3, 0]);
      expect(await flat(() => roll(arange([2, 2]), 1))).toEqual([3, 0, 1, 2]);
      expect(await flat(() => roll(arange([2, 2]), 1, 0))).toEqual([2, 3, 0, 1]);
      expect(await flat(() => roll(arange([2, 3]), [1, 2], [0, -1]))).toEqual([4, 5, 3, 1, 2, 0]);
    }),
  );

  it(
    'pad has the modes of PyTorch; negative padding removes elements',
    onReference(async () => {
      const padded = async (padding: number[], options = {}) =>
        (await evaluate(() => pad(arange([3]), padding, options))).flat;
      expect(await padded([1, 2])).toEqual([0, 0, 1, 2, 0, 0]);
      expect(await padded([1, 1], { value: -7 })).toEqual([-7, 0, 1, 2, -7]);
      expect(await padded([2, 1], { mode: 'reflect' })).toEqual([2, 1, 0, 1, 2, 1]);
      expect(await padded([2, 1], { mode: 'replicate' })).toEqual([0, 0, 0, 1, 2, 2]);
      expect(await padded([2, 1], { mode: 'circular' })).toEqual([1, 2, 0, 1, 2, 0]);
      expect(await padded([-1, 2])).toEqual([1, 2, 0, 0]);
      expect(await padded([-1, -2])).toEqual([]);
      const image = await evaluate(() => pad(arange([1, 2, 2]), [0, 1, 2, 0]));
      expect(image).toEqual({ shape: [1, 4, 3], flat: [0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 3, 0] });
    }),
  );

  it(
    'replicate sums the gradient of the border',
    onReference(async () => {
      const x = tensor([1, 2, 3], { requiresGrad: true });
      scope(() => sum(pad(x, [2, 3], { mode: 'replicate' })).backward());
      expect([...(await x.grad!.data())]).toEqual([3, 1, 4]);
      x.dispose();
    }),
  );
});

describe('masks', () => {
  it(
    'tril and triu keep the diagonals of every matrix',
    onReference(async () => {
      const flat = async (make: () => Tensor) => (await evaluate(make)).flat;
      const x = (): Tensor => arange([2, 2, 3]);
      expect(await flat(() => tril(x()))).toEqual([0, 0, 0, 3, 4, 0, 6, 0, 0, 9, 10, 0]);
      expect(await flat(() => triu(x(), 1))).toEqual([0, 1, 2, 0, 0, 5, 0, 7, 8, 0, 0, 11]);
      expect(await flat(() => tril(x(), -1))).toEqual([0, 0, 0, 3, 0, 0, 0, 0, 0, 9, 0, 0]);
    }),
  );

  it(
    'maskedFill keeps x elsewhere, and its gradient',
    onReference(async () => {
      const x = tensor([1, 2, 3], { requiresGrad: true });
      const y = scope(() => {
        const filled = maskedFill(x, tensor([0, 1, 0]), -Infinity);
        sum(minimum(filled, 2)).backward();
        return filled.data();
      });
      expect([...(await y)]).toEqual([1, -Infinity, 3]);
      expect([...(await x.grad!.data())]).toEqual([1, 0, 0]);
      x.dispose();
    }),
  );

  it(
    'oneHot accepts lists, typed arrays and tensors of any shape',
    onReference(async () => {
      expect(await evaluate(() => oneHot([1, 0], 2))).toEqual({
        shape: [2, 2],
        flat: [0, 1, 1, 0],
      });
      expect((await evaluate(() => oneHot(new Uint8Array([2]), 3))).flat).toEqual([0, 0, 1]);
      expect((await evaluate(() => oneHot(arange([2, 1]), 2))).shape).toEqual([2, 1, 2]);
      expect((await evaluate(() => oneHot(tensor(1), 3))).flat).toEqual([0, 1, 0]);
    }),
  );
});

describe('eight axes', () => {
  const shape = [2, 1, 2, 1, 2, 1, 1, 3];

  it(
    'are supported by views and products',
    onReference(async () => {
      const order = [7, 6, 5, 4, 3, 2, 1, 0];
      const reversed = await evaluate(() => permute(arange(shape), order));
      expect(reversed.shape).toEqual(order.map((axis) => shape[axis]));
      const index = (i: number, j: number, k: number, l: number): number =>
        ((i * 2 + j) * 2 + k) * 3 + l;
      const expected = [0, 1, 2].flatMap((l) =>
        [0, 1].flatMap((k) => [0, 1].flatMap((j) => [0, 1].map((i) => index(i, j, k, l)))),
      );
      expect(reversed.flat).toEqual(expected);
      const product = await evaluate(() => matmul(arange(shape), transpose(arange(shape))));
      expect(product.shape).toEqual([2, 1, 2, 1, 2, 1, 1, 1]);
      expect(product.flat[1]).toBe(3 * 3 + 4 * 4 + 5 * 5);
    }),
  );

  it(
    'are the limit: nine are an error that names the function',
    onReference(() => {
      scope(() => {
        const nine = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        const limit = 'at most 8 axes, got 9 ([1,1,1,1,1,1,1,1,1]); join some with reshape';
        expect(() => zeros(nine)).toThrow(ShapeError);
        expect(() => zeros(nine)).toThrow(`full: ${limit}`);
        expect(() => tensor([1], { shape: nine })).toThrow(`tensor: ${limit}`);
        expect(() => reshape(tensor([1]), nine)).toThrow(`reshape: ${limit}`);
        expect(() => unsqueeze(zeros(nine.slice(1)), 0)).toThrow(`unsqueeze: ${limit}`);
        expect(() => stack([zeros(nine.slice(1))])).toThrow(`stack: ${limit}`);
        expect(() => oneHot(zeros(nine.slice(1)), 1)).toThrow(`oneHot: ${limit}`);
      });
    }),
  );
});
