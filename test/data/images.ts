// Large images of synthetic characters in many colors and formats, for the tests of preprocessing
// and predict.

import { Raster } from '../../src/data/strokes/raster.js';
import type { DecodedImage } from '../../src/data/image/preprocess.js';
import { SyntheticCharacters, type SyntheticDrawing } from '../../src/data/strokes/synthetic.js';
import { Rng } from '../../src/engine/rng.js';

/** The amount of ink on each pixel of an image, 0..1. */
export interface Coverage {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

export interface Placement {
  /** Longer side of the strokes' bounding box in pixels. The pen scales with it. */
  readonly size?: number;
  /** Margins in pixels: left, top, right, bottom. */
  readonly margins?: readonly [number, number, number, number];
}

/** Draws strokes large, with the pen width of `tool` scaled accordingly. */
export function drawLarge(drawing: SyntheticDrawing, placement: Placement = {}): Coverage {
  const { size = 300, margins = [60, 40, 90, 70] } = placement;
  const { strokes, pen: tool } = drawing;
  const [xs, ys] = [0, 1].map((axis) =>
    strokes.flatMap((stroke) => Array.from(stroke).filter((_, i) => i % 2 === axis)),
  );
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [boxWidth, boxHeight] = [Math.max(...xs) - left, Math.max(...ys) - top];
  const scale = size / Math.max(boxWidth, boxHeight);
  const penSize = (tool.penWidth! * size) / tool.inkSize!;
  const raster = new Raster(
    Math.ceil(boxWidth * scale + penSize + margins[0] + margins[2]),
    Math.ceil(boxHeight * scale + penSize + margins[1] + margins[3]),
  );
  for (const stroke of strokes) {
    const placed = Array.from(stroke, (value, i) =>
      i % 2 === 0
        ? (value - left) * scale + margins[0] + penSize / 2
        : (value - top) * scale + margins[1] + penSize / 2,
    );
    raster.drawStroke(placed, penSize);
  }
  return raster;
}

/** Draws sample `index` of the synthetic characters of a seed. */
export function drawing(seed: number, index: number): SyntheticDrawing {
  return new SyntheticCharacters({ seed }).drawing(index);
}

/** A gray image. `shade` maps ink and position of a pixel, all 0..1, to its brightness, 0..255. */
export function gray(
  { data, width, height }: Coverage,
  shade: (ink: number, x: number, y: number) => number,
): DecodedImage {
  // Uint8Array.from with a function takes four times as long, and some images have millions of
  // pixels.
  const bytes = new Uint8Array(data.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      bytes[i] = Math.min(255, Math.max(0, Math.round(shade(data[i], x / width, y / height))));
    }
  }
  return { data: bytes, width, height, channels: 1 };
}

type Color = readonly number[];

/** Ink of one color on paper of another. Colors have three components, or four with alpha. */
export function colored({ data, width, height }: Coverage, ink: Color, paper: Color): DecodedImage {
  const channels = ink.length as 3 | 4;
  const bytes = new Uint8Array(data.length * channels);
  data.forEach((inkAmount, i) => {
    for (let c = 0; c < channels; c++)
      bytes[i * channels + c] = inkAmount * ink[c] + (1 - inkAmount) * paper[c];
  });
  return { data: bytes, width, height, channels };
}

/** Strokes of one color on a transparent background, as a canvas saves them. */
export function onTransparent(
  { data, width, height }: Coverage,
  [red, green, blue]: Color,
): DecodedImage {
  const bytes = new Uint8Array(data.length * 4);
  data.forEach((inkAmount, i) => bytes.set([red, green, blue, 255 * inkAmount], 4 * i));
  return { data: bytes, width, height, channels: 4 };
}

/** A generator of approximately standard normal numbers. */
export function noise(seed: number): () => number {
  const rng = new Rng(seed);
  return () => {
    let sum = 0;
    for (let i = 0; i < 6; i++) sum += rng.uniform();
    return (sum - 3) * Math.SQRT2;
  };
}

/** Mean absolute difference of two 28 x 28 images, 0..255. */
export function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length;
}
