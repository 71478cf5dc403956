// Kernels that move elements without arithmetic: strided copy, slice gradient, padding,
// concatenation, row gathering. Every view (transpose, slice, broadcast) becomes contiguous through
// `stridedCopy`.

import { kernel, type KernelThis } from './kernel.js';

/**
 * Identity. It uploads host arrays to a GPU, where only a kernel's output can be
 * the input of another kernel.
 */
export const upload = kernel('upload', ['x'], [], function (x) {
  return x[this.thread.x];
});

/** Sizes and strides of at most eight axes, outermost first; unused leading axes have size 1. */
export type StridedCopyConstants = Readonly<
  Record<`size${1 | 2 | 3 | 4 | 5 | 6 | 7}`, number> &
    Record<`stride${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7}`, number> &
    Record<'offset', number>
>;

/** y[i] = x at the position that strides and offset give element i. */
export const stridedCopy = kernel(
  'stridedCopy',
  ['x'],
  [],
  function (this: KernelThis<StridedCopyConstants>, x) {
    const q7 = Math.floor((this.thread.x + 0.5) / this.constants.size7);
    const q6 = Math.floor((q7 + 0.5) / this.constants.size6);
    const q5 = Math.floor((q6 + 0.5) / this.constants.size5);
    const q4 = Math.floor((q5 + 0.5) / this.constants.size4);
    const q3 = Math.floor((q4 + 0.5) / this.constants.size3);
    const q2 = Math.floor((q3 + 0.5) / this.constants.size2);
    const q1 = Math.floor((q2 + 0.5) / this.constants.size1);
    const position =
      this.constants.offset +
      (this.thread.x - q7 * this.constants.size7) * this.constants.stride7 +
      (q7 - q6 * this.constants.size6) * this.constants.stride6 +
      (q6 - q5 * this.constants.size5) * this.constants.stride5 +
      (q5 - q4 * this.constants.size4) * this.constants.stride4 +
      (q4 - q3 * this.constants.size3) * this.constants.stride3 +
      (q3 - q2 * this.constants.size2) * this.constants.stride2 +
      (q2 - q1 * this.constants.size1) * this.constants.stride1 +
      q1 * this.constants.stride0;
    return x[position];
  },
);

/**
 * One axis of a dense array seen as [outer, size, inner]; the slice took every
 * `step`-th position from `start`.
 */
export type SliceConstants = Readonly<
  Record<'size' | 'inner' | 'start' | 'step' | 'count', number>
>;

/**
 * Gradient of a slice: the gradient at the positions of the slice, 0 elsewhere. grad
 * [outer, count, inner] -> [outer, size, inner].
 */
export const sliceGrad = kernel(
  'sliceGrad',
  ['grad'],
  [],
  function (this: KernelThis<SliceConstants>, grad) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const column = this.thread.x - row * this.constants.inner;
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const position = row - outer * this.constants.size - this.constants.start;
    const sliceIndex = Math.floor((position + 0.5) / this.constants.step);
    let value = 0;
    if (position >= 0) {
      if (sliceIndex < this.constants.count) {
        if (position - sliceIndex * this.constants.step === 0) {
          value = grad[(outer * this.constants.count + sliceIndex) * this.constants.inner + column];
        }
      }
    }
    return value;
  },
);

/** sum + sliceGrad(grad): adds the gradient of a slice to a sum of gradients, in place. */
export const addToSlice = kernel(
  'addToSlice',
  ['sum', 'grad'],
  [],
  function (this: KernelThis<SliceConstants>, sum, grad) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const column = this.thread.x - row * this.constants.inner;
    const outer = Math.floor((row + 0.5) / this.constants.size);
    const position = row - outer * this.constants.size - this.constants.start;
    const sliceIndex = Math.floor((position + 0.5) / this.constants.step);
    let value = sum[this.thread.x];
    if (position >= 0) {
      if (sliceIndex < this.constants.count) {
        if (position - sliceIndex * this.constants.step === 0) {
          value +=
            grad[(outer * this.constants.count + sliceIndex) * this.constants.inner + column];
        }
      }
    }
    return value;
  },
);

export type PadConstants = Readonly<Record<'size' | 'inner' | 'before' | 'padded', number>>;

/** `value` around x [outer, size, inner] -> [outer, padded, inner]; x starts at `before`. */
export const pad = kernel(
  'pad',
  ['x'],
  ['value'],
  function (this: KernelThis<PadConstants>, x, value) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const column = this.thread.x - row * this.constants.inner;
    const outer = Math.floor((row + 0.5) / this.constants.padded);
    const position = row - outer * this.constants.padded - this.constants.before;
    let result = value;
    if (position >= 0 && position < this.constants.size) {
      result = x[(outer * this.constants.size + position) * this.constants.inner + column];
    }
    return result;
  },
);

export type ConcatConstants = Readonly<Record<'sizeA' | 'sizeB' | 'inner', number>>;

/** Joins a [outer, sizeA, inner] and b [outer, sizeB, inner] into [outer, sizeA + sizeB, inner]. */
export const concat = kernel(
  'concat',
  ['a', 'b'],
  [],
  function (this: KernelThis<ConcatConstants>, a, b) {
    const size = this.constants.sizeA + this.constants.sizeB;
    const row = Math.floor((this.thread.x + 0.5) / this.constants.inner);
    const column = this.thread.x - row * this.constants.inner;
    const outer = Math.floor((row + 0.5) / size);
    const position = row - outer * size;
    const positionB = Math.max(position - this.constants.sizeA, 0);
    let value = b[(outer * this.constants.sizeB + positionB) * this.constants.inner + column];
    if (position < this.constants.sizeA) {
      value = a[(outer * this.constants.sizeA + position) * this.constants.inner + column];
    }
    return value;
  },
);

export type GatherConstants = Readonly<Record<'rows' | 'width' | 'count', number>>;

/**
 * Rows of table [rows, width] selected by indices [count] -> [count, width]: an embedding lookup.
 * `invalid` (NaN) for an index that is not an integer from 0 to rows - 1.
 */
export const gatherRows = kernel(
  'gatherRows',
  ['table', 'indices'],
  ['invalid'],
  function (this: KernelThis<GatherConstants>, table, indices, invalid) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const index = indices[row];
    let value = invalid;
    if (index >= 0 && index < this.constants.rows && Math.floor((index + 0.5) / 1) === index) {
      value = table[index * this.constants.width + this.thread.x - row * this.constants.width];
    }
    return value;
  },
);

// Each row of the table sums the gradients of all positions it was copied to. Invalid indices match
// no row.
export const gatherRowsGrad = kernel(
  'gatherRowsGrad',
  ['grad', 'indices'],
  [],
  function (this: KernelThis<GatherConstants>, grad, indices) {
    const row = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - row * this.constants.width;
    let sum = 0;
    for (let i = 0; i < this.constants.count; i++) {
      if (indices[i] === row) {
        sum += grad[i * this.constants.width + column];
      }
    }
    return sum;
  },
);
