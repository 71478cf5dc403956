// Strokes of typed characters, in the handwriting of the synthetic characters. No DOM.

import { BALANCED_CLASSES } from '../../../../data/emnist/splits.js';
import { boundingBox } from '../../../../data/strokes/boundingBox.js';
import type { Stroke } from '../../../../data/strokes/raster.js';
import { SyntheticCharacters } from '../../../../data/strokes/synthetic.js';

const CHARACTERS = new SyntheticCharacters({ seed: 0 });

/** Longer side of a single character on the pad, in units of the pad. */
const SIDE = 0.56;

/** Measures of a line, in units of the pad: height and baseline of capitals, and the margin on both sides. */
const [CAPITAL, BASELINE, LINE_MARGIN] = [0.5, 0.68, 0.12];
/** Gap between characters, and width of a space, relative to a capital. */
const [GAP, SPACE] = [0.22, 1.2];
/** Height of small letters and their depth below the baseline, relative to a capital; others are as high as a capital. */
const SMALL_LETTERS: readonly (readonly [letters: string, height: number, depth: number])[] = [
  ['acemnorsuvwxz', 0.62, 0],
  ['i', 0.8, 0],
  ['gpqy', 0.92, 0.3],
  ['j', 1.1, 0.3],
];

/** Whether the character has a class; small letters that share the class of their capital do, too. */
export function isWritable(character: string): boolean {
  return classOf(character) >= 0;
}

function classOf(character: string): number {
  const index = BALANCED_CLASSES.indexOf(character);
  return index >= 0 ? index : BALANCED_CLASSES.indexOf(character.toUpperCase());
}

/**
 * A character in the middle of a square pad, in units of the pad.
 *
 * @param variant each number gives another handwriting
 */
export function writeCharacter(character: string, variant: number): Stroke[] {
  const strokes = drawingOf(character, variant);
  const { left, top, right, bottom } = boundingBox(strokes);
  const scale = SIDE / Math.max(right - left, bottom - top);
  return strokes.map((stroke) =>
    moved(stroke, scale, 0.5 - (scale * (left + right)) / 2, 0.5 - (scale * (top + bottom)) / 2),
  );
}

/**
 * A line of text on a wide pad, in units of the pad's height; long lines are written smaller.
 *
 * @param aspect width of the pad / height
 */
export function writeLine(text: string, variant: number, aspect: number): Stroke[] {
  const line: Stroke[] = [];
  let x = 0;
  Array.from(text.trim()).forEach((character, index) => {
    if (character === ' ') {
      x += SPACE - GAP;
      return;
    }
    const strokes = drawingOf(character, variant + index);
    const { left, top, right, bottom } = boundingBox(strokes);
    const small = SMALL_LETTERS.find(([letters]) => letters.includes(character));
    const [, height, depth] = small ?? ['', 1, 0];
    const scale = height / (bottom - top);
    for (const stroke of strokes)
      line.push(moved(stroke, scale, x - scale * left, depth - scale * bottom));
    x += scale * (right - left) + GAP;
  });
  const width = x - GAP;
  const scale = Math.min(CAPITAL, (aspect - 2 * LINE_MARGIN) / width);
  return line.map((stroke) => moved(stroke, scale, LINE_MARGIN, BASELINE));
}

function drawingOf(character: string, variant: number): readonly Stroke[] {
  return CHARACTERS.drawing(classOf(character) + variant * BALANCED_CLASSES.length).strokes;
}

/** A stroke scaled and then moved. */
function moved(stroke: Stroke, scale: number, right: number, down: number): number[] {
  return Array.from(stroke, (value, i) => scale * value + (i % 2 === 0 ? right : down));
}
