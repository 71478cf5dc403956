// Encodes a canvas as a PNG file. The same canvas gives the same bytes.

import { encode } from 'fast-png';
import { writeAtomically } from '../outputFiles.js';
import type { Canvas } from './canvas.js';

/** The bytes of a PNG file with three channels of 8 bits. */
export function encodeCanvas(canvas: Canvas): Uint8Array {
  const { width, height, pixels } = canvas;
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

/** Writes a canvas to a PNG file atomically. */
export function writePng(path: string, canvas: Canvas): Promise<void> {
  return writeAtomically(path, encodeCanvas(canvas));
}
