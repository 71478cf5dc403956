// Pooling: the maximum or the mean under a sliding window, and the gradients.
// A plane is one channel of one image; x [planes, height, width] -> y
// [planes, outHeight, outWidth].

import { kernel, type KernelThis } from './kernel.js';

export type PoolConstants = Readonly<
  Record<
    | 'planes'
    | 'channels' // planes = images * channels; used by the wasm backend's layout only
    | 'height'
    | 'width'
    | 'outHeight'
    | 'outWidth'
    | 'windowHeight'
    | 'windowWidth'
    | 'strideY'
    | 'strideX'
    | 'padY'
    | 'padX'
    | 'countPadding', // average pooling: 1 divides by the part in the padded image, 0 in the image
    number
  >
>;

/**
 * Index in its plane (row * width + column) of the maximum under the
 * window: the first of equal values, or the last NaN.
 */
export const maxPoolIndex = kernel(
  'maxPoolIndex',
  ['x'],
  [],
  function (this: KernelThis<PoolConstants>, x) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
    const column = this.thread.x - line * this.constants.outWidth;
    const plane = Math.floor((line + 0.5) / this.constants.outHeight);
    const row = line - plane * this.constants.outHeight;
    let best = -1;
    let largest = 0;
    for (let i = 0; i < this.constants.windowHeight; i++) {
      const inY = row * this.constants.strideY + i - this.constants.padY;
      for (let j = 0; j < this.constants.windowWidth; j++) {
        const inX = column * this.constants.strideX + j - this.constants.padX;
        if (inY >= 0 && inY < this.constants.height && inX >= 0 && inX < this.constants.width) {
          const position = inY * this.constants.width + inX;
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

/** Sizes of a plane before and after pooling. */
type PlaneConstants = Pick<PoolConstants, 'height' | 'width' | 'outHeight' | 'outWidth'>;

/** The value at the index that `maxPoolIndex` returned. */
export const maxPool = kernel(
  'maxPool',
  ['x', 'index'],
  [],
  function (this: KernelThis<PlaneConstants>, x, index) {
    const plane = Math.floor(
      (this.thread.x + 0.5) / (this.constants.outHeight * this.constants.outWidth),
    );
    return x[plane * this.constants.height * this.constants.width + index[this.thread.x]];
  },
);

// dx: the sum of the gradients of all windows whose maximum is at this position.
export const maxPoolGrad = kernel(
  'maxPoolGrad',
  ['grad', 'index'],
  [],
  function (this: KernelThis<PoolConstants>, grad, index) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    const position = row * this.constants.width + column;
    let sum = 0;
    for (let i = 0; i < this.constants.windowHeight; i++) {
      const inY = row + this.constants.padY - i;
      const outRow = Math.floor((inY + 0.5) / this.constants.strideY);
      for (let j = 0; j < this.constants.windowWidth; j++) {
        const inX = column + this.constants.padX - j;
        const outColumn = Math.floor((inX + 0.5) / this.constants.strideX);
        if (outRow * this.constants.strideY === inY && outColumn * this.constants.strideX === inX) {
          if (outRow >= 0 && outRow < this.constants.outHeight) {
            if (outColumn >= 0 && outColumn < this.constants.outWidth) {
              const outPosition =
                (plane * this.constants.outHeight + outRow) * this.constants.outWidth + outColumn;
              if (index[outPosition] === position) {
                sum += grad[outPosition];
              }
            }
          }
        }
      }
    }
    return sum;
  },
);

/** The mean under the window. */
export const avgPool = kernel('avgPool', ['x'], [], function (this: KernelThis<PoolConstants>, x) {
  const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
  const column = this.thread.x - line * this.constants.outWidth;
  const plane = Math.floor((line + 0.5) / this.constants.outHeight);
  const row = line - plane * this.constants.outHeight;
  let sum = 0;
  let inside = 0;
  for (let i = 0; i < this.constants.windowHeight; i++) {
    const inY = row * this.constants.strideY + i - this.constants.padY;
    for (let j = 0; j < this.constants.windowWidth; j++) {
      const inX = column * this.constants.strideX + j - this.constants.padX;
      if (inY >= 0 && inY < this.constants.height && inX >= 0 && inX < this.constants.width) {
        sum += x[(plane * this.constants.height + inY) * this.constants.width + inX];
        inside += 1;
      }
    }
  }
  if (this.constants.countPadding === 1) {
    // Less than the window size only where a window extends beyond the padding (ceil mode).
    const top = row * this.constants.strideY - this.constants.padY;
    const left = column * this.constants.strideX - this.constants.padX;
    inside =
      (Math.min(top + this.constants.windowHeight, this.constants.height + this.constants.padY) -
        top) *
      (Math.min(left + this.constants.windowWidth, this.constants.width + this.constants.padX) -
        left);
  }
  return sum / inside;
});

// dx: each window that contains this position adds its gradient over its number of elements.
export const avgPoolGrad = kernel(
  'avgPoolGrad',
  ['grad'],
  [],
  function (this: KernelThis<PoolConstants>, grad) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    let sum = 0;
    for (let i = 0; i < this.constants.windowHeight; i++) {
      const inY = row + this.constants.padY - i;
      const outRow = Math.floor((inY + 0.5) / this.constants.strideY);
      for (let j = 0; j < this.constants.windowWidth; j++) {
        const inX = column + this.constants.padX - j;
        const outColumn = Math.floor((inX + 0.5) / this.constants.strideX);
        if (outRow * this.constants.strideY === inY && outColumn * this.constants.strideX === inX) {
          if (outRow >= 0 && outRow < this.constants.outHeight) {
            if (outColumn >= 0 && outColumn < this.constants.outWidth) {
              // The part of the window in the image, or in the padded image.
              let marginY = 0;
              let marginX = 0;
              if (this.constants.countPadding === 1) {
                marginY = this.constants.padY;
                marginX = this.constants.padX;
              }
              const top = outRow * this.constants.strideY - this.constants.padY;
              const left = outColumn * this.constants.strideX - this.constants.padX;
              const insideY =
                Math.min(top + this.constants.windowHeight, this.constants.height + marginY) -
                Math.max(top, -marginY);
              const insideX =
                Math.min(left + this.constants.windowWidth, this.constants.width + marginX) -
                Math.max(left, -marginX);
              sum +=
                grad[
                  (plane * this.constants.outHeight + outRow) * this.constants.outWidth + outColumn
                ] /
                (insideY * insideX);
            }
          }
        }
      }
    }
    return sum;
  },
);
