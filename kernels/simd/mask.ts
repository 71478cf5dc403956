// Selections by the position in a matrix or by a class index: bands, one-hot rows.

import { floats } from './lanes';

/**
 * y = x on the diagonals from `low` to `high` of matrices [.., rows, columns], 0 elsewhere. Diagonal d
 * contains the elements with column - row = d. Unit of begin and end: one row.
 */
export function band(x: usize, rows: i32, columns: i32, low: i32, high: i32, y: usize, begin: i32, end: i32): void {
  const bytes = floats(columns);
  for (let line = begin; line < end; line++) {
    const row = line % rows;
    const first = min(max(row + low, 0), columns), last = max(min(row + high + 1, columns), first);
    const from = x + <usize>line * bytes, to = y + <usize>line * bytes;
    memory.fill(to, 0, floats(first));
    memory.copy(to + floats(first), from + floats(first), floats(last - first));
    memory.fill(to + floats(last), 0, floats(columns - last));
  }
}

/** Whether a number is an integer from 0 to `classes` - 1. */
@inline
export function isClass(label: f32, classes: i32): bool {
  return label >= 0 && label < <f32>classes && floor<f32>(label) == label;
}

/**
 * Class indices [count] -> y [count, classes]: 1 at the class, 0 elsewhere; `invalid` in the row of an
 * index that is not a class. Unit of begin and end: one index.
 */
export function oneHot(indices: usize, classes: i32, invalid: f32, y: usize, begin: i32, end: i32): void {
  const bytes = floats(classes);
  for (let row = begin; row < end; row++) {
    const index = load<f32>(indices + floats(row));
    const line = y + <usize>row * bytes;
    if (isClass(index, classes)) {
      memory.fill(line, 0, bytes);
      store<f32>(line + floats(<i32>index), 1);
    } else {
      for (let k = 0; k < classes; k++) store<f32>(line + floats(k), invalid);
    }
  }
}
