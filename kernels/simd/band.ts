// The diagonals from `low` to `high` of matrices, 0 elsewhere: triangles. The kernel band of
// kernels/mask.ts. Every row is a run of zeros, a copy and a run of zeros.

import { floats } from './lanes';
import { fillRun, moveRun } from './move';

/**
 * y = x [..., rows, columns] where low <= column - row <= high, else 0.
 * Unit of begin and end: one row of a matrix.
 */
export function band(
  x: usize, rows: i32, columns: i32, low: i32, high: i32, y: usize, begin: i32, end: i32,
): void {
  for (let line = begin; line < end; line++) {
    const row = line % rows, offset = floats(line) * <usize>columns;
    const first = min(columns, max(0, row + low)), stop = max(first, min(columns, row + high + 1));
    fillRun(y + offset, 0, first);
    moveRun(y + offset + floats(first), x + offset + floats(first), stop - first);
    fillRun(y + offset + floats(stop), 0, columns - stop);
  }
}
