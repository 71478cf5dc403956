// What the rungs from 03 on share: the sizes of the convolution, the padded image and the panels of
// weights. AssemblyScript, like all files of this folder.
//
// A 3x3 convolution with one pixel of padding, without a bias:
//     x [N][height][width][channels], weight [outChannels][channels][3][3], out [N][height][width][outChannels]
// `channels` must be a multiple of 8, `outChannels` of 16, and an image must have at least 6 pixels.

import { PANEL, clear, floats } from '../../../kernels/simd/lanes';

export let height: i32 = 0;
export let width: i32 = 0;
export let channels: i32 = 0;
export let outChannels: i32 = 0;

export function setSizes(imageHeight: i32, imageWidth: i32, inputs: i32, outputs: i32): void {
  height = imageHeight;
  width = imageWidth;
  channels = inputs;
  outChannels = outputs;
}

/** Terms of one sum: the length of a matrix row. */
@inline
export function taps(): i32 {
  return 9 * channels;
}

/** A matrix row is three runs of contiguous floats, one for each kernel row. */
@inline
export function runLength(): i32 {
  return 3 * channels;
}

/** Bytes between two rows of the padded image, and therefore between two runs. */
@inline
export function paddedRow(): usize {
  return floats((width + 2) * channels);
}

/** Floats of one padded image. */
@inline
export function paddedFloats(): i32 {
  return (height + 2) * (width + 2) * channels;
}

/** Address of the first run of output pixel p. */
@inline
export function windowOf(image: usize, p: i32): usize {
  return image + <usize>(p / width) * paddedRow() + floats((p % width) * channels);
}

/** Copies image n of x into the middle of zeros at `scratch`, and returns `scratch`. */
export function padImage(x: usize, n: i32, scratch: usize): usize {
  const row = floats(width * channels);
  clear(scratch, paddedFloats());
  let from = x + <usize>(n * height) * row, to = scratch + paddedRow() + floats(channels);
  for (let y = 0; y < height; y++, from += row, to += paddedRow()) memory.copy(to, from, row);
  return scratch;
}

/** panels [outChannels / PANEL][ky][kx][c][PANEL]: the order in which the product reads the weights. */
export function pack(weight: usize, panels: usize): void {
  for (let o = 0; o < outChannels; o++) {
    const panel = panels + floats((o - (o % PANEL)) * taps() + (o % PANEL));
    for (let c = 0; c < channels; c++) {
      for (let position = 0; position < 9; position++, weight += 4) {
        store<f32>(panel + floats((position * channels + c) * PANEL), load<f32>(weight));
      }
    }
  }
}
