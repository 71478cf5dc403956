// Encodes drawings and gray images as PNG files. Equal input gives equal bytes.

import { encode } from 'fast-png';
import type { Drawing } from './drawing.js';
import { paint } from './paint.js';

/** The bytes of a PNG file with three channels of 8 bits. */
export function encodePng(drawing: Drawing): Uint8Array {
  const { width, height, pixels } = paint(drawing);
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

/** The bytes of a PNG file with one channel of 8 bits. */
export function encodeGray(image: {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 = black. */
  readonly data: Uint8Array;
}): Uint8Array {
  return encode({ ...image, channels: 1, depth: 8 });
}
