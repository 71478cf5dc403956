// Ink that is not the character: ink at the edge of the image and ruled lines are removed; dots and
// the strokes of cropped characters are kept.

import { describe, expect, it } from 'vitest';
import { preprocess, type DecodedImage } from '../../../src/data/image/preprocess.js';
import { Raster, type Stroke } from '../../../src/data/strokes/raster.js';
import { difference } from '../images.js';

const [WIDTH, HEIGHT] = [240, 300];

/** A 5 drawn in the middle of the sheet, and its parts. */
const FIVE: readonly Stroke[] = [
  [90, 80, 90, 140, 130, 145, 145, 175, 130, 205, 90, 205],
  [90, 80, 150, 80],
];
/** A letter i: the stem and its dot. */
const STEM: Stroke = [120, 110, 120, 250];
const DOT: Stroke = [122, 60, 122, 62];

/** A sheet with a character's strokes and with ruled lines. */
function sheet(
  strokes: readonly Stroke[],
  { pen = 14, rules = [], rulePen = 4 }: { pen?: number; rules?: Stroke[]; rulePen?: number } = {},
): DecodedImage {
  const raster = new Raster(WIDTH, HEIGHT);
  for (const stroke of strokes) raster.drawStroke(stroke, pen);
  for (const rule of rules) raster.drawStroke(rule, rulePen);
  const data = Uint8Array.from(raster.data, (ink) => 245 - 200 * ink);
  return { data, width: WIDTH, height: HEIGHT, channels: 1 };
}

const glyph = (image: DecodedImage): Uint8Array => preprocess(image).image;

/** Part of an image. */
function crop(image: DecodedImage, left: number, top: number, right: number, bottom: number) {
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8Array(width * height).map((_, i) => {
    const x = left + (i % width);
    return image.data[(top + Math.floor(i / width)) * image.width + x];
  });
  return { data, width, height, channels: 1 } satisfies DecodedImage;
}

describe('ink at the edge of the image', () => {
  const alone = glyph(sheet(FIVE));

  it.each<[string, Stroke]>([
    ['an adjacent character on the right', [232, 90, 220, 150, 245, 200]],
    ['the end of a stroke on the left', [-10, 150, 25, 160]],
    ['a line along the lower edge', [-10, 299, 250, 297]],
    ['a piece of a line above', [30, -2, 30, 12]],
  ])('is removed: %s', (_, stroke) => {
    expect(difference(glyph(sheet([...FIVE, stroke])), alone)).toBeLessThan(1);
  });

  it('is kept if the character itself touches the edge', () => {
    const cropped = crop(sheet(FIVE), 83, 73, 158, 213);
    expect(difference(glyph(cropped), alone)).toBeLessThan(3);
    const twoParts: Stroke[] = [
      [5, 60, 5, 240],
      [60, 60, 30, 150, 60, 240],
    ];
    const whole = glyph(sheet(twoParts));
    expect(difference(whole, glyph(sheet(twoParts.slice(0, 1))))).toBeGreaterThan(10);
  });

  it('is kept if it is the dot of an i', () => {
    const whole = sheet([STEM, DOT]);
    const cropped = crop(whole, 60, 55, 180, 290);
    expect(difference(glyph(cropped), glyph(whole))).toBeLessThan(3);
    expect(difference(glyph(cropped), glyph(sheet([STEM])))).toBeGreaterThan(4);
  });
});

describe('ruled lines', () => {
  const alone = glyph(sheet(FIVE));
  const lines = (...strokes: number[][]): DecodedImage => sheet(FIVE, { rules: strokes });
  const across = (y: number, tilt = 0): number[] => [-10, y, 250, y + tilt];
  const down = (x: number, tilt = 0): number[] => [x, -10, x + tilt, 310];

  it.each<[string, DecodedImage]>([
    ['a line below the character', lines(across(240))],
    ['a tilted line', lines(across(235, 12))],
    ['the lines of ruled paper', lines(across(30), across(110), across(190), across(270))],
    ['a line at the left of a table cell', lines(down(30, 5))],
    ['a table cell', lines(down(30), down(210), across(40), across(260))],
    ['a slightly bent line', lines([-10, 240, 120, 243, 250, 240])],
  ])('are removed: %s', (_, image) => {
    expect(difference(glyph(image), alone)).toBeLessThan(5);
  });

  it('are removed where they touch the character, which keeps its strokes', () => {
    // Exactly through the vertical stroke of the 5 and its arc.
    const crossed = glyph(lines(across(110), across(175)));
    expect(difference(crossed, alone)).toBeLessThan(5);
    // The character stands on the line.
    expect(difference(glyph(lines(across(210))), alone)).toBeLessThan(8);
  });

  it.each<[string, Stroke[], [number, number, number, number]]>([
    [
      'T',
      [
        [60, 80, 180, 80],
        [120, 80, 120, 220],
      ],
      [53, 73, 187, 227],
    ],
    [
      't',
      [
        [60, 120, 180, 120],
        [120, 60, 120, 240],
      ],
      [53, 53, 187, 247],
    ],
    ['Z', [[60, 80, 180, 80, 60, 220, 180, 220]], [53, 73, 187, 227]],
    ['7', [[60, 80, 180, 80, 100, 220]], [53, 73, 187, 227]],
  ])('are not the strokes of a cropped %s', (_, strokes, [left, top, right, bottom]) => {
    for (const pen of [6, 14]) {
      const image = sheet(strokes, { pen });
      for (const inset of [0, 7 - pen / 2, 7]) {
        const cropped = crop(image, left + inset, top + inset, right - inset, bottom - inset);
        expect(difference(glyph(cropped), glyph(image)), `pen ${pen}, ${inset}`).toBeLessThan(15);
      }
    }
  });
});
