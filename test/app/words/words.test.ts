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

  it('joins the dot of an i and the arm of a Y that stand beside their stems', () => {
    const slantedI = [
      [0.2, 0.4, 0.1, 1],
      [0.32, 0.12],
    ];
    const h = [[-0.6, 0, -0.6, 1, -0.4, 0.5, -0.2, 1]];
    expect(sizes(segment([...h, ...slantedI]))).toEqual([1, 2]);
    const y = [
      [0, 0, 0.3, 0.5],
      [0.62, 0, 0.32, 0.5, 0.3, 1],
    ];
    expect(sizes(segment([...h, ...y]))).toEqual([1, 2]);
  });

  it('keeps bars side by side apart', () => {
    const bars = [0, 0.2, 0.4].map((x) => [x, 0, x, 1]);
    expect(sizes(segment(bars))).toEqual([1, 1, 1]);
  });

  it('requires a wider gap for a space where there is no usual gap', () => {
    const bar = (x: number): number[] => [x, 0, x + 0.5, 1];
    const spaces = (...lefts: number[]): boolean[] =>
      segment(lefts.map(bar)).map(({ spaceBefore }) => spaceBefore);
    expect(spaces(0, 1.3, 2.6)).toEqual([false, false, false]);
    expect(spaces(0, 1.5)).toEqual([false, true]);
    expect(spaces(0, 0.7, 1.4, 2.6)).toEqual([false, false, false, true]);
    // Wide letter spacing: no gap stands out.
    expect(spaces(0, 1.2, 2.4, 3.6)).toEqual([false, false, false, false]);
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

describe('resolveLine', () => {
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
    expect(characters[1].note).toBe('Changed O to 0 because the word is digits');
    expect(characters[0].note).toBeNull();
  });

  it('replaces 5 by S among letters', () => {
    const { text, characters } = resolveLine([
      group(of(['A', 0.99])),
      group(of(['5', 0.7], ['S', 0.25])),
    ]);
    expect(text).toBe('AS');
    expect(characters[1].note).toBe('Changed 5 to S because the word is letters');
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

  it('combines look-alikes: a bar between capitals is an I, not an L', () => {
    const bar = of(['1', 0.45], ['L', 0.42], ['I', 0.12]);
    const thin = { ...group(bar), width: 0.1 };
    const capital = (label: string): PredictedGroup => group(of([label, 0.99]));
    const { text, characters } = resolveLine([capital('P'), thin, capital('N')]);
    expect(text).toBe('PIN');
    expect(characters[1].note).toBe('Changed 1 to I because the word is letters');
    expect(characters[1].alternatives.map((alternative) => alternative.text)).toEqual([
      '1',
      'L',
      'I',
    ]);
    expect(characters[1].alternatives[0].probability).toBeCloseTo(0.99);
    expect(resolveLine([capital('2'), thin, capital('7')]).text).toBe('217');
  });

  it('prefers frequent letter pairs, if the network is not sure', () => {
    const x = (sure: number): PredictedGroup =>
      group(of(['X', sure], ['K', 1 - sure - 0.01], ['R', 0.01]));
    const word = (last: PredictedGroup): string =>
      resolveLine([...Array.from('BAC', (label) => group(of([label, 0.99]))), last]).text;
    expect(word(x(0.6))).toBe('BACK');
    expect(word(x(0.95))).toBe('BACX');
  });

  it('marks a rejected group, which does not influence the others', () => {
    const scribble = { ...group(of(['Q', 0.1], ['M', 0.09]), 3), rejected: true };
    const small = group(of(['O', 0.99]), 0.95);
    const { text, characters } = resolveLine([
      group(of(['4', 0.99])),
      scribble,
      group(of(['O', 0.6], ['0', 0.39])),
      { ...group(of(['h', 0.99])), spaceBefore: true },
      small,
    ]);
    expect(text).toBe('4\uFFFDO hO');
    expect(characters.map(({ rejected }) => rejected)).toEqual([false, true, false, false, false]);
    expect(characters[1]).toMatchObject({ note: 'not a letter or digit', probability: 0.1 });
    expect(characters[1].alternatives.map((one) => one.text)).toEqual(['Q', 'M']);
    const chosen = resolveLine([{ ...scribble, chosen: 'Q' }]);
    expect(chosen.text).toBe('Q');
    expect(chosen.characters[0]).toMatchObject({ rejected: false, probability: 1 });
  });

  it('offers the most probable characters, then look-alikes', () => {
    const labels = ['5', '3', 'J', 'K', 'M', 'N', 'S', 'A', 'B', 'O', '0'];
    const ranked = labels.map((label, i): [string, number] => [label, 2 ** -(i + 1)]);
    const alternatives = (chosen?: string): string[] =>
      resolveLine([{ ...group(ranked), chosen }]).characters[0].alternatives.map((one) => one.text);
    expect(alternatives()).toEqual(['5', '3', 'J', 'K', 'M', 'S']);
    // Those of a chosen character, too; its class is that of the capital.
    expect(alternatives('o')).toEqual(['5', '3', 'J', 'K', 'M', 'S', 'O', '0']);
  });

  it('keeps the character that the user has chosen', () => {
    const h = { ...group(of(['H', 0.99])), chosen: 'x' };
    const { text, characters } = resolveLine([h, group(of(['A', 0.99]))]);
    expect(text).toBe('xA');
    expect(characters[0]).toMatchObject({ note: 'chosen by you', probability: 1 });
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
    expect(characters[3].note).toBe('Small O, by its height and its neighbors');
    expect(
      resolveLine([group(of(['H', 1])), group(of(['L', 1])), group(of(['O', 1]), 0.95)]).text,
    ).toBe('HLO');
    expect(resolveLine([group(of(['X', 1]))]).text).toBe('X');
  });
});
