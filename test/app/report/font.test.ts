// Tests the font: every printable character has a distinct glyph, and characters that handwriting
// confuses differ clearly.

import { describe, expect, it } from 'vitest';
import {
  glyphOf,
  GLYPH_ROWS,
  GLYPHS,
  textHeight,
  textWidth,
  traceText,
} from '../../../src/app/report/font.js';

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i));

function glyphText(character: string): string {
  return glyphOf(character)
    .rows.map((row) => row.map((dot) => (dot ? '#' : '.')).join(''))
    .join('\n');
}

/** Number of dots that differ between two glyphs, aligned at their left edges. */
function difference(a: string, b: string): number {
  const [one, other] = [glyphOf(a), glyphOf(b)];
  let count = 0;
  for (let y = 0; y < GLYPH_ROWS; y++) {
    for (let x = 0; x < Math.max(one.width, other.width); x++) {
      if ((one.rows[y][x] ?? false) !== (other.rows[y][x] ?? false)) count += 1;
    }
  }
  return count;
}

describe('the font', () => {
  it('has every printable ASCII character and the symbols that charts use', () => {
    expect(
      [...PRINTABLE, '±', '°', '×', '–', '·', '→'].filter((character) => !GLYPHS.has(character)),
    ).toEqual([]);
  });

  it('has glyphs of ten rows of equal length, all with ink except the space', () => {
    for (const [character, { width, rows }] of GLYPHS) {
      expect(rows.length, character).toBe(GLYPH_ROWS);
      expect(new Set(rows.map((row) => row.length)), character).toEqual(new Set([width]));
      expect(rows.flat().includes(true), character).toBe(character !== ' ');
    }
  });

  it('has no duplicate glyphs', () => {
    const glyphTexts = [...GLYPHS.keys()].map(glyphText);
    expect(new Set(glyphTexts).size).toBe(glyphTexts.length);
  });

  it.each([
    '0O',
    '0o',
    '1I',
    '1l',
    'Il',
    'I|',
    'l|',
    '1|',
    '5S',
    '2Z',
    '0D',
    '9g',
    '9q',
    'gq',
    'Cc',
    'Oo',
  ])('distinguishes %s by at least four dots', (pair) => {
    expect(difference(pair[0], pair[1])).toBeGreaterThanOrEqual(4);
  });

  it('distinguishes 8 and B by three corners', () => {
    expect(difference('8', 'B')).toBe(3);
  });

  it.each(Array.from('CKOPSUVWXYZ'))('draws lowercase %s lower than the capital', (capital) => {
    const top = (character: string) =>
      glyphOf(character).rows.findIndex((row) => row.includes(true));
    expect(top(capital)).toBe(0);
    if (capital !== 'K') expect(top(capital.toLowerCase())).toBe(2);
  });

  it('draws a box for unknown characters', () => {
    expect(glyphText('é')).toBe(glyphText('水'));
    expect(glyphText('é')).toMatch(/^#####\n#\.\.\.#/);
  });

  it('measures a text as drawn', () => {
    for (const text of ['', 'I', 'Wave 0.25 %', '→ é']) {
      let right = -1;
      traceText(
        text,
        (x) => (right = Math.max(right, x)),
        () => undefined,
      );
      expect(right, text).toBeLessThan(Math.max(1, textWidth(text)));
      expect(textWidth(text, 3)).toBe(3 * textWidth(text));
    }
    expect(textWidth('II')).toBe(7); // 3 + 1 + 3
    expect(textHeight(2)).toBe(16);
  });
});
