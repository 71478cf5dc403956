// Dropout: the mask and the masked values in one pass, four blocks of random numbers at a time. The
// masks are, bit for bit, those that src/engine/rng.ts generates: Threefry-2x32 with 20 rounds
// (Salmon et al., SC 2011) is a function of key and counter in 32-bit integers, so every part of a
// mask can be computed separately.
//
// Versions, 16384 values, Node 20, one core: masks drawn in JavaScript 1.46 ms and an upload; here
// 0.065 ms, mostly latency, since each of the 20 rounds depends on the previous one.

import { floats, loadPart, storePart } from './lanes';

/** The third key word is the XOR of this constant and the first two. */
const PARITY: i32 = 0x1bd11bda;

/**
 * mask = 0 where the uniform number of the element is below the probability, else `scale`; y =
 * x * mask. Uniform numbers are multiples of 2^-24, so they are compared as integers with
 * `threshold` = probability * 2^24, rounded up.
 * Unit of begin and end: a group of eight elements, which four blocks of two words fill.
 */
export function dropout(
  x: usize, length: i32, key0: i32, key1: i32, threshold: i32, scale: f32, y: usize, mask: usize,
  begin: i32, end: i32,
): void {
  for (let group = begin; group < end; group++) {
    const block = i32x4.add(i32x4.splat(4 * group), i32x4(0, 1, 2, 3));
    // The counter's high word is 0.
    let x0 = i32x4.add(block, i32x4.splat(key0)), x1 = i32x4.splat(key1);
    let k0 = key0, k1 = key1, k2 = key0 ^ key1 ^ PARITY;
    for (let injection = 1; injection <= 5; injection++) {
      const odd = (injection & 1) == 1;
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(rotate(x1, odd ? 13 : 17), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(rotate(x1, odd ? 15 : 29), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(rotate(x1, odd ? 26 : 16), x0);
      x0 = i32x4.add(x0, x1);
      x1 = v128.xor(rotate(x1, odd ? 6 : 24), x0);
      x0 = i32x4.add(x0, i32x4.splat(k1));
      x1 = i32x4.add(x1, i32x4.splat(k2 + injection));
      const previousK0 = k0;
      k0 = k1;
      k1 = k2;
      k2 = previousK0;
    }
    // Block n holds words 2n and 2n + 1: the two vectors interleave.
    const offset = floats(8 * group), count = length - 8 * group;
    applyMask(v128.shuffle<i32>(x0, x1, 0, 4, 1, 5), threshold, scale, x + offset, y + offset, mask + offset, count);
    applyMask(v128.shuffle<i32>(x0, x1, 2, 6, 3, 7), threshold, scale, x + offset + 16, y + offset + 16, mask + offset + 16, count - 4);
  }
}

/** Rotates four words to the left. */
@inline
function rotate(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(words, bits), i32x4.shr_u(words, 32 - bits));
}

/** Mask and masked values of the next `count`, at most four, elements. */
@inline
function applyMask(words: v128, threshold: i32, scale: f32, x: usize, y: usize, mask: usize, count: i32): void {
  const keepMask = i32x4.ge_s(i32x4.shr_u(words, 8), i32x4.splat(threshold));
  const factor = v128.and(keepMask, f32x4.splat(scale));
  storePart(mask, factor, count);
  storePart(y, f32x4.mul(loadPart(x, count), factor), count);
}
