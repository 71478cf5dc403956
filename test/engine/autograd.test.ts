// Autograd: gradients of graphs with shared, repeated and broadcast values, each computed by hand.

import { describe, expect, it } from 'vitest';
import {
  add,
  mean,
  mul,
  noGrad,
  relu,
  scaleShift,
  scope,
  sub,
  sum,
  tensor,
  type Tensor,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';
import { gradients, withLeaves } from './leaves.js';

describe('graphs', () => {
  it(
    'the gradient of a product by one factor is the other factor',
    withLeaves([3, 4], async (a, b) => {
      expect(await gradients([a, b], () => mul(a, b))).toEqual([[4], [3]]);
    }),
  );

  it(
    'a diamond: the gradients of both paths are summed before they propagate further',
    withLeaves([2], async (x) => {
      // y = x^2; loss = 3 y + y * y, so d loss = (3 + 2 y) 2 x = 44
      const loss = (): Tensor => {
        const y = mul(x, x);
        return add(scaleShift(y, 3), mul(y, y));
      };
      expect(await gradients([x], loss)).toEqual([[44]]);
    }),
  );

  it(
    '20 diamonds in a row, 2^20 paths, take 20 steps',
    withLeaves([1], async (x) => {
      const loss = (): Tensor => {
        let y = x;
        for (let i = 0; i < 20; i++) y = add(y, y);
        return y;
      };
      expect(await gradients([x], loss)).toEqual([[2 ** 20]]);
    }),
  );

  it(
    'a value used early and late is processed in topological order',
    withLeaves([0.5], async (x) => {
      const loss = (): Tensor => {
        const early = scaleShift(x, 2); // 1
        const late = mul(mul(early, early), early); // 1
        return add(mul(late, early), early); // e^4 + e: (4 e^3 + 1) * 2
      };
      expect(await gradients([x], loss)).toEqual([[10]]);
    }),
  );

  it(
    'the same tensor as both operands sums both gradients',
    withLeaves([[1, 2]], async (x) => {
      expect(await gradients([x], () => sum(mul(x, x)))).toEqual([[2, 4]]);
      expect(await gradients([x], () => sum(sub(x, x)))).toEqual([[0, 0]]);
    }),
  );

  it(
    'a chain of 5,000 ops does not overflow the stack',
    withLeaves([1], async (x) => {
      const loss = (): Tensor => {
        let y = x;
        for (let i = 0; i < 5000; i++) y = scaleShift(y, i % 2 === 0 ? 2 : 0.5);
        return y;
      };
      expect(await gradients([x], loss)).toEqual([[1]]);
    }),
  );
});

describe('broadcasting', () => {
  it(
    'sums the gradient over every repeated axis',
    withLeaves(
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        [1, 1, 1],
        2,
        [[1], [1]],
      ],
      async (matrix, row, scalar, column) => {
        const loss = (): Tensor => sum(add(mul(mul(matrix, row), scalar), column));
        expect(await gradients([matrix, row, scalar, column], loss)).toEqual([
          [2, 2, 2, 2, 2, 2],
          [10, 14, 18],
          [21],
          [3, 3],
        ]);
      },
    ),
  );

  it(
    'keeps an axis of size 1 that is also of size 1 in the result',
    withLeaves([[[1, 2]], [3, 4]], async (a, b) => {
      expect(await gradients([a, b], () => sum(mul(a, b)))).toEqual([
        [3, 4],
        [1, 2],
      ]);
    }),
  );
});

describe('what autograd does not record', () => {
  it(
    'noGrad: results require no gradient, and the previous state is restored, also after a throw',
    withLeaves([2], async (x) => {
      scope(() => {
        const inside = noGrad(() => {
          noGrad(() => mul(x, x));
          return mul(x, x); // still off after the inner one ended
        });
        expect([inside.requiresGrad, inside.node]).toEqual([false, null]);
        expect(() =>
          noGrad(() => {
            throw new Error('inside');
          }),
        ).toThrow('inside');
        expect(mul(x, x).requiresGrad).toBe(true);
      });
      expect(
        await gradients([x], () =>
          mul(
            noGrad(() => mul(x, x)),
            x,
          ),
        ),
      ).toEqual([[4]]);
    }),
  );

  it(
    'detach returns the same values as a constant',
    withLeaves([3], async (x) => {
      expect(await gradients([x], () => mul(x, mul(x, x).detach()))).toEqual([[9]]);
    }),
  );

  it(
    'an op on inputs that require no gradient creates no node',
    onReference(() => {
      scope(() => {
        const y = relu(mean(tensor([1, 2])));
        expect([y.requiresGrad, y.node]).toEqual([false, null]);
      });
    }),
  );
});
