// Tests the canvas, pixel by pixel.

import { describe, expect, it } from 'vitest';
import { Canvas } from '../../../src/app/report/canvas.js';
import type { Color } from '../../../src/app/report/color.js';

const RED: Color = [200, 0, 0];
const BLUE: Color = [0, 0, 200];
const WHITE: Color = [255, 255, 255];

/** The image as text: `#` for more ink than paper, `+` for some ink. */
function print(canvas: Canvas): string[] {
  return Array.from({ length: canvas.height }, (_, y) =>
    Array.from({ length: canvas.width }, (_, x) => {
      const [, green] = canvas.at(x, y);
      return green < 128 ? '#' : green < 255 ? '+' : '.';
    }).join(''),
  );
}

describe('a canvas', () => {
  it('starts in one paper color', () => {
    const canvas = new Canvas(3, 2, BLUE);
    expect([...canvas.pixels]).toEqual(Array.from({ length: 6 }, () => BLUE).flat());
    expect(new Canvas(1, 1).at(0, 0)).toEqual(WHITE);
  });

  it('fills boxes, and clips them', () => {
    const canvas = new Canvas(5, 4);
    canvas.fillRect(3, 1, 10, 2, RED);
    canvas.fillRect(-2, -2, 3, 3, RED);
    expect(print(canvas)).toEqual(['#....', '...##', '...##', '.....']);
  });

  it('draws an outline inside its box', () => {
    const canvas = new Canvas(5, 4);
    canvas.strokeRect(0, 0, 4, 4, RED);
    expect(print(canvas)).toEqual(['####.', '#..#.', '#..#.', '####.']);
  });

  it('draws sharp horizontal and vertical lines', () => {
    const canvas = new Canvas(6, 4);
    canvas.line(1, 1, 4, 1, RED);
    canvas.line(5, 0, 5, 3, RED);
    expect(print(canvas)).toEqual(['.....#', '.####.'.replace(/.$/, '#'), '.....#', '.....#']);
  });

  it('draws antialiased diagonal lines, as dark as horizontal ones', () => {
    const canvas = new Canvas(40, 40);
    canvas.line(5, 5, 30, 15, [0, 0, 0]);
    let ink = 0;
    for (let i = 0; i < canvas.pixels.length; i += 3) ink += 255 - canvas.pixels[i];
    // Area is length times thickness, plus half a pixel at each end.
    expect(ink / 255 / (Math.hypot(25, 10) + 1)).toBeCloseTo(1, 1);
    expect(print(canvas).join('')).toContain('+');
    expect(canvas.at(5, 5)).toEqual([0, 0, 0]);
  });

  it('draws discs of the right area, with transparency', () => {
    const canvas = new Canvas(21, 21);
    canvas.disc(10, 10, 6, [0, 0, 0]);
    const ink = canvas.pixels.reduce((sum, value) => sum + (255 - value), 0) / (3 * 255);
    expect(ink / (Math.PI * 36)).toBeCloseTo(1, 1);
    const half = new Canvas(3, 3);
    half.disc(1, 1, 0.5, [0, 0, 0], 0.5);
    expect(print(half)).toEqual(['...', '.+.', '...']);
    expect(half.at(1, 1)).toEqual([128, 128, 128]);
  });

  it('draws nothing for NaN coordinates', () => {
    const canvas = new Canvas(4, 4);
    canvas.line(0, NaN, 3, 3, RED);
    canvas.disc(Infinity, 1, 2, RED);
    expect(canvas.pixels.every((value) => value === 255)).toBe(true);
  });

  it('copies gray images dark on white, at any scale', () => {
    const canvas = new Canvas(4, 4);
    canvas.image(1, 1, Uint8Array.of(0, 255, 100, 0), 2);
    expect(canvas.at(1, 1)).toEqual(WHITE);
    expect(canvas.at(2, 1)).toEqual([0, 0, 0]);
    expect(canvas.at(1, 2)).toEqual([155, 155, 155]);
    const large = new Canvas(4, 2);
    large.image(0, 0, Uint8Array.of(255, 0), 2, 2);
    expect(print(large)).toEqual(['##..', '##..']);
  });

  it('copies another canvas', () => {
    const canvas = new Canvas(4, 3);
    canvas.draw(2, 1, new Canvas(5, 5, RED));
    expect(print(canvas)).toEqual(['....', '..##', '..##']);
  });
});

describe('text', () => {
  const ONE = ['..#..', '.##..', '#.#..', '..#..', '..#..', '..#..', '..#..', '#####'];

  it('is drawn with the glyphs of the font', () => {
    const canvas = new Canvas(5, 8);
    canvas.text(0, 0, '1');
    expect(print(canvas)).toEqual(ONE);
  });

  it('can be rotated to the left', () => {
    const canvas = new Canvas(8, 5);
    canvas.text(0, 5, '1', { vertical: true });
    const turned = Array.from({ length: 5 }, (_, y) => ONE.map((row) => row[4 - y]).join(''));
    expect(print(canvas)).toEqual(turned);
  });

  it('is aligned to its position', () => {
    const columns = (align: 'left' | 'center' | 'right', vertical: boolean): number[] => {
      const canvas = new Canvas(31, 31);
      canvas.text(15, 15, 'H', { align, vertical });
      const rows = print(canvas);
      const inked = [...Array(31).keys()].filter((i) =>
        vertical ? rows[i].includes('#') : rows.some((row) => row[i] === '#'),
      );
      return [inked[0], inked[inked.length - 1]];
    };
    expect(columns('left', false)).toEqual([15, 19]);
    expect(columns('center', false)).toEqual([12, 16]);
    expect(columns('right', false)).toEqual([10, 14]);
    expect(columns('left', true)).toEqual([10, 14]); // from y = 15 upwards
    expect(columns('right', true)).toEqual([15, 19]); // up to y = 15
  });

  it('can be drawn at twice the size, with smoothed diagonals', () => {
    const canvas = new Canvas(10, 16);
    canvas.text(0, 0, '/', { scale: 2 });
    const rows = print(canvas);
    expect(rows[0]).toBe('......##..');
    expect(rows.join('')).toContain('+');
    const plain = new Canvas(10, 16);
    plain.text(0, 0, 'H', { scale: 2 });
    expect(print(plain).join('')).not.toContain('+');
    expect(print(plain)[0]).toBe('##......##');
  });

  it('can have an outline in the paper color', () => {
    const canvas = new Canvas(9, 12, [0, 0, 0]);
    canvas.outlinedText(2, 2, 'l', { color: BLUE });
    expect(canvas.at(2, 2)).toEqual(BLUE);
    expect(canvas.at(1, 1)).toEqual(WHITE);
    expect(canvas.at(0, 0)).toEqual([0, 0, 0]);
  });
});
