// Reads and sums at indices along one axis of [outer, size, inner] arrays: gatherAxis and
// scatterAddAxis of kernels/gather.ts. Random access, so there is nothing to gain from SIMD; the
// gain is one pass over the source instead of one for every output.

import { floats } from './lanes';

/** The position that an index stands for; -1 if it is not an integer from 0 to size - 1. */
@inline
function positionOf(index: f32, size: i32): i32 {
  return index >= 0 && index < <f32>size && floor(index) == index ? <i32>index : -1;
}

/**
 * y[o, c, i] = x[o, index[o, c, i], i], NaN for an invalid index.
 * Unit of begin and end: one row of `inner` elements; there are outer * count.
 */
export function gatherAxis(
  x: usize, index: usize, size: i32, count: i32, inner: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  for (let row = begin; row < end; row++) {
    const first = row * inner, slab = (row / count) * size * inner;
    for (let i = 0; i < inner; i++) {
      const position = positionOf(load<f32>(index + floats(first + i)), size);
      const value = position >= 0 ? load<f32>(x + floats(slab + position * inner + i)) : invalid;
      store<f32>(y + floats(first + i), value);
    }
  }
}

/**
 * y[o, s, i] = sum of source[o, c, i] over all c with index[o, c, i] = s, in the order of c. An
 * invalid index adds `invalid` to its whole line [o, :, i].
 * Unit of begin and end: one line; there are outer * inner.
 */
export function scatterAddAxis(
  index: usize, source: usize, size: i32, count: i32, inner: i32, invalid: f32, y: usize, begin: i32, end: i32,
): void {
  const stride = floats(inner);
  for (let line = begin; line < end; line++) {
    const outer = line / inner, column = line - outer * inner;
    const sums = y + floats(outer * size * inner + column);
    for (let s = 0; s < size; s++) store<f32>(sums + <usize>s * stride, 0);
    let from = floats(outer * count * inner + column), hasInvalid = false;
    for (let c = 0; c < count; c++, from += stride) {
      const position = positionOf(load<f32>(index + from), size);
      if (position < 0) {
        hasInvalid = true;
      } else {
        const target = sums + <usize>position * stride;
        store<f32>(target, load<f32>(target) + load<f32>(source + from));
      }
    }
    if (hasInvalid) {
      for (let s = 0; s < size; s++) {
        const target = sums + <usize>s * stride;
        store<f32>(target, load<f32>(target) + invalid);
      }
    }
  }
}
