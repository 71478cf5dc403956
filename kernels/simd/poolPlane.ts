// ReLU and 2x2 max-pooling of one panel of a convolution of one image, for inference: the plane is still
// in a cache when it is pooled, and only a quarter of it is written to memory.

import { ConvShape } from './convShape';
import { PANEL, PANEL_BYTES, floats, storePart } from './lanes';

/**
 * out [outHeight / 2, outWidth / 2, outChannels], of which `count` channels from `channel` on are written =
 * the maximum of 0 and of the four pixels of each window of plane [outHeight][outWidth][PANEL].
 */
export function poolPlane(s: ConvShape, plane: usize, channel: i32, count: i32, out: usize): void {
  const width = s.outWidth >> 1, row = <usize>s.outWidth * PANEL_BYTES, pixel = floats(s.outChannels);
  out += floats(channel);
  for (let y = 0; y < s.outHeight >> 1; y++, plane += 2 * row) {
    let upper = plane;
    for (let x = 0; x < width; x++, upper += 2 * PANEL_BYTES, out += pixel) {
      if (count >= PANEL) poolWindow(upper, upper + row, out);
      else poolPartialWindow(upper, upper + row, out, count);
    }
  }
}

/** The window whose rows begin at `upper` and `lower`, for all channels of a panel. */
@inline
function poolWindow(upper: usize, lower: usize, out: usize): void {
  const zero = f32x4.splat(0);
  for (let offset: usize = 0; offset < PANEL_BYTES; offset += 32) {
    const p = upper + offset, p1 = p + PANEL_BYTES, q = lower + offset, q1 = q + PANEL_BYTES;
    const above0 = f32x4.max(v128.load(p), v128.load(p1)), above1 = f32x4.max(v128.load(p, 16), v128.load(p1, 16));
    const below0 = f32x4.max(v128.load(q), v128.load(q1)), below1 = f32x4.max(v128.load(q, 16), v128.load(q1, 16));
    v128.store(out + offset, f32x4.max(f32x4.max(above0, below0), zero));
    v128.store(out + offset, f32x4.max(f32x4.max(above1, below1), zero), 16);
  }
}

/** The same for fewer channels. */
function poolPartialWindow(upper: usize, lower: usize, out: usize, count: i32): void {
  const zero = f32x4.splat(0);
  for (let part = 0; part < count; part += 4) {
    const p = upper + floats(part), q = lower + floats(part);
    const above = f32x4.max(v128.load(p), v128.load(p + PANEL_BYTES));
    const below = f32x4.max(v128.load(q), v128.load(q + PANEL_BYTES));
    storePart(out + floats(part), f32x4.max(f32x4.max(above, below), zero), count - part);
  }
}
