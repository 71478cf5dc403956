// Lines of text in the three synthetic handwritings of test/browser/strokes, as strokes of a pad.

import { StrokeBuilder } from '../../src/data/strokes/strokeBuilder.js';
import { writeText } from '../browser/strokes/authored/index.js';
import type { Hand } from '../browser/strokes/recorded.js';

export { HANDS, type Hand } from '../browser/strokes/recorded.js';

/** Pixels of the height of the wide pad. */
const PAD_HEIGHT = 640;

/** The strokes of a line as the page's pad stores them: the finger writes small letters, the others capitals. */
export function handwriting(hand: Hand, text: string, seed: number): number[][] {
  const written = hand === 'finger' ? text.toLowerCase() : text.toUpperCase();
  return writeText(hand, written, seed).map((points) => {
    const builder = new StrokeBuilder();
    for (const [x, y, , pressure] of points) builder.add(x / PAD_HEIGHT, y / PAD_HEIGHT, pressure);
    return builder.points;
  });
}
