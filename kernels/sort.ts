// Steps of parallel algorithms along lines: cumulative sum and bitonic sort. Each step is one launch
// in which every output depends on two inputs; about log n and (log n)^2 / 2 steps complete a line.

import { kernel, type KernelThis } from './kernel.js';
import type { AxisConstants } from './reduce.js';

/**
 * y[o, s, i] = x[o, s, i] + x[o, s - distance, i], where that exists. With distances 1, 2, 4, ... the
 * result is the cumulative sum (Hillis and Steele, 1986); with negative ones, the sum from the end.
 */
export const cumsumStep = kernel(
  'cumsumStep',
  ['x'],
  ['distance'],
  function (this: KernelThis<AxisConstants>, x, distance) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const position = row - outer * this.constants.size - distance;
    let sum = x[this.thread.x];
    if (position >= 0) {
      if (position < this.constants.size) {
        sum += x[this.thread.x - distance * this.constants.inner];
      }
    }
    return sum;
  },
);

/** y[line, position] = position, for lines of `padded` elements: the order before sorting. */
export const linePosition = kernel(
  'linePosition',
  [],
  [],
  function (this: KernelThis<Readonly<Record<'padded', number>>>) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.padded);
    return this.thread.x - line * this.constants.padded;
  },
);

export type SortConstants = Readonly<Record<'size' | 'padded', number>>;

/**
 * One step of a bitonic sort (Batcher, 1968) of x [lines, size]: the elements of order
 * [lines, padded], which are positions in a line of x, are compared in pairs at `distance`, and
 * exchanged if they are in the wrong order. Blocks of `block` elements are sorted alternately up and
 * down. `padded` is a power of two; positions from `size` on sort last.
 *
 * `sign` is 1 for ascending and -1 for descending values. NaN counts as larger than every number, as
 * in PyTorch. Equal values sort by position, so the sort is stable.
 */
export const sortStep = kernel(
  'sortStep',
  ['order', 'x'],
  ['block', 'distance', 'sign'],
  function (this: KernelThis<SortConstants>, order, x, block, distance, sign) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.padded);
    const position = this.thread.x - line * this.constants.padded;
    const pair = Math.floor((position + 0.5) / distance);
    const isSecond = pair - 2 * Math.floor((pair + 0.5) / 2);
    const blockIndex = Math.floor((position + 0.5) / block);
    const sortsDown = blockIndex - 2 * Math.floor((blockIndex + 0.5) / 2);
    let partner = this.thread.x + distance;
    if (isSecond === 1) {
      partner = this.thread.x - distance;
    }
    const a = order[this.thread.x];
    const b = order[partner];
    const last = this.constants.size - 1;
    const valueA = x[line * this.constants.size + Math.min(a, last)] * sign;
    const valueB = x[line * this.constants.size + Math.min(b, last)] * sign;
    let nanA = 1;
    if (valueA <= 0 || valueA > 0) {
      nanA = 0;
    }
    let nanB = 1;
    if (valueB <= 0 || valueB > 0) {
      nanB = 0;
    }
    // 1 if a sorts before b
    let before = 0;
    if (a < b) {
      before = 1;
    }
    if (a <= last && b <= last) {
      if (valueA < valueB || (nanB - nanA) * sign > 0) {
        before = 1;
      }
      if (valueA > valueB || (nanB - nanA) * sign < 0) {
        before = 0;
      }
    }
    let wanted = 0;
    if (isSecond === sortsDown) {
      wanted = 1;
    }
    let result = b;
    if (before === wanted) {
      result = a;
    }
    return result;
  },
);
