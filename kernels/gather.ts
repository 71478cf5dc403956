// Reads and sums at positions along one axis, given by an array of indices. Arrays are seen as
// [outer, size, inner], indices as [outer, count, inner].

import { kernel, type KernelThis } from './kernel.js';

export type GatherAxisConstants = Readonly<Record<'size' | 'count' | 'inner', number>>;

/**
 * y[o, c, i] = x[o, index[o, c, i], i]. `invalid` (NaN) for an index that is not an integer from 0
 * to size - 1.
 */
export const gatherAxis = kernel(
  'gatherAxis',
  ['x', 'index'],
  ['invalid'],
  function (this: KernelThis<GatherAxisConstants>, x, index, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.count);
    const column = this.thread.x - row * this.constants.inner;
    const position = index[this.thread.x];
    let value = invalid;
    if (
      position >= 0 &&
      position < this.constants.size &&
      Math.floor((position + 0.5) / 1) === position
    ) {
      value = x[(outer * this.constants.size + position) * this.constants.inner + column];
    }
    return value;
  },
);

/**
 * y[o, s, i] = sum of source[o, c, i] over all c with index[o, c, i] = s. Every index that is not an
 * integer from 0 to size - 1 adds `invalid` to its whole line: NaN, or 0 to ignore it.
 */
export const scatterAddAxis = kernel(
  'scatterAddAxis',
  ['index', 'source'],
  ['invalid'],
  function (this: KernelThis<GatherAxisConstants>, index, source, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const column = this.thread.x - row * this.constants.inner;
    const position = row - outer * this.constants.size;
    let sum = 0;
    for (let c = 0; c < this.constants.count; c++) {
      const element = (outer * this.constants.count + c) * this.constants.inner + column;
      const target = index[element];
      let isValid = 0;
      if (
        target >= 0 &&
        target < this.constants.size &&
        Math.floor((target + 0.5) / 1) === target
      ) {
        isValid = 1;
      }
      if (isValid === 0) {
        sum += invalid;
      }
      if (target === position) {
        sum += source[element];
      }
    }
    return sum;
  },
);
