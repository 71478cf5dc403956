// One-hot rows of class indices.

import { fill } from './elementwise';
import { floats } from './lanes';

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
    const valid = isClass(index, classes);
    fill(line, valid ? 0 : invalid, 0, classes);
    if (valid) store<f32>(line + floats(<i32>index), 1);
  }
}
