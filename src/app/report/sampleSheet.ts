// Sheet of sample characters, a column for each class: an overview of a data set.

import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import { Canvas } from './canvas.js';
import { textHeight } from './font.js';
import { drawTitle, PADDING, titleHeight } from './frame.js';

export interface SampleSheetOptions {
  readonly title: string;
  readonly names: readonly string[];
  /** The images of each class, 28 x 28 bytes each, 0 = paper. */
  readonly samples: readonly (readonly Uint8Array[])[];
  /** Classes side by side before the next band begins. Default 16. */
  readonly columns?: number;
}

const SCALE = 2;
const CELL = IMAGE_SIDE * SCALE + 4;
const NAME_ROW = 2 * textHeight() + 12;
const BAND_GAP = 14;

/** Draws the samples of each class under its name. */
export function sampleSheet({ title, names, samples, columns = 16 }: SampleSheetOptions): Canvas {
  const rows = Math.max(1, ...samples.map((images) => images.length));
  const bands = Math.max(1, Math.ceil(names.length / columns));
  const bandHeight = NAME_ROW + rows * CELL + BAND_GAP;
  const width = 2 * PADDING + Math.min(columns, Math.max(8, names.length)) * CELL;
  const top = titleHeight(title, width);
  const canvas = new Canvas(width, top + bands * bandHeight - BAND_GAP + PADDING);
  drawTitle(canvas, title);
  for (const [i, name] of names.entries()) {
    const x = PADDING + (i % columns) * CELL;
    const y = top + Math.floor(i / columns) * bandHeight;
    canvas.text(x + CELL / 2, y + 4, name, { scale: 2, align: 'center' });
    for (const [row, image] of samples[i].entries()) {
      const options = { scale: SCALE, invert: true };
      canvas.image(x + 2, y + NAME_ROW + row * CELL, image, IMAGE_SIDE, IMAGE_SIDE, options);
    }
  }
  return canvas;
}
