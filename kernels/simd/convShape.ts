// The geometry of a convolution, and the two tables that turn it into a matrix product without building the matrix.
// No arithmetic on values. May import lanes only.
//
// A convolution is a matrix multiply whose rows overlap: the row of output pixel p holds the kh*kw*C inputs under the kernel,
// and in a padded NHWC image element k of it lies at
//     image + pixelOffsets[p] + tapOffsets[k]
// Both tables depend on the geometry only. Forward, input gradient and weight gradient read the same two.

import { clear, floats } from './lanes';

/** Fields are i32, in this order, at the address that JavaScript passes; convPrepare fills those from paddedHeight on. */
@unmanaged
export class ConvShape {
  height: i32; // of x as it is stored, before padding
  width: i32;
  channels: i32; // of all groups together
  outHeight: i32;
  outWidth: i32;
  outChannels: i32; // of all groups together
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  groups: i32;
  padTop: i32; // may be negative: rows cut off
  padLeft: i32;
  insertY: i32; // 1: none; s: s - 1 rows of zeros between neighbouring rows (input gradient of stride s)
  insertX: i32;
  blockImages: i32; // images padded, and kept in cache, at a time
  paddedHeight: i32; // from here on: filled by convPrepare
  paddedWidth: i32;
  taps: i32; // K: kernelHeight * kernelWidth * channels / groups
  run: i32; // neighbours in memory under the kernel: see tile.ts
  imageFloats: i32; // of one padded image
  pixels: i32; // outHeight * outWidth
  tapOffsets: usize; // u32 [taps], bytes
  pixelOffsets: usize; // u32 [blockImages * pixels], bytes
}

/**
 * Fills the derived fields and both tables. The caller allocates 26 + taps + blockImages * outHeight * outWidth words.
 */
export function convPrepare(shape: ConvShape): void {
  const s = shape;
  const groupChannels = s.channels / s.groups;
  s.paddedHeight = (s.outHeight - 1) * s.strideY + (s.kernelHeight - 1) * s.dilationY + 1;
  s.paddedWidth = (s.outWidth - 1) * s.strideX + (s.kernelWidth - 1) * s.dilationX + 1;
  s.imageFloats = s.paddedHeight * s.paddedWidth * s.channels;
  s.pixels = s.outHeight * s.outWidth;
  s.taps = s.kernelHeight * s.kernelWidth * groupChannels;
  // Without dilation and groups the kernel row covers neighbours; otherwise only the channels of one pixel are neighbours.
  s.run = s.groups == 1 && s.dilationX == 1 ? s.kernelWidth * s.channels : groupChannels;
  s.tapOffsets = changetype<usize>(s) + offsetof<ConvShape>();
  s.pixelOffsets = s.tapOffsets + floats(s.taps);

  let at = s.tapOffsets;
  for (let ky = 0; ky < s.kernelHeight; ky++) {
    for (let kx = 0; kx < s.kernelWidth; kx++) {
      const pixel = (ky * s.dilationY * s.paddedWidth + kx * s.dilationX) * s.channels;
      for (let c = 0; c < groupChannels; c++, at += 4) store<u32>(at, floats(pixel + c));
    }
  }
  at = s.pixelOffsets;
  for (let n = 0; n < s.blockImages; n++) {
    for (let y = 0; y < s.outHeight; y++) {
      let pixel = n * s.imageFloats + y * s.strideY * s.paddedWidth * s.channels;
      for (let x = 0; x < s.outWidth; x++, at += 4, pixel += s.strideX * s.channels)
        store<u32>(at, floats(pixel));
    }
  }
}

/** Whether the stored image already is the padded one, so that no copy is needed. */
export function isPlain(s: ConvShape): bool {
  return (
    s.padTop == 0 &&
    s.padLeft == 0 &&
    s.insertY == 1 &&
    s.insertX == 1 &&
    s.paddedHeight == s.height &&
    s.paddedWidth == s.width
  );
}

/** The padded images of a block of x: x itself where nothing is to pad, else a copy in `scratch`. */
export function paddedBlock(s: ConvShape, x: usize, scratch: usize, firstImage: i32, images: i32): usize {
  const image = floats(s.height * s.width * s.channels);
  const from = x + <usize>firstImage * image;
  if (isPlain(s)) return from;
  for (let n = 0; n < images; n++) padImage(s, from + <usize>n * image, scratch + floats(n * s.imageFloats));
  return scratch;
}

/**
 * Copies one image into the middle of zeros. Rows and columns that no kernel position covers, which a stride can leave over
 * at the lower right, are cut off.
 */
function padImage(s: ConvShape, x: usize, out: usize): void {
  const C = s.channels,
    pixel = floats(C);
  clear(out, s.imageFloats);
  // First and last stored column that land inside the padded row.
  let firstX = 0,
    lastX = s.width;
  while (firstX < lastX && s.padLeft + firstX * s.insertX < 0) firstX++;
  while (lastX > firstX && s.padLeft + (lastX - 1) * s.insertX >= s.paddedWidth) lastX--;
  for (let y = 0; y < s.height; y++) {
    const row = s.padTop + y * s.insertY;
    if (row < 0 || row >= s.paddedHeight) continue;
    let from = x + floats((y * s.width + firstX) * C);
    let to = out + floats((row * s.paddedWidth + s.padLeft + firstX * s.insertX) * C);
    if (s.insertX == 1) {
      memory.copy(to, from, floats((lastX - firstX) * C));
      continue;
    }
    for (let i = firstX; i < lastX; i++, from += pixel, to += pixel * s.insertX) memory.copy(to, from, pixel);
  }
}
