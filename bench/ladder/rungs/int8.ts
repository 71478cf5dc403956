// Experiment, not a rung: the direct convolution in 8-bit integers. The package has no such path;
// docs/fast-convolution.md contains the measurement.
//
// Inputs are quantized at every call: max(x, 0) in steps of 1 / 127, so the values are 0 to 127. That
// fits activations after ReLU, and it is what relaxed SIMD requires: the second operand of its integer
// dot product has seven bits, since processors disagree about the eighth (x86: unsigned). Weights are
// the first operand: -127 to 127, one scale for each output channel. On x86 without AVX-VNNI, a sum of
// two products is clamped to 16 bits; 2 * 127 * 127 fits. Sums are exact in int32.
//
// Three compilations: `base` has no 8-bit dot product and multiplies pairs of 16-bit integers;
// `relaxed` multiplies groups of four 8-bit integers, 6 rows x 8 columns; `wide` has 16 columns, but V8
// does not merge the dot products of 128 bits, so it is slower. `channels` must be a multiple of 16.
//
// Other tiles of the relaxed build, milliseconds for the example on one core of an AMD EPYC (Zen 5, with
// AVX-VNNI), Node 24, busy machine: 6 x 8 2.7, 4 x 8 2.7, 5 x 8 2.9, 3 x 16 3.8, 6 x 8 with two groups
// in one round 4.2. Without AVX-VNNI (--no-enable-avx-vnni) all of them take 5.6 to 6.0.

import { PANEL, TILE_ROWS, floats, splat, wide } from '../../../kernels/simd/lanes';
import { channels, height, outChannels, setSizes, taps, width } from './layout';

export { setSizes };

/** Bytes of a quantized number. */
const BYTES: i32 = ASC_FEATURE_RELAXED_SIMD ? 1 : 2;
/** Adjacent k that one instruction multiplies and adds in each lane. */
const GROUP: i32 = 4 / BYTES;
const LEVELS: f32 = 127;

/** sum + the dot product of each group of weights with a group of inputs. */
@inline
function dot(sum: v128, weights: v128, inputs: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(weights, inputs, sum);
  return i32x4.add(sum, i32x4.dot_i16x8_s(weights, inputs));
}

@inline
function bytes(count: i32): usize {
  return <usize>(count * BYTES);
}

/** Float scales [outChannels], then panels [outChannels / PANEL][taps / GROUP][PANEL][GROUP]. */
export function pack(weight: usize, panels: usize): void {
  const quantized = panels + floats(outChannels);
  for (let o = 0; o < outChannels; o++) {
    let largest: f32 = 0;
    const from = weight + floats(o * taps());
    for (let i = 0; i < taps(); i++) largest = max(largest, abs(load<f32>(from + floats(i))));
    const factor = LEVELS / largest;
    store<f32>(panels + floats(o), largest / (LEVELS * LEVELS));
    for (let i = 0; i < taps(); i++) {
      const k = (i % 9) * channels + i / 9; // from [c][ky][kx] to [ky][kx][c]
      const value = <i32>nearest(load<f32>(from + floats(i)) * factor);
      const to = quantized + bytes((o - (o % PANEL)) * taps() + ((k / GROUP) * PANEL + (o % PANEL)) * GROUP + (k % GROUP));
      if (BYTES == 1) store<i8>(to, <i8>value);
      else store<i16>(to, <i16>value);
    }
  }
}

export function convolve(x: usize, panels: usize, out: usize, scratch: usize, images: i32): void {
  const pixels = height * width, quantized = panels + floats(outChannels);
  for (let n = 0; n < images; n++) {
    quantizeImage(x, n, scratch);
    for (let o = 0; o < outChannels; o += PANEL) {
      const panel = quantized + bytes(o * taps()), scales = panels + floats(o);
      for (let first = 0; first < pixels; first += TILE_ROWS) {
        const p = min(first, pixels - TILE_ROWS), to = out + floats((n * pixels + p) * outChannels + o);
        const row0 = windowOf(scratch, p), row1 = windowOf(scratch, p + 1), row2 = windowOf(scratch, p + 2);
        const row3 = windowOf(scratch, p + 3), row4 = windowOf(scratch, p + 4), row5 = windowOf(scratch, p + 5);
        if (wide()) tile16(row0, row1, row2, row3, row4, row5, panel, scales, to);
        else tile8(row0, row1, row2, row3, row4, row5, panel, scales, to);
      }
    }
  }
}

@inline
function windowOf(image: usize, p: i32): usize {
  return image + bytes(((p / width) * (width + 2) + (p % width)) * channels);
}

/** Quantizes image n of x into the middle of zeros at `scratch`. */
function quantizeImage(x: usize, n: i32, scratch: usize): void {
  const row = width * channels, padded = row + 2 * channels;
  memory.fill(scratch, 0, bytes((height + 2) * padded));
  let from = x + floats(n * height * row), to = scratch + bytes(padded + channels);
  for (let y = 0; y < height; y++, to += bytes(2 * channels)) {
    for (const end = from + floats(row); from < end; from += 64, to += bytes(16)) {
      const low = eightLevels(from), high = eightLevels(from + 32);
      if (BYTES == 1) {
        v128.store(to, i8x16.narrow_i16x8_s(low, high));
      } else {
        v128.store(to, low);
        v128.store(to, high, 16);
      }
    }
  }
}

/** Eight quantized inputs, in 16 bits. */
@inline
function eightLevels(from: usize): v128 {
  const low = f32x4.nearest(f32x4.mul(v128.load(from), f32x4.splat(LEVELS)));
  const high = f32x4.nearest(f32x4.mul(v128.load(from, 16), f32x4.splat(LEVELS)));
  const narrow = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(high));
  return i16x8.max_s(i16x8.min_s(narrow, i16x8.splat(127)), i16x8.splat(0));
}

/** Four outputs. */
@inline
function scaled(sum: v128, scales: usize): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scales));
}

/** 6 rows x 8 columns; the order of the statements is that of kernels/simd/tile.ts. */
function tile8(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize, panel: usize, scales: usize, out: usize,
): void {
  let c00 = i32x4.splat(0), c10 = c00, c20 = c00, c30 = c00, c40 = c00, c50 = c00;
  let c01 = c00, c11 = c00, c21 = c00, c31 = c00, c41 = c00, c51 = c00;
  for (let run = 0; run < 3; run++) {
    const offset = bytes(run * (width + 2) * channels);
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset;
    let a3 = row3 + offset, a4 = row4 + offset, a5 = row5 + offset;
    for (const end = a0 + bytes(3 * channels); a0 < end; ) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16);
      let a = splat(a5); c50 = dot(c50, b0, a); c51 = dot(c51, b1, a);
      a = splat(a4); c40 = dot(c40, b0, a); c41 = dot(c41, b1, a);
      a = splat(a3); c30 = dot(c30, b0, a); c31 = dot(c31, b1, a);
      a = splat(a2); c20 = dot(c20, b0, a); c21 = dot(c21, b1, a);
      a = splat(a1); c10 = dot(c10, b0, a); c11 = dot(c11, b1, a);
      a = splat(a0); c00 = dot(c00, b0, a); c01 = dot(c01, b1, a);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
      panel += 32;
    }
  }
  const row = floats(outChannels), right = scales + 16;
  v128.store(out, scaled(c00, scales)); v128.store(out, scaled(c01, right), 16);
  v128.store(out + row, scaled(c10, scales)); v128.store(out + row, scaled(c11, right), 16);
  v128.store(out + 2 * row, scaled(c20, scales)); v128.store(out + 2 * row, scaled(c21, right), 16);
  v128.store(out + 3 * row, scaled(c30, scales)); v128.store(out + 3 * row, scaled(c31, right), 16);
  v128.store(out + 4 * row, scaled(c40, scales)); v128.store(out + 4 * row, scaled(c41, right), 16);
  v128.store(out + 5 * row, scaled(c50, scales)); v128.store(out + 5 * row, scaled(c51, right), 16);
}

/** 6 rows x 16 columns in pairs of vectors, which V8's revectorizer merges; see kernels/simd/wideTile.ts. */
function tile16(
  row0: usize, row1: usize, row2: usize, row3: usize, row4: usize, row5: usize, panel: usize, scales: usize, out: usize,
): void {
  let c00 = i32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00, c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  let c40 = c00, c41 = c00, c42 = c00, c43 = c00, c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (let run = 0; run < 3; run++) {
    const offset = bytes(run * (width + 2) * channels);
    let a0 = row0 + offset, a1 = row1 + offset, a2 = row2 + offset;
    let a3 = row3 + offset, a4 = row4 + offset, a5 = row5 + offset;
    for (const end = a0 + bytes(3 * channels); a0 < end; ) {
      const b0 = v128.load(panel), b1 = v128.load(panel, 16), b2 = v128.load(panel, 32), b3 = v128.load(panel, 48);
      let a = splat(a5);
      c50 = dot(c50, b0, a); c51 = dot(c51, b1, a); c52 = dot(c52, b2, a); c53 = dot(c53, b3, a);
      a = splat(a4);
      c40 = dot(c40, b0, a); c41 = dot(c41, b1, a); c42 = dot(c42, b2, a); c43 = dot(c43, b3, a);
      a = splat(a3);
      c30 = dot(c30, b0, a); c31 = dot(c31, b1, a); c32 = dot(c32, b2, a); c33 = dot(c33, b3, a);
      a = splat(a2);
      c20 = dot(c20, b0, a); c21 = dot(c21, b1, a); c22 = dot(c22, b2, a); c23 = dot(c23, b3, a);
      a = splat(a1);
      c10 = dot(c10, b0, a); c11 = dot(c11, b1, a); c12 = dot(c12, b2, a); c13 = dot(c13, b3, a);
      a = splat(a0);
      c00 = dot(c00, b0, a); c01 = dot(c01, b1, a); c02 = dot(c02, b2, a); c03 = dot(c03, b3, a);
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
      panel += 64;
    }
  }
  storeRow(out, c00, c01, c02, c03, scales); out += floats(outChannels);
  storeRow(out, c10, c11, c12, c13, scales); out += floats(outChannels);
  storeRow(out, c20, c21, c22, c23, scales); out += floats(outChannels);
  storeRow(out, c30, c31, c32, c33, scales); out += floats(outChannels);
  storeRow(out, c40, c41, c42, c43, scales); out += floats(outChannels);
  storeRow(out, c50, c51, c52, c53, scales);
}

@inline
function storeRow(out: usize, c0: v128, c1: v128, c2: v128, c3: v128, scales: usize): void {
  v128.store(out, scaled(c0, scales)); v128.store(out, scaled(c1, scales + 16), 16);
  v128.store(out, scaled(c2, scales + 32), 32); v128.store(out, scaled(c3, scales + 48), 48);
}
