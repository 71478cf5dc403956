// Lifetimes: what a scope frees, what it hands out, and what may still be read.

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
    'frees the buffer with the last view of it, and twice does no harm',
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
    'takes the gradient along',
    onReference((backend) => {
      const x = tensor(2, { requiresGrad: true });
      scope(() => mul(x, x).backward());
      expect(backend.memory.live).toBe(2);
      x.dispose();
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'makes every later use an error with advice',
    onReference(async () => {
      const x = tensor([1, 2]);
      x.dispose();
      await expect(x.data()).rejects.toThrow(DisposedError);
      expect(() => scope(() => add(x, 1))).toThrow(DisposedError);
      expect(() => reshape(x, [1, 2])).toThrow(
        'array used after dispose(), or after the scope that made it ended: return it from the scope',
      );
    }),
  );
});

describe('scope', () => {
  it(
    'frees what was made inside',
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
    'hands out what it returns: a tensor, or tensors in lists',
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
    'hands a view out without what it was made of',
    onReference(async (backend) => {
      const part = scope(() => slice(tensor([1, 2, 3]), 0, 1, 2));
      expect(backend.memory.live).toBe(1);
      expect(await part.item()).toBe(2);
      part.dispose();
    }),
  );

  it(
    'passes on what was made outside, unharmed',
    onReference(async () => {
      const x = tensor([1]);
      const same = scope(() => x);
      expect(same).toBe(x);
      expect(await x.item()).toBe(1);
      x.dispose();
    }),
  );

  it(
    'nests: what an inner scope returns belongs to the outer one',
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
      const x = tensor([1]); // belongs to no scope any more
      scope(() => {
        tensor([2]);
      });
      expect(backend.memory.live).toBe(1);
      x.dispose();
    }),
  );

  it(
    'lets keep() take an array out, from any depth',
    onReference((backend) => {
      const kept: Tensor[] = [];
      scope(() => {
        const outer = tensor([1]);
        scope(() => kept.push(tensor([2]).keep(), outer.keep()));
      });
      expect(backend.memory.live).toBe(2);
      for (const each of kept) each.dispose();
    }),
  );

  it(
    'leaves gradients of outer leaves alive, those of its own intermediate results not',
    onReference(async (backend) => {
      const x = tensor([1, 2], { requiresGrad: true });
      scope(() => mul(mul(x, x), x).backward(tensor([1, 1])));
      expect(backend.memory.live).toBe(2);
      expect([...(await x.grad!.data())]).toEqual([3, 12]);
      x.dispose();
    }),
  );

  it(
    'ends the life of what it made: later use is an error',
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
    'pins its buffer through the end of the scope',
    onReference(async (backend) => {
      const pending = scope(() => mul(tensor([1, 2]), 10).data());
      expect([...(await pending)]).toEqual([10, 20]);
      expect(backend.memory.live).toBe(0);
    }),
  );

  it(
    'of a view reads the view',
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
    'sees the numbers of the moment it was asked for',
    onReference(async () => {
      const x = tensor([1, 2]);
      const before = x.data();
      x.dispose();
      const y = tensor([8, 9]); // may take over the memory
      expect([...(await before)]).toEqual([1, 2]);
      y.dispose();
    }),
  );
});

describe('without a scope', () => {
  it(
    'an op that records nothing leaves its result and nothing else',
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
