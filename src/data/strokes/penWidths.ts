// Test sets of the same drawings with pens of several widths. They isolate the effect of pen width
// on accuracy, because only the brush changes. Synthetic characters, not EMNIST.

import { ImageDataset } from '../loading/imageDataset.js';
import { DEFAULT_INK_SIZE, GlyphRenderer } from './glyph.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../emnist/idx.js';
import { SyntheticCharacters } from './synthetic.js';

/** Pen widths of the test, in pixels of EMNIST's 128 x 128 canvas; real EMNIST is about 8. */
export const PEN_WIDTHS: readonly number[] = [4, 6, 8, 10, 12];

export interface PenWidthOptions {
  readonly seed: number;
  /** Number of drawings; classes alternate. */
  readonly count: number;
  /** In pixels of the 128 x 128 canvas, above 0. */
  readonly penWidth: number;
}

/**
 * Draws a test set with one pen. Drawing i is the same for every pen: its strokes come from the
 * synthetic characters' test part, at one size.
 */
export function penWidthDataset({ seed, count, penWidth }: PenWidthOptions): ImageDataset {
  const characters = new SyntheticCharacters({ seed, part: 'test' });
  const renderer = new GlyphRenderer();
  const images = new Uint8Array(count * IMAGE_PIXELS);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const { strokes, label } = characters.drawing(index);
    images.set(
      renderer.render(strokes, { inkSize: DEFAULT_INK_SIZE, penWidth }),
      index * IMAGE_PIXELS,
    );
    labels[index] = label;
  }
  const name = `synthetic characters (not EMNIST), pen of ${penWidth}`;
  return new ImageDataset({
    name,
    images,
    height: IMAGE_SIDE,
    width: IMAGE_SIDE,
    labels,
    classes: characters.classes,
    synthetic: true,
  });
}
