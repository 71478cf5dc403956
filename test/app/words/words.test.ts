// Tests lines of handwriting without a browser: grouping of strokes, spaces, and word context.

import { describe, expect, it } from 'vitest';
import { resolveLine, type PredictedGroup } from '../../../src/app/words/line.js';
import { type Group, joinEdit, segment, splitEdit } from '../../../src/app/words/segment.js';
import type { Stroke } from '../../../src/data/strokes/raster.js';

/** Strokes of some letters in a box of height 1, and the width of each. */
const FORMS: Readonly<Record<string, { readonly width: number; readonly strokes: readonly number[][] }>> = {
  A: { width: 0.6, strokes: [[0, 1, 0.3, 0], [0.3, 0, 0.6, 1], [0.12, 0.6, 0.48, 0.6]] },
  E: { width: 0.5, strokes: [[0, 0, 0, 1], [0, 0, 0.5, 0], [0, 0.5, 0.4, 0.5], [0, 1, 0.5, 1]] },
  H: { width: 0.6, strokes: [[0, 0, 0, 1], [0.6, 0, 0.6, 1], [0, 0.5, 0.6, 0.5]] },
  K: { width: 0.5, strokes: [[0, 0, 0.04, 1], [0.5, 0, 0.06, 0.5, 0.5, 1]] },
  L: { width: 0.5, strokes: [[0, 0, 0, 1, 0.5, 1]] },
  O: { width: 0.6, strokes: [[0.3, 0, 0, 0.5, 0.3, 1, 0.6, 0.5, 0.3, 0]] },
  X: { width: 0.6, strokes: [[0, 0, 0.6, 1], [0.6, 0, 0, 1]] },
  i: { width: 0.02, strokes: [[0, 0.4, 0.02, 1], [0.05, 0.15]] },
  j: { width: 0.2, strokes: [[0.2, 0.4, 0.2, 1.2, 0, 1.3], [0.22, 0.2]] },
  t: { width: 0.36, strokes: [[0.18, 0, 0.18, 1], [0, 0.35, 0.36, 0.35]] },
  l: { width: 0, strokes: [[0, 0, 0, 1]] },
}; // prettier-ignore

/** Strokes of a text at this size; gaps between letters are a fifth of it, spaces are 1.1. */
function write(text: string, size = 0.4): Stroke[] {
  let x = 0.1;
  const strokes: Stroke[] = [];
  for (const letter of text) {
    if (letter === ' ') {
      x += 0.9 * size;
      continue;
    }
    const { width, strokes: form } = FORMS[letter];
    for (const stroke of form)
      strokes.push(stroke.map((v, i) => (i % 2 === 0 ? x + v * size : 0.3 + v * size)));
    x += (width + 0.2) * size;
  }
  return strokes;
}

const sizes = (groups: readonly Group[]): number[] => groups.map(({ parts }) => parts.length);
const shape = (text: string): number[] =>
  Array.from(text.replaceAll(' ', ''), (c) => FORMS[c].strokes.length);

describe('segment', () => {
  it.each(['HELLO', 'EXtL', 'AA', 'iH', 'HijO', 'till', 'KOALA', 'lll', 'O', 'HiHi'])(
    'finds the letters of %s at any size',
    (text) => {
      for (const size of [0.12, 0.4]) {
        const strokes = write(text, size);
        expect(sizes(segment(strokes))).toEqual(shape(text));
        // Dots and bars may be last.
        expect(sizes(segment([...strokes].reverse()))).toEqual(shape(text));
        expect(segment(strokes).some(({ spaceBefore }) => spaceBefore)).toBe(false);
      }
    },
  );

  it.each(['HE LLO', 'A A', 'L i t', 'HELLO AXEL'])('finds the spaces of "%s"', (text) => {
    const spaces = segment(write(text)).map(({ spaceBefore }) => spaceBefore);
    const expected = Array.from(text).flatMap((c, i) => (c === ' ' ? [] : [text[i - 1] === ' ']));
    expect(spaces).toEqual(expected);
  });

  it('is empty without strokes, and one group for a dot', () => {
    expect(segment([])).toEqual([]);
    expect(sizes(segment([[0.5, 0.5]]))).toEqual([1]);
  });

  it('applies manual joins and splits while their strokes exist', () => {
    const strokes = write('HO');
    const [h, o] = segment(strokes);
    const join = joinEdit(h, o);
    expect(sizes(segment(strokes, [join]))).toEqual([4]);
    const split = splitEdit(segment(strokes, [join])[0])!;
    expect(sizes(segment(strokes, [join, split]))).toEqual([3, 1]);
    expect(sizes(segment(strokes.slice(1), [join]))).toEqual([2, 1]);
    expect(sizes(segment(strokes.slice(0, 3), [join]))).toEqual([3]);
    expect(splitEdit(segment(write('O'))[0])).toBeNull();
  });
});

describe('readLine', () => {
  /** A group with these predictions, the most likely first. Default: height 1, no space before. */
  const group = (
    likely: readonly [string, number][],
    height = 1,
    spaceBefore = false,
  ): PredictedGroup => ({
    ranked: likely.map(([label, probability], index) => ({ index, label, probability })),
    width: 0.5,
    height,
    spaceBefore,
  });
  const of = (...pairs: [string, number][]): [string, number][] => pairs;

  it('replaces O by 0 among digits, with a note', () => {
    const { text, characters } = resolveLine([
      group(of(['4', 0.99])),
      group(of(['O', 0.6], ['0', 0.39])),
      group(of(['7', 0.98])),
    ]);
    expect(text).toBe('407');
    expect(characters[1].note).toBe('O read as 0: the rest of the word is digits');
    expect(characters[0].note).toBeNull();
  });

  it('replaces 5 by S among letters', () => {
    const { text, characters } = resolveLine([
      group(of(['A', 0.99])),
      group(of(['5', 0.7], ['S', 0.25])),
    ]);
    expect(text).toBe('AS');
    expect(characters[1].note).toBe('5 read as S: the rest of the word is letters');
  });

  it('does not change confident predictions, single characters and mixed words', () => {
    expect(resolveLine([group(of(['4', 0.99])), group(of(['O', 0.995], ['0', 0.004]))]).text).toBe(
      '4O',
    );
    expect(resolveLine([group(of(['O', 0.6], ['0', 0.4]))]).text).toBe('O');
    const mixed = [group(of(['A', 1])), group(of(['4', 1])), group(of(['O', 0.6], ['0', 0.4]))];
    expect(resolveLine(mixed).text).toBe('A40');
    // No look-alikes: an unlikely character is not replaced.
    expect(resolveLine([group(of(['A', 1])), group(of(['4', 0.9], ['X', 0.04]))]).text).toBe('A4');
  });

  it('treats each word separately', () => {
    const { text } = resolveLine([
      group(of(['7', 1])),
      group(of(['O', 0.6], ['0', 0.4])),
      group(of(['A', 1]), 1, true),
      group(of(['0', 0.6], ['O', 0.4])),
    ]);
    expect(text).toBe('70 AO');
  });

  it('distinguishes case by height, or else by the neighbors', () => {
    const { text, characters } = resolveLine([
      group(of(['h', 1])),
      group(of(['e', 1]), 0.6),
      group(of(['L', 1])),
      group(of(['O', 1]), 0.6),
    ]);
    expect(text).toBe('helo');
    expect(characters[3].note).toBe('O written small: by its height and its neighbours');
    expect(
      resolveLine([group(of(['H', 1])), group(of(['L', 1])), group(of(['O', 1]), 0.95)]).text,
    ).toBe('HLO');
    expect(resolveLine([group(of(['X', 1]))]).text).toBe('X');
  });
});
