// backward(): accumulation on leaves, ownership of gradient arrays, and rejected arguments.

import { describe, expect, it } from 'vitest';
import {
  add,
  ArgumentError,
  exp,
  gradientOf,
  mul,
  reshape,
  scope,
  ShapeError,
  sum,
  tensor,
  type Tensor,
} from '../../src/engine/index.js';
import { updateInPlace } from '../../src/engine/launch.js';
import * as kernels from '../../kernels/elementwise.js';
import { gradients, withLeaves } from './leaves.js';

describe('backward', () => {
  it(
    'accumulates gradients over calls, on the same graph and on a new one',
    withLeaves([[1, 2]], async (x) => {
      scope(() => {
        const loss = sum(mul(x, x));
        loss.backward();
        loss.backward();
        sum(x).backward();
      });
      expect([...(await x.grad!.data())]).toEqual([5, 9]);
    }),
  );

  it(
    'of a function of gradients is an error that names double backward',
    withLeaves([[1, 2]], async (x) => {
      await Promise.resolve();
      scope(() => {
        sum(mul(x, x)).backward();
        const penalty = sum(mul(x.grad!, x.grad!));
        expect(() => penalty.backward()).toThrow(ArgumentError);
        expect(() => penalty.backward()).toThrow(/double backward\) are not supported/);
        const gradient = gradientOf(sum(mul(x, x)), x);
        expect(() => gradientOf(sum(gradient), x)).toThrow(/double backward\) are not supported/);
      });
    }),
  );

  it(
    'takes an explicit gradient for a result with several elements',
    withLeaves([[1, 2]], async (x) => {
      const loss = (): Tensor => mul(x, x);
      scope(() => loss().backward(tensor([10, 100])));
      expect([...(await x.grad!.data())]).toEqual([20, 400]);
    }),
  );

  it(
    'gives gradient 1 when called on a leaf',
    withLeaves([3], async (x) => {
      expect(await gradients([x], () => x)).toEqual([[1]]);
    }),
  );

  it(
    'sets no gradient on constants, on results, and on unused leaves',
    withLeaves([1, 1], async (x, unused) => {
      const constant = tensor(5);
      const result = scope(() => {
        const y = mul(x, constant);
        y.backward();
        return y;
      });
      expect([result.grad, constant.grad, unused.grad]).toEqual([null, null, null]);
      expect(await x.grad!.item()).toBe(5);
      result.dispose();
      constant.dispose();
    }),
  );

  it(
    'gives every leaf a separate array, although the gradient of a + b is one array for both',
    withLeaves(
      [
        [1, 2],
        [3, 4],
      ],
      async (a, b) => {
        scope(() => {
          const square = add(a, b);
          sum(mul(square, square)).backward();
          // What gradient clipping does: scale in place.
          updateInPlace(kernels.scaleShift, a.grad!.array, [], { factor: 0, summand: 0 });
        });
        expect([...(await a.grad!.data())]).toEqual([0, 0]);
        expect([...(await b.grad!.data())]).toEqual([8, 12]);
      },
    ),
  );

  it(
    "does not share memory with the caller's gradient argument, not even through a reshape",
    withLeaves([[1, 2]], async (x) => {
      const seed = tensor([[1], [2]]);
      scope(() => reshape(x, [2, 1]).backward(seed));
      scope(() => updateInPlace(kernels.scaleShift, seed.array, [], { factor: 0, summand: 0 }));
      expect([...(await x.grad!.data())]).toEqual([1, 2]);
      seed.dispose();
    }),
  );

  it(
    'rejects a result without a graph, one with several elements, and a gradient of another shape',
    withLeaves([[1, 2]], (x) => {
      scope(() => {
        const constant = tensor(1);
        expect(() => constant.backward()).toThrow(ArgumentError);
        expect(() => constant.backward()).toThrow(
          'backward: the tensor does not require a gradient',
        );
        expect(() => exp(x).backward()).toThrow(
          new ArgumentError(
            'backward: the tensor has shape [2]; pass a gradient of that shape, or reduce to one element',
          ),
        );
        expect(() => exp(x).backward(tensor([1, 2, 3]))).toThrow(
          new ShapeError('backward: gradient [3] does not match the tensor [2]'),
        );
      });
      return Promise.resolve();
    }),
  );
});
