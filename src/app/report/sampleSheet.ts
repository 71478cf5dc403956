// Sheet of sample images, a column for each class: an overview of a data set.

import { Drawing } from './drawing.js';
import { textHeight } from './font.js';
import { drawTitle, PADDING, titleHeight } from './frame.js';
import type { ImageSize } from './gallery.js';

export interface SampleSheetOptions {
  readonly title: string;
  readonly names: readonly string[];
  /** The images of each class, `[height, width]` each, 0 = paper. */
  readonly samples: readonly (readonly Uint8Array[])[];
  /** Size of every image. */
  readonly size: ImageSize;
  /** Classes side by side before the next band begins. Default 16. */
  readonly columns?: number;
}

const SCALE = 2;
const GAP = 4;
const NAME_ROW = 2 * textHeight() + 12;
const BAND_GAP = 14;

/** Draws the samples of each class under its name. */
export function sampleSheet(options: SampleSheetOptions): Drawing {
  const { title, names, samples, size, columns = 16 } = options;
  const [cellWidth, cellHeight] = [size.width * SCALE + GAP, size.height * SCALE + GAP];
  const rows = Math.max(1, ...samples.map((images) => images.length));
  const bands = Math.max(1, Math.ceil(names.length / columns));
  const bandHeight = NAME_ROW + rows * cellHeight + BAND_GAP;
  const width = 2 * PADDING + Math.min(columns, Math.max(8, names.length)) * cellWidth;
  const top = titleHeight(title, width);
  const drawing = new Drawing(width, top + bands * bandHeight - BAND_GAP + PADDING);
  drawTitle(drawing, title);
  for (const [i, name] of names.entries()) {
    const x = PADDING + (i % columns) * cellWidth;
    const y = top + Math.floor(i / columns) * bandHeight;
    drawing.text(x + cellWidth / 2, y + 4, name, { scale: 2, align: 'center' });
    for (const [row, image] of samples[i].entries()) {
      const imageTop = y + NAME_ROW + row * cellHeight;
      drawing.image(x + GAP / 2, imageTop, image, size, SCALE);
    }
  }
  return drawing;
}
