// Resizing of images by interpolation. A table per axis has two numbers for each output position:
// the lower of the two input positions it lies between, and its distance from it, the fraction. The
// host computes the tables, so they are equal on every backend. For the nearest pixel all fractions
// are 0. Terms with weight 0 are skipped: NaN and infinities do not spread to them.
// x [planes, height, width] -> y [planes, outHeight, outWidth].

import { kernel, type KernelThis } from './kernel.js';

export type InterpolateConstants = Readonly<
  Record<
    | 'planes'
    | 'channels' // planes = images * channels; used by the wasm backend's layout only
    | 'height'
    | 'width'
    | 'outHeight'
    | 'outWidth'
    | 'neighbors', // 2 along each axis
    number
  >
>;

/** The weighted mean of the four neighbors of each output position. */
export const interpolate = kernel(
  'interpolate',
  ['x', 'rows', 'columns'],
  [],
  function (this: KernelThis<InterpolateConstants>, x, rows, columns) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.outWidth);
    const outColumn = this.thread.x - line * this.constants.outWidth;
    const plane = Math.floor((line + 0.5) / this.constants.outHeight);
    const outRow = line - plane * this.constants.outHeight;
    const top = rows[2 * outRow];
    const left = columns[2 * outColumn];
    let sum = 0;
    for (let i = 0; i < this.constants.neighbors; i++) {
      const row = Math.min(top + i, this.constants.height - 1);
      const weightY = i * rows[2 * outRow + 1] + (1 - i) * (1 - rows[2 * outRow + 1]);
      for (let j = 0; j < this.constants.neighbors; j++) {
        const column = Math.min(left + j, this.constants.width - 1);
        const weightX = j * columns[2 * outColumn + 1] + (1 - j) * (1 - columns[2 * outColumn + 1]);
        if (weightY > 0 && weightX > 0) {
          const position = (plane * this.constants.height + row) * this.constants.width + column;
          sum += weightY * weightX * x[position];
        }
      }
    }
    return sum;
  },
);

/** `spanY`, `spanX`: the largest number of output rows and columns that depend on one of the input. */
export type InterpolateGradConstants = InterpolateConstants &
  Readonly<Record<'spanY' | 'spanX', number>>;

// dx: each output position that depends on this input adds its gradient times its weight. Those
// positions are adjacent; firstRows and firstColumns have the first for each input row and column.
export const interpolateGrad = kernel(
  'interpolateGrad',
  ['grad', 'rows', 'columns', 'firstRows', 'firstColumns'],
  [],
  function (
    this: KernelThis<InterpolateGradConstants>,
    grad,
    rows,
    columns,
    firstRows,
    firstColumns,
  ) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.width);
    const column = this.thread.x - line * this.constants.width;
    const plane = Math.floor((line + 0.5) / this.constants.height);
    const row = line - plane * this.constants.height;
    let sum = 0;
    for (let i = 0; i < this.constants.spanY; i++) {
      const outRow = Math.min(firstRows[row] + i, this.constants.outHeight - 1);
      let weightY = 0;
      if (firstRows[row] + i < this.constants.outHeight) {
        const top = rows[2 * outRow];
        if (top === row) {
          weightY = 1 - rows[2 * outRow + 1];
        }
        if (Math.min(top + 1, this.constants.height - 1) === row) {
          weightY += rows[2 * outRow + 1];
        }
      }
      for (let j = 0; j < this.constants.spanX; j++) {
        const outColumn = Math.min(firstColumns[column] + j, this.constants.outWidth - 1);
        let weightX = 0;
        if (firstColumns[column] + j < this.constants.outWidth) {
          const left = columns[2 * outColumn];
          if (left === column) {
            weightX = 1 - columns[2 * outColumn + 1];
          }
          if (Math.min(left + 1, this.constants.width - 1) === column) {
            weightX += columns[2 * outColumn + 1];
          }
        }
        if (weightY > 0 && weightX > 0) {
          const position =
            (plane * this.constants.outHeight + outRow) * this.constants.outWidth + outColumn;
          sum += weightY * weightX * grad[position];
        }
      }
    }
    return sum;
  },
);
