// Sorting, cumulative sums and scattered sums of a million elements, on the wasm backend: exact
// results for any number of threads. A quadratic algorithm would not end within the time limit.

import { describe, expect, it } from 'vitest';
import {
  argsort,
  cumsum,
  gather,
  ones,
  scatterAdd,
  scope,
  sort,
  sum,
  tensor,
  topk,
  zeros,
} from '../../src/engine/index.js';
import { wasm, withFreshBackend } from '../support/backends.js';

const N = 1_000_000;

/** The first position where two arrays differ; -1 if there is none. */
function firstDifference(actual: ArrayLike<number>, expected: (i: number) => number): number {
  for (let i = 0; i < actual.length; i++) if (actual[i] !== expected(i)) return i;
  return -1;
}

const sequence = (at: (i: number) => number): Float32Array =>
  Float32Array.from({ length: N }, (_, i) => at(i));

/** A permutation of 0 .. N - 1: the factor has no divisor in common with N. */
const scrambled = (i: number): number => (i * 7919) % N;

describe.each([wasm(1), wasm(3)])('a million elements on $name', ({ make }) => {
  it('sort and argsort: values, positions, and the gradient', () =>
    withFreshBackend(make, async () => {
      const [values, positions, grad] = scope(() => {
        const x = tensor(sequence(scrambled), { requiresGrad: true });
        const [values, positions] = sort(x);
        values.backward(tensor(sequence((i) => i)));
        const results = [values.data(), positions.data(), x.grad!.data()];
        x.zeroGrad();
        return results;
      });
      const order = await positions;
      expect(firstDifference(await values, (i) => i)).toBe(-1);
      expect(firstDifference(order.map(scrambled), (i) => i)).toBe(-1);
      expect(firstDifference(await grad, scrambled)).toBe(-1);
    }));

  it('argsort is stable, also in descending order', () =>
    withFreshBackend(make, async () => {
      // Value 9 first: positions 9, 19, 29, ..., then value 8: positions 8, 18, ...
      const order = await scope(() =>
        argsort(tensor(sequence((i) => i % 10)), { descending: true }).data(),
      );
      const tenth = N / 10;
      expect(firstDifference(order, (i) => 9 - Math.floor(i / tenth) + 10 * (i % tenth))).toBe(-1);
    }));

  it('topk: the largest values, and their positions', () =>
    withFreshBackend(make, async () => {
      const [values, positions] = scope(() =>
        topk(tensor(sequence(scrambled)), 1000).map((result) => result.data()),
      );
      expect(firstDifference(await values, (i) => N - 1 - i)).toBe(-1);
      expect(firstDifference((await positions).map(scrambled), (i) => N - 1 - i)).toBe(-1);
    }));

  it('cumsum: the sums from the start, and the gradient from the end', () =>
    withFreshBackend(make, async () => {
      const [sums, grad] = scope(() => {
        const x = ones([N], { requiresGrad: true });
        const y = cumsum(x, 0);
        sum(y).backward();
        const results = [y.data(), x.grad!.data()];
        x.zeroGrad();
        return results;
      });
      expect(firstDifference(await sums, (i) => i + 1)).toBe(-1);
      expect(firstDifference(await grad, (i) => N - i)).toBe(-1);
    }));

  it('scatterAdd and gather: counts, sums, and the gradient', () =>
    withFreshBackend(make, async () => {
      const [counts, spread, grad] = scope(() => {
        const index = tensor(sequence((i) => scrambled(i) % 1000));
        const x = zeros([1000], { requiresGrad: true });
        const counts = scatterAdd(x, 0, index, ones([N]));
        const spread = gather(counts, 0, index);
        sum(spread).backward();
        const results = [counts.data(), spread.data(), x.grad!.data()];
        x.zeroGrad();
        return results;
      });
      expect(firstDifference(await counts, () => 1000)).toBe(-1);
      expect(firstDifference(await spread, () => 1000)).toBe(-1);
      expect(firstDifference(await grad, () => 1000)).toBe(-1);
    }));

  it('scatterAdd into as many elements, and columns of a matrix', () =>
    withFreshBackend(make, async () => {
      const [moved, sorted] = scope(() => {
        const index = tensor(sequence(scrambled));
        const source = tensor(sequence((i) => i));
        const matrix = tensor(sequence(scrambled), { shape: [N / 10, 10] });
        return [
          scatterAdd(zeros([N]), 0, index, source).data(),
          sort(matrix, { axis: 0 })[0].data(),
        ];
      });
      const inverse = await moved;
      expect(firstDifference(inverse.map(scrambled), (i) => i)).toBe(-1);
      // Column c contains the numbers that end in the last digit of 7919 c.
      expect(
        firstDifference(await sorted, (i) => 10 * Math.floor(i / 10) + ((7919 * i) % 10)),
      ).toBe(-1);
    }));
});
