// Reverse mode: gradients through graphs that share, repeat and broadcast, each checked by hand.

import { describe, expect, it } from 'vitest';
import {
  add,
  ArgumentError,
  exp,
  mean,
  mul,
  noGrad,
  relu,
  reshape,
  scaleShift,
  scope,
  ShapeError,
  sub,
  sum,
  tensor,
  type Tensor,
} from '../../src/engine/index.js';
import { updateInPlace } from '../../src/engine/launch.js';
import * as kernels from '../../kernels/elementwise.js';
import { onReference } from '../support/backends.js';

const leaf = (values: number | number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });

/** Runs a graph in a scope, and gives the gradients of some leaves, which it disposes of. */
async function gradients(leaves: Tensor[], loss: () => Tensor): Promise<(number[] | null)[]> {
  scope(() => loss().backward());
  const read = await Promise.all(
    leaves.map(async ({ grad }) => (grad === null ? null : [...(await grad.data())])),
  );
  for (const each of leaves) each.zeroGrad();
  return read;
}

/** A test body with leaves that are disposed of at its end. */
function withLeaves(
  values: (number | number[] | number[][])[],
  body: (...leaves: Tensor[]) => Promise<void>,
) {
  return onReference(async () => {
    const leaves = values.map(leaf);
    await body(...leaves);
    for (const each of leaves) each.dispose();
  });
}

describe('graphs', () => {
  it(
    'a product: each factor gets the other one',
    withLeaves([3, 4], async (a, b) => {
      expect(await gradients([a, b], () => mul(a, b))).toEqual([[4], [3]]);
    }),
  );

  it(
    'a diamond: both ways add up before they go on',
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
    'diamonds in a row: 2^20 paths in 20 steps',
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
    'an early and a late use of one value meet in the right order',
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
    'both operands the same tensor',
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
      async (matrix, row, number, column) => {
        const loss = (): Tensor => sum(add(mul(mul(matrix, row), number), column));
        expect(await gradients([matrix, row, number, column], loss)).toEqual([
          [2, 2, 2, 2, 2, 2],
          [10, 14, 18],
          [21],
          [3, 3],
        ]);
      },
    ),
  );

  it(
    'keeps an axis of size 1 that the result has too',
    withLeaves([[[1, 2]], [3, 4]], async (a, b) => {
      expect(await gradients([a, b], () => sum(mul(a, b)))).toEqual([
        [3, 4],
        [1, 2],
      ]);
    }),
  );
});

describe('backward', () => {
  it(
    'twice adds up, on a new graph and on the same one',
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
    'takes the gradient of a result that is no single number',
    withLeaves([[1, 2]], async (x) => {
      const loss = (): Tensor => mul(x, x);
      scope(() => loss().backward(tensor([10, 100])));
      expect([...(await x.grad!.data())]).toEqual([20, 400]);
    }),
  );

  it(
    'on a leaf itself gives 1',
    withLeaves([3], async (x) => {
      expect(await gradients([x], () => x)).toEqual([[1]]);
    }),
  );

  it(
    'leaves nothing on tensors that need none, on results, and on unused leaves',
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
    'gives every leaf numbers of its own, although d(a + b) is one array for both',
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
          updateInPlace(kernels.scaleShift, a.grad!.array, [], [0, 0]);
        });
        expect([...(await a.grad!.data())]).toEqual([0, 0]);
        expect([...(await b.grad!.data())]).toEqual([8, 12]);
      },
    ),
  );

  it(
    "does not share the caller's gradient argument, nor through a reshape",
    withLeaves([[1, 2]], async (x) => {
      const seed = tensor([[1], [2]]);
      scope(() => reshape(x, [2, 1]).backward(seed));
      scope(() => updateInPlace(kernels.scaleShift, seed.array, [], [0, 0]));
      expect([...(await x.grad!.data())]).toEqual([1, 2]);
      seed.dispose();
    }),
  );

  it(
    'refuses a result without a graph, a result of many numbers, and a gradient of another shape',
    withLeaves([[1, 2]], (x) => {
      scope(() => {
        const constant = tensor(1);
        expect(() => constant.backward()).toThrow(ArgumentError);
        expect(() => constant.backward()).toThrow('backward: nothing here requires a gradient');
        expect(() => exp(x).backward()).toThrow(
          new ArgumentError(
            'backward: a tensor of shape [2] needs a gradient argument; a loss has one element',
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

describe('what is not recorded', () => {
  it(
    'noGrad: results need no gradient, and the outer state comes back, also after a throw',
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
    'detach: the same numbers as a constant',
    withLeaves([3], async (x) => {
      expect(await gradients([x], () => mul(x, mul(x, x).detach()))).toEqual([[9]]);
    }),
  );

  it(
    'inputs that need no gradient cost no node',
    onReference(() => {
      scope(() => {
        const y = relu(mean(tensor([1, 2])));
        expect([y.requiresGrad, y.node]).toEqual([false, null]);
      });
    }),
  );
});
