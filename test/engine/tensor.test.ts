// Tensors: creation from host values, and reading the values back.

import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import {
  full,
  ones,
  ReferenceBackend,
  scope,
  ShapeError,
  tensor,
  transpose,
  zeros,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

describe('tensor', () => {
  it(
    'infers the shape from nested arrays',
    onReference(async () => {
      for (const [values, shape, flat] of [
        [5, [], [5]],
        [[1, 2, 3], [3], [1, 2, 3]],
        [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          [3, 2],
          [1, 2, 3, 4, 5, 6],
        ],
        [
          [[[1]], [[2]]],
          [2, 1, 1],
          [1, 2],
        ],
        [[], [0], []],
        [[[], []], [2, 0], []],
      ] as const) {
        const x = tensor(values);
        expect(x.shape).toEqual(shape);
        expect([...(await x.data())]).toEqual(flat);
        x.dispose();
      }
    }),
  );

  it(
    'accepts flat values with a shape',
    onReference(async () => {
      const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
      const y = tensor(new Float32Array([1, 2]), { shape: [1, 2] });
      expect([x.shape, y.shape, x.size]).toEqual([[2, 3], [1, 2], 6]);
      expect([...(await y.data())]).toEqual([1, 2]);
      x.dispose();
      y.dispose();
    }),
  );

  it(
    'copies: later changes to the host array do not affect the tensor',
    onReference(async () => {
      const values = new Float32Array([1, 2]);
      const x = tensor(values);
      values[0] = 9;
      const copy = await x.data();
      copy[1] = 9;
      expect([...(await x.data())]).toEqual([1, 2]);
      x.dispose();
    }),
  );

  it.each([
    ['a short row', [[1, 2], [3]]],
    ['rows of different lengths with the right total', [[1, 2], [3, 4, 5], [6]]],
    ['a number among rows', [[1], 2]],
    ['a row among numbers', [1, [2]]],
    [
      'a row nested too deeply',
      [
        [1, 2],
        [3, [4]],
      ],
    ],
  ])('rejects ragged arrays: %s', (_, values) => {
    expect(() => tensor(values)).toThrow(ShapeError);
    expect(() => tensor(values)).toThrow('nested lists must be rectangular');
  });

  it('rejects values that do not fill the shape', () => {
    expect(() => tensor([1, 2, 3], { shape: [2, 2] })).toThrow(
      new ShapeError('tensor: 3 values do not fill shape [2,2] (4 elements)'),
    );
    expect(() => tensor([1], { shape: [-1] })).toThrow(
      'sizes must be whole numbers of at least 0, got [-1]',
    );
    expect(() => zeros([2, -1])).toThrow(ShapeError);
    expect(() => full([1.5], 0)).toThrow(ShapeError);
  });

  it(
    'zeros, ones and full fill with one value',
    onReference(async () => {
      const all = [zeros([2]), ones([2]), full([2], -3), full([], 4)];
      const values = await Promise.all(all.map(async (x) => [...(await x.data())]));
      expect(values).toEqual([[0, 0], [1, 1], [-3, -3], [4]]);
      for (const x of all) x.dispose();
    }),
  );

  it('is created on the given backend', async () => {
    const backend = new ReferenceBackend({ dtype: 'float64' });
    const x = tensor([0.1], { backend });
    expect((await x.data())[0]).toBe(0.1); // float32 would round
    expect(x.toString()).toBe('Tensor [1] float64 on reference');
    x.dispose();
    expect(backend.memory.live).toBe(0);
  });
});

it(
  'a tensor of numbers with their shape, such as a field of a batch',
  onReference(async () => {
    const x = tensor({ data: Uint8Array.of(1, 2, 3, 4), shape: [2, 2] });
    expect([x.shape, [...(await x.data())]]).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
    x.dispose();
    expect(() => tensor({ data: [1, 2, 3], shape: [2, 2] })).toThrow(ShapeError);
  }),
);

describe('ndarray views', () => {
  it(
    'are accepted with any strides and element type: transposed, stepped, reversed, sliced',
    onReference(async () => {
      const host = ndarray(Uint8Array.from([1, 2, 3, 4, 5, 6]), [2, 3]);
      for (const [view, shape, flat] of [
        [host, [2, 3], [1, 2, 3, 4, 5, 6]],
        [host.transpose(1, 0), [3, 2], [1, 4, 2, 5, 3, 6]],
        [host.step(1, 2), [2, 2], [1, 3, 4, 6]],
        [host.step(-1, 1), [2, 3], [4, 5, 6, 1, 2, 3]],
        [host.lo(1, 1), [1, 2], [5, 6]],
        [host.pick(0, null), [3], [1, 2, 3]],
        [ndarray(Float64Array.of(7), []), [], [7]],
      ] as const) {
        const x = tensor(view);
        expect(x.shape).toEqual(shape);
        expect([...(await x.data())]).toEqual(flat);
        x.dispose();
      }
    }),
  );

  it(
    'are returned as a copy, also for a view',
    onReference(async () => {
      const host = await scope(() =>
        transpose(
          tensor([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ).ndarray(),
      );
      expect(host.shape).toEqual([3, 2]);
      expect(host.get(2, 0)).toBe(3);
      expect(host.get(0, 1)).toBe(4);
    }),
  );
});

describe('reading', () => {
  it(
    'item returns a number for any shape with one element',
    onReference(async () => {
      const [x, y] = [tensor([[7]]), tensor([1, 2])];
      expect(await x.item()).toBe(7);
      await expect(y.item()).rejects.toThrow('item: needs exactly one element, got shape [2]');
      x.dispose();
      y.dispose();
    }),
  );

  it(
    'print returns the values, toString a description',
    onReference(async () => {
      const x = tensor(
        [
          [1, 2],
          [3, 4.5],
        ],
        { requiresGrad: true },
      );
      expect(await x.print()).toBe('[[     1,      2],\n [     3, 4.5000]]');
      expect(x.toString()).toBe('Tensor [2,2] float32 on reference, requiresGrad');
      x.dispose();
    }),
  );
});
