// Images of handwriting, drawn like ink on paper.

import { boundingBox } from '../../src/data/strokes/boundingBox.js';
import { Raster, type Stroke } from '../../src/data/strokes/raster.js';
import { grayPng } from './imageFiles.js';

/** Pixels per unit of the strokes, width of the pen, and margin of the paper. */
const [SCALE, PEN, MARGIN] = [300, 9, 30];
const [PAPER, INK] = [235, 40];

/** Strokes in dark ink on light paper, as a PNG file. */
export function handwritingPng(strokes: readonly Stroke[]): Uint8Array {
  const { left, top, right, bottom } = boundingBox(strokes);
  const [width, height] = [right - left, bottom - top].map(
    (side) => Math.ceil(side * SCALE) + 2 * MARGIN,
  );
  const raster = new Raster(width, height);
  for (const stroke of strokes) {
    const pixels = Float64Array.from(
      stroke,
      (value, i) => MARGIN + SCALE * (value - (i % 2 === 0 ? left : top)),
    );
    raster.drawStroke(pixels, PEN);
  }
  const data = Uint8Array.from(raster.data, (ink) => Math.round(PAPER + (INK - PAPER) * ink));
  return grayPng(data, width, height);
}
