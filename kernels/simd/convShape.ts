// The geometry of a convolution, and the two tables that turn it into a matrix product
// without building the matrix.
//
// A convolution is a matrix multiply whose rows overlap: the row of output pixel p holds the
// kh*kw*C inputs under the kernel, and in a padded NHWC image element k of it lies at
//     image + pixelOffsets[p] + tapOffsets[k]
// Both tables depend on the geometry only. Forward pass, input gradient and
// weight gradient use the same two.

import { clear, floats } from './lanes';

/**
 * A convolution, as the caller describes it. Every field is one 32-bit word;
 * scripts/build-simd.js generates the TypeScript type and the order of the fields from this
 * class, so fields may be added and reordered here.
 */
@unmanaged
export class ConvGeometry {
  /** Rows of x as it is stored, before padding. */
  height: i32;
  width: i32;
  /** Channels of x, of all groups together. */
  inChannels: i32;
  outHeight: i32;
  outWidth: i32;
  /** Channels of the output, of all groups together. */
  outChannels: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  strideY: i32;
  strideX: i32;
  dilationY: i32;
  dilationX: i32;
  groups: i32;
  /** Rows of zeros above the image. May be negative: rows cut off. */
  padY: i32;
  padX: i32;
  /**
   * 1: no zeros inserted; s: s - 1 rows of zeros between adjacent rows, for the input gradient
   * of a convolution of stride s.
   */
  insertY: i32;
  insertX: i32;
}

/** A convolution with its derived sizes and its two tables. convPrepare fills these fields. */
@unmanaged
export class ConvShape extends ConvGeometry {
  paddedHeight: i32;
  paddedWidth: i32;
  /** K: kernelHeight * kernelWidth * inChannels / groups. */
  taps: i32;
  /** Number of taps that are contiguous in memory: see tile.ts. */
  run: i32;
  /** Floats of one padded image. */
  imageFloats: i32;
  /** outHeight * outWidth. */
  pixels: i32;
  /** Address of u32 [taps], byte offsets. */
  tapOffsets: usize;
  /** Address of u32 [pixels], byte offsets. */
  pixelOffsets: usize;
}

/**
 * Computes the fields of ConvShape and both tables from those of ConvGeometry. The caller allocates
 * the record and, right behind it, taps + pixels words for the tables.
 */
export function convPrepare(shape: ConvShape): void {
  const s = shape;
  const groupChannels = s.inChannels / s.groups;
  s.paddedHeight = (s.outHeight - 1) * s.strideY + (s.kernelHeight - 1) * s.dilationY + 1;
  s.paddedWidth = (s.outWidth - 1) * s.strideX + (s.kernelWidth - 1) * s.dilationX + 1;
  s.imageFloats = s.paddedHeight * s.paddedWidth * s.inChannels;
  s.pixels = s.outHeight * s.outWidth;
  s.taps = s.kernelHeight * s.kernelWidth * groupChannels;
  // Without dilation and groups a kernel row is contiguous in memory; otherwise only
  // the channels of one pixel are.
  s.run = s.groups == 1 && s.dilationX == 1 ? s.kernelWidth * s.inChannels : groupChannels;
  s.tapOffsets = changetype<usize>(s) + offsetof<ConvShape>();
  s.pixelOffsets = s.tapOffsets + floats(s.taps);

  let entry = s.tapOffsets;
  for (let ky = 0; ky < s.kernelHeight; ky++) {
    for (let kx = 0; kx < s.kernelWidth; kx++) {
      const pixel = (ky * s.dilationY * s.paddedWidth + kx * s.dilationX) * s.inChannels;
      for (let c = 0; c < groupChannels; c++, entry += 4) store<u32>(entry, floats(pixel + c));
    }
  }
  entry = s.pixelOffsets;
  for (let y = 0; y < s.outHeight; y++) {
    let pixel = y * s.strideY * s.paddedWidth * s.inChannels;
    for (let x = 0; x < s.outWidth; x++, entry += 4, pixel += s.strideX * s.inChannels) store<u32>(entry, floats(pixel));
  }
}

/** Whether the stored image is also the padded image, so that no copy is needed. */
export function needsNoPadding(s: ConvShape): bool {
  return (
    s.padY == 0 &&
    s.padX == 0 &&
    s.insertY == 1 &&
    s.insertX == 1 &&
    s.paddedHeight == s.height &&
    s.paddedWidth == s.width
  );
}

/**
 * Address of padded image n of x: the image itself if it needs no
 * padding, else a copy in `scratch`.
 */
export function paddedImage(s: ConvShape, x: usize, scratch: usize, n: i32): usize {
  const from = x + <usize>n * floats(s.height * s.width * s.inChannels);
  if (needsNoPadding(s)) return from;
  padImage(s, from, scratch);
  return scratch;
}

/**
 * Copies one image into the middle of zeros. Rows and columns that no kernel position covers, which
 * a stride can leave over at the lower right, are cut off.
 */
function padImage(s: ConvShape, x: usize, out: usize): void {
  const C = s.inChannels,
    pixel = floats(C);
  clear(out, s.imageFloats);
  // First and last stored column that land inside the padded row.
  let firstX = 0,
    lastX = s.width;
  while (firstX < lastX && s.padX + firstX * s.insertX < 0) firstX++;
  while (lastX > firstX && s.padX + (lastX - 1) * s.insertX >= s.paddedWidth) lastX--;
  for (let y = 0; y < s.height; y++) {
    const row = s.padY + y * s.insertY;
    if (row < 0 || row >= s.paddedHeight) continue;
    let from = x + floats((y * s.width + firstX) * C);
    let to = out + floats((row * s.paddedWidth + s.padX + firstX * s.insertX) * C);
    if (s.insertX == 1) {
      memory.copy(to, from, floats((lastX - firstX) * C));
      continue;
    }
    for (let i = firstX; i < lastX; i++, from += pixel, to += pixel * s.insertX) memory.copy(to, from, pixel);
  }
}
