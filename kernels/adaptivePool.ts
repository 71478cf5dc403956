// Adaptive pooling: a fixed number of windows that divide an image of any size as evenly as
// possible. Window i of `out` windows along an axis of `size` elements is
//   floor(i size / out) <= position < ceil((i + 1) size / out),
// so windows overlap where `out` does not divide `size`. Conversely, a position belongs to the
// windows floor(position out / size) <= i < ceil((position + 1) out / size).
// x [planes, height, width] -> y [planes, outHeight, outWidth].

import { kernel, type KernelThis } from './kernel.js';

export type AdaptivePoolConstants = Readonly<
  Record<
    | 'planes'
    | 'channels' // planes = images * channels; used by the wasm backend's layout only
    | 'height'
    | 'width'
    | 'outHeight'
    | 'outWidth'
    | 'windowHeight' // of the largest window
    | 'windowWidth'
    | 'overlapY' // largest number of windows that contain a row
    | 'overlapX',
    number
  >
>;

/** The mean of each window. */
export const adaptiveAvgPool = kernel(
  'adaptiveAvgPool',
  ['x'],
  [],
  function (this: KernelThis<AdaptivePoolConstants>, x) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
    const column = this.thread.x - line * this.constants.outWidth;
    const plane = Math.floor((line + 0.5) / this.constants.outHeight);
    const row = line - plane * this.constants.outHeight;
    const top = Math.floor((row * this.constants.height + 0.5) / this.constants.outHeight);
    const bottom = Math.floor(
      ((row + 1) * this.constants.height + this.constants.outHeight - 1 + 0.5) /
        this.constants.outHeight,
    );
    const left = Math.floor((column * this.constants.width + 0.5) / this.constants.outWidth);
    const right = Math.floor(
      ((column + 1) * this.constants.width + this.constants.outWidth - 1 + 0.5) /
        this.constants.outWidth,
    );
    let sum = 0;
    for (let i = 0; i < this.constants.windowHeight; i++) {
      for (let j = 0; j < this.constants.windowWidth; j++) {
        if (top + i < bottom && left + j < right) {
          sum += x[(plane * this.constants.height + top + i) * this.constants.width + left + j];
        }
      }
    }
    return sum / ((bottom - top) * (right - left));
  },
);

// dx: each window that contains this position adds its gradient over its number of elements.
export const adaptiveAvgPoolGrad = kernel(
  'adaptiveAvgPoolGrad',
  ['grad'],
  [],
  function (this: KernelThis<AdaptivePoolConstants>, grad) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    const firstRow = Math.floor((row * this.constants.outHeight + 0.5) / this.constants.height);
    const firstColumn = Math.floor((column * this.constants.outWidth + 0.5) / this.constants.width);
    let sum = 0;
    for (let i = 0; i < this.constants.overlapY; i++) {
      const outRow = firstRow + i;
      const top = Math.floor((outRow * this.constants.height + 0.5) / this.constants.outHeight);
      const bottom = Math.floor(
        ((outRow + 1) * this.constants.height + this.constants.outHeight - 1 + 0.5) /
          this.constants.outHeight,
      );
      for (let j = 0; j < this.constants.overlapX; j++) {
        const outColumn = firstColumn + j;
        const left = Math.floor((outColumn * this.constants.width + 0.5) / this.constants.outWidth);
        const right = Math.floor(
          ((outColumn + 1) * this.constants.width + this.constants.outWidth - 1 + 0.5) /
            this.constants.outWidth,
        );
        if (outRow < this.constants.outHeight && top <= row) {
          if (outColumn < this.constants.outWidth && left <= column) {
            sum +=
              grad[
                (plane * this.constants.outHeight + outRow) * this.constants.outWidth + outColumn
              ] /
              ((bottom - top) * (right - left));
          }
        }
      }
    }
    return sum;
  },
);

/**
 * Index in its plane (row * width + column) of the maximum of the window: the first of equal
 * values, or the last NaN.
 */
export const adaptiveMaxPoolIndex = kernel(
  'adaptiveMaxPoolIndex',
  ['x'],
  [],
  function (this: KernelThis<AdaptivePoolConstants>, x) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
    const column = this.thread.x - line * this.constants.outWidth;
    const plane = Math.floor((line + 0.5) / this.constants.outHeight);
    const row = line - plane * this.constants.outHeight;
    const top = Math.floor((row * this.constants.height + 0.5) / this.constants.outHeight);
    const bottom = Math.floor(
      ((row + 1) * this.constants.height + this.constants.outHeight - 1 + 0.5) /
        this.constants.outHeight,
    );
    const left = Math.floor((column * this.constants.width + 0.5) / this.constants.outWidth);
    const right = Math.floor(
      ((column + 1) * this.constants.width + this.constants.outWidth - 1 + 0.5) /
        this.constants.outWidth,
    );
    let best = -1;
    let largest = 0;
    for (let i = 0; i < this.constants.windowHeight; i++) {
      for (let j = 0; j < this.constants.windowWidth; j++) {
        if (top + i < bottom && left + j < right) {
          const position = (top + i) * this.constants.width + left + j;
          const value = x[plane * this.constants.height * this.constants.width + position];
          // Two comparisons, because GPU compilers assume value === value.
          let unordered = 1;
          if (value <= 0) {
            unordered = 0;
          }
          if (value > 0) {
            unordered = 0;
          }
          if (best < 0 || value > largest || unordered === 1) {
            largest = value;
            best = position;
          }
        }
      }
    }
    return best;
  },
);

// dx: the sum of the gradients of all windows whose maximum is at this position.
export const adaptiveMaxPoolGrad = kernel(
  'adaptiveMaxPoolGrad',
  ['grad', 'index'],
  [],
  function (this: KernelThis<AdaptivePoolConstants>, grad, index) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    const firstRow = Math.floor((row * this.constants.outHeight + 0.5) / this.constants.height);
    const firstColumn = Math.floor((column * this.constants.outWidth + 0.5) / this.constants.width);
    let sum = 0;
    for (let i = 0; i < this.constants.overlapY; i++) {
      for (let j = 0; j < this.constants.overlapX; j++) {
        const outRow = firstRow + i;
        const outColumn = firstColumn + j;
        if (outRow < this.constants.outHeight && outColumn < this.constants.outWidth) {
          const outPosition =
            (plane * this.constants.outHeight + outRow) * this.constants.outWidth + outColumn;
          if (index[outPosition] === row * this.constants.width + column) {
            sum += grad[outPosition];
          }
        }
      }
    }
    return sum;
  },
);
