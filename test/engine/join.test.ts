// concat and gatherRows, forward and backward.

import { describe, expect, it } from 'vitest';
import { concat, gatherRows, mul, scope, sum, tensor, transpose } from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';
import { arange, evaluate } from './arange.js';

describe('concat and gatherRows', () => {
  it(
    'concat joins any number of tensors, also views, along any axis',
    onReference(async () => {
      const rows = await evaluate(() => concat([arange([1, 2]), arange([2, 2]), arange([1, 2])]));
      expect(rows).toEqual({ shape: [4, 2], flat: [0, 1, 0, 1, 2, 3, 0, 1] });
      const columns = await evaluate(() => concat([arange([2, 1]), transpose(arange([2, 2]))], -1));
      expect(columns).toEqual({ shape: [2, 3], flat: [0, 0, 2, 1, 1, 3] });
      const middle = await evaluate(() => concat([arange([2, 1, 2]), arange([2, 2, 2])], 1));
      expect(middle.flat).toEqual([0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 6, 7]);
    }),
  );

  it(
    'concat splits the gradient among its inputs, and sums it for an input listed twice',
    onReference(async () => {
      const [a, b] = [[1], [2, 3]].map((list) => tensor(list, { requiresGrad: true }));
      scope(() => sum(mul(concat([a, b, a, b]), tensor([1, 2, 3, 4, 5, 6]))).backward());
      expect([...(await a.grad!.data()), ...(await b.grad!.data())]).toEqual([1 + 4, 2 + 5, 3 + 6]);
      a.dispose();
      b.dispose();
    }),
  );

  it(
    'gatherRows selects rows by index; a row selected twice receives the sum of both gradients',
    onReference(async () => {
      const table = tensor(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        { requiresGrad: true },
      );
      const picked = scope(() => {
        const rows = gatherRows(
          table,
          tensor([
            [2, 0],
            [2, 2],
          ]),
        );
        sum(rows).backward();
        return [rows.shape, rows.data()] as const;
      });
      expect(picked[0]).toEqual([2, 2, 2]);
      expect([...(await picked[1])]).toEqual([5, 6, 1, 2, 5, 6, 5, 6]);
      expect([...(await table.grad!.data())]).toEqual([1, 1, 0, 0, 3, 3]);
      table.dispose();
    }),
  );
});
