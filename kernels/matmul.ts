// Batched matrix multiplication of strided operands.
// A transposed operand has swapped strides and needs no copy; an operand shared by
// the batch has batch stride 0.

import { kernel, type KernelThis } from './kernel.js';

export type MatmulConstants = Readonly<
  Record<
    | 'rows'
    | 'columns'
    | 'inner'
    | 'batchA'
    | 'rowA'
    | 'innerA'
    | 'batchB'
    | 'innerB'
    | 'columnB'
    | 'offsetA'
    | 'offsetB',
    number
  >
>;

/** c[n, i, j] = sum over k of a[n, i, k] b[n, k, j]; the result is dense [batch, rows, columns]. */
export const matmul = kernel(
  'matmul',
  ['a', 'b'],
  [],
  function (this: KernelThis<MatmulConstants>, a, b) {
    const line = Math.floor((this.thread.x + 0.5) / this.constants.columns);
    const column = this.thread.x - line * this.constants.columns;
    const batch = Math.floor((line + 0.5) / this.constants.rows);
    const row = line - batch * this.constants.rows;
    const firstA =
      this.constants.offsetA + batch * this.constants.batchA + row * this.constants.rowA;
    const firstB =
      this.constants.offsetB + batch * this.constants.batchB + column * this.constants.columnB;
    let sum = 0;
    for (let k = 0; k < this.constants.inner; k++) {
      sum += a[firstA + k * this.constants.innerA] * b[firstB + k * this.constants.innerB];
    }
    return sum;
  },
);
