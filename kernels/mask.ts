// Kernels that keep or set elements by a mask, by their position in a matrix, or by a class index.

import { kernel, type KernelThis } from './kernel.js';

/** value where mask is not 0, else x. NaN is not 0, but on a GPU NaN !== 0 may be false. */
export const maskedFill = kernel('maskedFill', ['x', 'mask'], ['value'], function (x, mask, value) {
  let result = value;
  if (mask[this.thread.x] === 0) {
    result = x[this.thread.x];
  }
  return result;
});

export type BandConstants = Readonly<Record<'rows' | 'columns' | 'low' | 'high', number>>;

/**
 * x [..., rows, columns] on the diagonals from `low` to `high`, 0 elsewhere. Diagonal d contains
 * the elements with column - row = d.
 */
export const band = kernel('band', ['x'], [], function (this: KernelThis<BandConstants>, x) {
  const line = Math.floor((this.thread.x + 0.5) / this.constants.columns);
  const column = this.thread.x - line * this.constants.columns;
  const row = line - Math.floor((line + 0.5) / this.constants.rows) * this.constants.rows;
  let value = 0;
  if (column - row >= this.constants.low && column - row <= this.constants.high) {
    value = x[this.thread.x];
  }
  return value;
});

export type OneHotConstants = Readonly<Record<'classes', number>>;

/**
 * Class indices [count] -> [count, classes]: 1 at the class, 0 elsewhere. `invalid` (NaN) in the
 * row of an index that is not an integer from 0 to classes - 1.
 */
export const oneHot = kernel(
  'oneHot',
  ['indices'],
  ['invalid'],
  function (this: KernelThis<OneHotConstants>, indices, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.classes);
    const index = indices[row];
    let value = invalid;
    if (index >= 0 && index < this.constants.classes && Math.floor((index + 0.5) / 1) === index) {
      value = 0;
      if (index === this.thread.x - row * this.constants.classes) {
        value = 1;
      }
    }
    return value;
  },
);
