// Sort order and cumulative sums of lines. A line is one unit of work: it is computed by one thread,
// in a fixed order.
//
// Versions, sorting 1 M elements: bitonic steps of kernels/sort.ts are O(n (log n)^2), 210 launches;
// here O(n): a radix sort of 32-bit keys, four passes of 8 bits (Knuth, vol. 3, section 5.2.5). The
// first 10 of 1024 positions in 1024 lines: radix sort 9.6 ms, insertion 3.0 ms.

import { floats } from './lanes';

/** Values of one digit of a key. */
const RADIX: i32 = 256;
/** Digits of a key. */
const DIGITS: i32 = 4;
/** Up to this number of positions are found by insertion: the passes of a radix sort cost more. */
const FEW: i32 = 32;

/**
 * Floats of scratch of one thread for `count` positions of lines of `size` elements: the keys, or the
 * four arrays and the counters of a radix sort.
 */
export function sortScratch(size: i32, count: i32): i32 {
  return count <= FEW ? count : 4 * size + DIGITS * RADIX;
}

/**
 * An integer that orders like the value: NaN is the largest, -0 equals 0. `flip` is 0, or -1 for
 * descending values.
 */
@inline
function keyOf(value: f32, flip: u32): u32 {
  if (value != value) return 0xffffffff ^ flip;
  // The bits of positive numbers order like the numbers, those of negative ones in reverse: sets the
  // sign bit of the former, inverts the latter. A branch on the sign takes longer.
  const bits: u32 = value == 0 ? 0 : reinterpret<u32>(value);
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000) ^ flip;
}

/**
 * order [lines, count] = the first `count` positions of each line of x [lines, size] in ascending
 * (`descending` 0) or descending (1) order of their values, as floats. Equal values keep their order.
 * Unit of begin and end: one line.
 */
export function sortOrder(
  x: usize, size: i32, count: i32, descending: i32, order: usize, scratch: usize, begin: i32, end: i32,
): void {
  const flip: u32 = descending ? 0xffffffff : 0;
  for (let line = begin; line < end; line++) {
    const from = x + floats(line) * <usize>size, to = order + floats(line) * <usize>count;
    if (count <= FEW) insertionSort(from, size, count, flip, to, scratch);
    else radixSort(from, size, count, flip, to, scratch);
  }
}

/** Inserts each element into the `count` smallest ones before it, which are sorted. */
function insertionSort(x: usize, size: i32, count: i32, flip: u32, order: usize, keys: usize): void {
  for (let i = 0; i < size; i++) {
    const key = keyOf(load<f32>(x + floats(i)), flip);
    if (i >= count && key >= load<u32>(keys + floats(count - 1))) continue;
    let hole = min(i, count - 1);
    for (; hole > 0 && load<u32>(keys + floats(hole - 1)) > key; hole--) {
      store<u32>(keys + floats(hole), load<u32>(keys + floats(hole - 1)));
      store<f32>(order + floats(hole), load<f32>(order + floats(hole - 1)));
    }
    store<u32>(keys + floats(hole), key);
    store<f32>(order + floats(hole), <f32>i);
  }
}

function radixSort(x: usize, size: i32, count: i32, flip: u32, order: usize, scratch: usize): void {
  let keys = scratch, nextKeys = scratch + floats(size);
  let positions = scratch + floats(2 * size), nextPositions = scratch + floats(3 * size);
  const counters = scratch + floats(4 * size);
  memory.fill(counters, 0, floats(DIGITS * RADIX));
  for (let i = 0; i < size; i++) {
    const key = keyOf(load<f32>(x + floats(i)), flip);
    store<u32>(keys + floats(i), key);
    store<u32>(positions + floats(i), i);
    for (let digit = 0; digit < DIGITS; digit++) {
      const counter = counters + floats(digit * RADIX + <i32>((key >> (8 * digit)) & 0xff));
      store<u32>(counter, load<u32>(counter) + 1);
    }
  }
  for (let digit = 0; digit < DIGITS; digit++) {
    const starts = counters + floats(digit * RADIX);
    let start: u32 = 0;
    for (let value = 0; value < RADIX; value++) {
      const count = load<u32>(starts + floats(value));
      store<u32>(starts + floats(value), start);
      start += count;
    }
    for (let i = 0; i < size; i++) {
      const key = load<u32>(keys + floats(i));
      const counter = starts + floats(<i32>((key >> (8 * digit)) & 0xff));
      const target = load<u32>(counter);
      store<u32>(counter, target + 1);
      store<u32>(nextKeys + floats(target), key);
      store<u32>(nextPositions + floats(target), load<u32>(positions + floats(i)));
    }
    const sortedKeys = nextKeys, sortedPositions = nextPositions;
    nextKeys = keys;
    nextPositions = positions;
    keys = sortedKeys;
    positions = sortedPositions;
  }
  for (let i = 0; i < count; i++) store<f32>(order + floats(i), <f32>load<u32>(positions + floats(i)));
}

/**
 * y[line, s] = sum of x[line, t] over t <= s, or t >= s if `reverse` is 1, added in float64.
 * Unit of begin and end: one line. columns.ts has the function for other axes.
 */
export function cumsum(x: usize, size: i32, reverse: i32, y: usize, begin: i32, end: i32): void {
  for (let line = begin; line < end; line++) {
    const first = floats(line) * <usize>size;
    let offset = reverse ? first + floats(size - 1) : first;
    let sum: f64 = 0;
    for (let s = 0; s < size; s++) {
      sum += <f64>load<f32>(x + offset);
      store<f32>(y + offset, <f32>sum);
      offset = reverse ? offset - 4 : offset + 4;
    }
  }
}
