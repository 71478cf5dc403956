// Grid of gray images, each with a short caption: samples, errors, class means. Dark ink on
// white, as on paper.

import { Drawing } from './drawing.js';
import { BAD, GOOD, GRID, INK, MUTED, type Color } from './color.js';
import { textHeight, textWidth } from './font.js';
import { drawTitle, fitText, PADDING, titleHeight } from './frame.js';

export interface Tile {
  /** `[height, width]`, 0 = paper, 255 = ink. */
  readonly pixels: Uint8Array;
  /** Lines are separated by `\n`; a line that is too long is truncated. */
  readonly caption: string;
  /** The color of the frame and of the caption's first line. Default `plain`. */
  readonly tone?: 'good' | 'bad' | 'plain';
}

/** Width and height of an image in pixels; a data set of images is one. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

export interface GalleryOptions {
  readonly title: string;
  readonly tiles: readonly Tile[];
  /** Size of every image. */
  readonly size: ImageSize;
  /**
   * Tiles per row. By default a number that makes the sheet slightly wider than tall, at most 16.
   */
  readonly columns?: number;
  /**
   * A wider gap after every `groupsOf` tiles of a row, for tiles that belong together. Default
   * none.
   */
  readonly groupsOf?: number;
  /** Pixels of the sheet per pixel of the image. Default 2. */
  readonly scale?: number;
}

const TONES: Readonly<Record<'good' | 'bad' | 'plain', Color>> = {
  good: GOOD,
  bad: BAD,
  plain: GRID,
};
const GAP = 12;
const LINE_HEIGHT = textHeight() + 5;

/** Draws tiles row by row. */
export function gallery(options: GalleryOptions): Drawing {
  const { title, tiles, size, scale = 2, groupsOf = Infinity } = options;
  const { columns = Math.max(1, Math.min(16, Math.ceil(Math.sqrt(tiles.length * 1.6)))) } = options;
  const captions = tiles.map(({ caption }) => caption.split('\n').filter((line) => line !== ''));
  const lines = Math.max(0, ...captions.map((caption) => caption.length));
  const [imageWidth, imageHeight] = [size.width * scale, size.height * scale];
  // As wide as the longest caption, but no more than twice the image.
  const widest = Math.max(0, ...captions.flat().map((line) => textWidth(line)));
  const cell = Math.max(imageWidth + 2, Math.min(2 * imageWidth, widest));
  const rowHeight = imageHeight + 2 + (lines > 0 ? 5 + lines * LINE_HEIGHT : 0) + GAP;
  const leftOf = (column: number): number =>
    PADDING + column * (cell + GAP) + Math.floor(column / groupsOf) * 2 * GAP;
  const width = Math.max(leftOf(columns - 1) + cell + PADDING, title === '' ? 0 : 320);
  const rows = Math.max(1, Math.ceil(tiles.length / columns));
  const headerHeight = title === '' ? PADDING : titleHeight(title, width);
  const drawing = new Drawing(width, headerHeight + rows * rowHeight - GAP + PADDING);
  if (title !== '') drawTitle(drawing, title);
  if (tiles.length === 0) drawing.text(PADDING, headerHeight, 'nothing to show', { color: MUTED });

  for (const [i, { pixels, tone = 'plain' }] of tiles.entries()) {
    const left = leftOf(i % columns);
    const top = headerHeight + Math.floor(i / columns) * rowHeight;
    const x = left + Math.floor((cell - imageWidth) / 2);
    const frame = tone === 'plain' ? 1 : 2;
    drawing.image(x, top + 1, pixels, size, scale);
    drawing.strokeRect(
      x - frame,
      top + 1 - frame,
      imageWidth + 2 * frame,
      imageHeight + 2 * frame,
      TONES[tone],
      frame,
    );
    for (const [line, text] of captions[i].entries()) {
      const color = line > 0 ? MUTED : tone === 'plain' ? INK : TONES[tone];
      const y = top + imageHeight + 7 + line * LINE_HEIGHT;
      drawing.text(x + imageWidth / 2, y, fitText(text, cell), { align: 'center', color });
    }
  }
  return drawing;
}
