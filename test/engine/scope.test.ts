// Lifetimes: what a scope frees, what it returns, and what can still be read.

import { describe, expect, it } from 'vitest';
import {
  add,
  concat,
  DisposedError,
  maximum,
  mul,
  reshape,
  scope,
  slice,
  softmax,
  tensor,
  transpose,
  type Tensor,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';

describe('dispose', () => {
  it(
    'frees the buffer with its last view, and can be called twice',
    onReference((backend) => {
      const x = tensor([
        [1, 2],
        [3, 4],
      ]);
      const view = reshape(x, [4]);
      x.dispose();
      x.dispose();
      expect(backend.memory.live).toBe(1);
      view.dispose();
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'also frees the gradient',
    onReference((backend) => {
      const x = tensor(2, { requiresGrad: true });
      scope(() => mul(x, x).backward());
      expect(backend.memory.live).toBe(2);
      x.dispose();
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'makes every later use throw a DisposedError',
    onReference(async () => {
      const x = tensor([1, 2]);
      x.dispose();
      await expect(x.data()).rejects.toThrow(DisposedError);
      expect(() => scope(() => add(x, 1))).toThrow(DisposedError);
      expect(() => reshape(x, [1, 2])).toThrow(
        'array used after dispose() or after its scope ended; return it from the scope to keep it',
      );
    }),
  );
});

describe('scope', () => {
  it(
    'frees the tensors created inside',
    onReference((backend) => {
      const x = tensor([1, 2]);
      scope(() => {
        add(mul(x, x), transpose(reshape(x, [1, 2])));
        expect(backend.memory.live).toBeGreaterThan(2);
      });
      expect(backend.memory.live).toBe(1);
      x.dispose();
    }),
  );

  it(
    'does not free what it returns: a tensor, or tensors in nested arrays',
    onReference(async (backend) => {
      const one = scope(() => mul(tensor([1, 2]), 3));
      const [two, [three]] = scope(() => [tensor([5]), [tensor([6])]] as const);
      expect(backend.memory.live).toBe(3);
      expect([await one.item().catch(() => 'two'), await two.item(), await three.item()]).toEqual([
        'two',
        5,
        6,
      ]);
      for (const each of [one, two, three]) each.dispose();
    }),
  );

  it(
    'returns a view without the tensor it was made from',
    onReference(async (backend) => {
      const part = scope(() => slice(tensor([1, 2, 3]), 0, 1, 2));
      expect(backend.memory.live).toBe(1);
      expect(await part.item()).toBe(2);
      part.dispose();
    }),
  );

  it(
    'returns a tensor created outside unchanged',
    onReference(async () => {
      const x = tensor([1]);
      const same = scope(() => x);
      expect(same).toBe(x);
      expect(await x.item()).toBe(1);
      x.dispose();
    }),
  );

  it(
    'nests: the result of an inner scope belongs to the outer one',
    onReference((backend) => {
      scope(() => {
        const inner = scope(() => {
          tensor([1]);
          return tensor([2]);
        });
        expect(backend.memory.live).toBe(1);
        scope(() => {
          add(inner, 1);
        });
        expect(backend.memory.live).toBe(1);
      });
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'frees everything when the body throws, and later scopes work',
    onReference((backend) => {
      expect(() =>
        scope(() => {
          scope(() => tensor([1]));
          add(tensor([1, 2]), tensor([1, 2, 3]));
        }),
      ).toThrow('add: cannot broadcast');
      expect(backend.memory.live).toBe(0);
      const x = tensor([1]); // no longer belongs to a scope
      scope(() => {
        tensor([2]);
      });
      expect(backend.memory.live).toBe(1);
      x.dispose();
    }),
  );

  it(
    'keep() removes a tensor from its scope, at any depth',
    onReference((backend) => {
      const tensors: Tensor[] = [];
      scope(() => {
        const outer = tensor([1]);
        scope(() => tensors.push(tensor([2]).keep(), outer.keep()));
      });
      expect(backend.memory.live).toBe(2);
      for (const each of tensors) each.dispose();
    }),
  );

  it(
    'keeps the gradients of outer leaves, and frees those of intermediate results',
    onReference(async (backend) => {
      const x = tensor([1, 2], { requiresGrad: true });
      scope(() => mul(mul(x, x), x).backward(tensor([1, 1])));
      expect(backend.memory.live).toBe(2);
      expect([...(await x.grad!.data())]).toEqual([3, 12]);
      x.dispose();
    }),
  );

  it(
    'makes later use of a tensor created inside throw a DisposedError',
    onReference(async () => {
      let leaked: Tensor | null = null;
      scope(() => {
        leaked = tensor([1]);
      });
      await expect((leaked as unknown as Tensor).data()).rejects.toThrow(DisposedError);
      expect(() => scope(() => add(leaked as unknown as Tensor, 1))).toThrow(
        'return it from the scope',
      );
    }),
  );
});

describe('a pending read', () => {
  it(
    'keeps its buffer alive beyond the end of the scope',
    onReference(async (backend) => {
      const pending = scope(() => mul(tensor([1, 2]), 10).data());
      expect([...(await pending)]).toEqual([10, 20]);
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'of a view returns the elements of the view',
    onReference(async () => {
      const pending = scope(() =>
        transpose(
          tensor([
            [1, 2],
            [3, 4],
          ]),
        ).data(),
      );
      expect([...(await pending)]).toEqual([1, 3, 2, 4]);
    }),
  );

  it(
    'returns the values at the time of the call',
    onReference(async () => {
      const x = tensor([1, 2]);
      const before = x.data();
      x.dispose();
      const y = tensor([8, 9]); // may reuse the memory
      expect([...(await before)]).toEqual([1, 2]);
      y.dispose();
    }),
  );
});

describe('without a scope', () => {
  it(
    'an op that records no graph allocates only its result',
    onReference((backend) => {
      const matrix = tensor([
        [1, 2],
        [3, 4],
      ]);
      const row = tensor([1, 2]);
      const count = (): number => backend.memory.live;
      const before = count();
      const results = [
        add(matrix, row),
        softmax(matrix, 0),
        maximum(matrix, row),
        concat([matrix, matrix]),
      ];
      for (const each of results) each.dispose();
      expect(count()).toBe(before);
      matrix.dispose();
      row.dispose();
    }),
  );
});
