// gradientOf(): the gradient of a single leaf. backward.test.ts covers backward(), which sets all
// leaves.

import { describe, expect, it } from 'vitest';
import {
  add,
  ArgumentError,
  gradientOf,
  linear,
  mul,
  noGrad,
  scope,
  ShapeError,
  sum,
  tensor,
} from '../../src/engine/index.js';
import * as kernels from '../../kernels/elementwise.js';
import { elementwise } from '../../src/engine/launch.js';
import type { NdArray } from '../../src/engine/ndarray.js';
import { defineOp } from '../../src/engine/op.js';
import { withLeaves } from './leaves.js';

describe('gradientOf', () => {
  it(
    'equals what backward() accumulates on the leaf, and sets no gradient itself',
    withLeaves([[1, 2], [[3, 4]], [5]], async (x, weight, bias) => {
      const [gradient, accumulated] = scope(() => {
        const y = sum(mul(linear(x, weight, bias), linear(x, weight, bias)));
        const pending = gradientOf(y, x).data();
        expect([x.grad, weight.grad, bias.grad]).toEqual([null, null, null]);
        y.backward();
        return [pending, x.grad!.data()] as const;
      });
      expect([...(await gradient)]).toEqual([...(await accumulated)]);
      expect([...(await gradient)]).toEqual([96, 128]); // 2 (3 + 8 + 5) [3, 4]
    }),
  );

  it(
    'sums over every use of the leaf, and is zero for an unused leaf',
    withLeaves([2, 3], async (x, other) => {
      const [cubed, unused] = scope(() => {
        const y = add(mul(mul(x, x), x), x);
        return [gradientOf(y, x).item(), gradientOf(y, other).item()] as const;
      });
      expect(await cubed).toBe(13);
      expect(await unused).toBe(0);
    }),
  );

  it(
    'can be called repeatedly on one graph, with a different output gradient each time',
    withLeaves([[1, 2, 3]], async (x) => {
      const rows = scope(() => {
        const y = mul(x, x);
        return [tensor([1, 0, 0]), tensor([0, 1, -1])].map((weights) =>
          gradientOf(y, x, weights).data(),
        );
      });
      expect([...(await rows[0])]).toEqual([2, 0, 0]);
      expect([...(await rows[1])]).toEqual([0, 4, -6]);
    }),
  );

  it(
    'does not run the backward thunks of inputs that do not lead to the leaf',
    withLeaves([2, 3], async (x, weight) => {
      const evaluated: string[] = [];
      const multiply = (a: NdArray, b: NdArray): NdArray => elementwise(kernels.mul, [a, b]);
      const product = defineOp({
        name: 'watchedProduct',
        infer: () => [],
        forward: ([a, b]) => multiply(a, b),
        backward: ({ grad, inputs: [a, b] }) => {
          const thunkOf = (name: string, other: NdArray) => (): NdArray => {
            evaluated.push(name);
            return multiply(grad, other);
          };
          return [thunkOf('x', b), thunkOf('weight', a)];
        },
        samples: [],
      });
      const pending = scope(() => gradientOf(product([x, weight], {}), x).item());
      expect(await pending).toBe(3);
      expect(evaluated).toEqual(['x']);
    }),
  );

  it(
    'rejects an output or a leaf without a gradient, with the reason',
    withLeaves([[1, 2]], (x) => {
      scope(() => {
        const y = mul(x, x);
        expect(() => gradientOf(y, x)).toThrow(ArgumentError); // two elements
        expect(() => gradientOf(y, x, tensor([1]))).toThrow(ShapeError);
        expect(() => gradientOf(sum(mul(y, y)), y)).toThrow(/x must be a leaf/);
        expect(() => gradientOf(y, tensor([1, 2]), tensor([1, 1]))).toThrow(/x must be a leaf/);
        const detached = noGrad(() => sum(mul(x, x)));
        expect(() => gradientOf(detached, x)).toThrow(/the tensor does not require a gradient/);
      });
      return Promise.resolve();
    }),
  );
});
