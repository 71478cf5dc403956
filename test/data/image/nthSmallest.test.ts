// Tests the selection of one element of a sorted array.

import { expect, it } from 'vitest';
import { nthSmallest } from '../../../src/data/image/nthSmallest.js';
import { Rng } from '../../../src/engine/index.js';

it('equals sorting, for every position, with equal values and sorted ones', () => {
  const rng = new Rng(3);
  for (const levels of [1, 3, 1000]) {
    for (const length of [1, 2, 7, 50]) {
      const values = Float32Array.from({ length }, () => rng.below(levels) / 7);
      const sorted = values.slice().sort();
      const selected = Array.from(values, (_, index) => nthSmallest(values.slice(), index));
      expect(selected).toEqual(Array.from(sorted));
      expect(Array.from(sorted, (_, index) => nthSmallest(sorted.slice(), index))).toEqual(
        selected,
      );
    }
  }
});
