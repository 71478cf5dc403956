// Tests that a drawing becomes the same pixels, a PNG file with them, and SVG.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { Canvas } from '../../../src/app/report/canvas.js';
import type { Color } from '../../../src/app/report/color.js';
import { Drawing } from '../../../src/app/report/drawing.js';
import { paint } from '../../../src/app/report/paint.js';
import { encodePng } from '../../../src/app/report/encodePng.js';
import { writePng } from '../../../src/app/report/writePng.js';
import { renderSvg } from '../../../src/app/report/svg.js';

const RED: Color = [200, 0, 0];
const BLUE: Color = [0, 0, 200];
const IMAGE = Uint8Array.of(0, 255, 100, 0);

/** A drawing with one shape of each kind. */
function everyShape(): Drawing {
  const inset = new Drawing(8, 8);
  inset.disc(4, 4, 3, RED);
  const drawing = new Drawing(60, 40);
  drawing.fillRect(2, 3, 10, 5, RED);
  drawing.strokeRect(20, 3, 10, 8, BLUE, 2);
  drawing.line(2, 20, 30, 25, BLUE, 3);
  drawing.disc(40, 10, 4, RED, 0.5);
  drawing.text(5, 30, 'a < b', { color: BLUE });
  drawing.text(50, 38, 'up', { vertical: true });
  drawing.outlinedText(30, 28, 'T', { align: 'center', scale: 2 });
  drawing.image(44, 20, IMAGE, { width: 2, height: 2 }, 3);
  drawing.inset(30, 12, inset);
  return drawing;
}

describe('a drawing', () => {
  it('rejects invalid sizes', () => {
    expect(() => new Drawing(0, 5)).toThrow(
      'drawing: sides must be whole numbers from 1 to 20,000, got 0 x 5',
    );
    expect(() => new Drawing(5, 1.5)).toThrow('got 5 x 1.5');
    expect(() => new Drawing(20_001, 5)).toThrow('20,000');
    expect(() => new Drawing(5, 5).image(0, 0, IMAGE, { width: 3, height: 2 })).toThrow(
      'an image of 3 x 2 takes 6 bytes, got 4',
    );
  });

  it('is painted with the operations of the canvas, in order', () => {
    const canvas = new Canvas(60, 40);
    canvas.fillRect(2, 3, 10, 5, RED);
    canvas.strokeRect(20, 3, 10, 8, BLUE, 2);
    canvas.line(2, 20, 30, 25, BLUE, 3);
    canvas.disc(40, 10, 4, RED, 0.5);
    canvas.text(5, 30, 'a < b', { color: BLUE });
    canvas.text(50, 38, 'up', { vertical: true });
    canvas.outlinedText(30, 28, 'T', { align: 'center', scale: 2 });
    canvas.image(44, 20, IMAGE, 2, 3);
    const inset = new Canvas(8, 8);
    inset.disc(4, 4, 3, RED);
    canvas.draw(30, 12, inset);
    expect(paint(everyShape()).pixels).toEqual(canvas.pixels);
  });
});

describe('SVG', () => {
  it('joins lines that continue each other', () => {
    const drawing = new Drawing(20, 20);
    drawing.line(1, 1, 5, 6, RED, 2);
    drawing.line(5, 6, 9, 2, RED, 2);
    drawing.line(9, 2, 12, 2, BLUE, 2);
    drawing.line(0, 0, 1, 1, BLUE, 2);
    expect(renderSvg(drawing, 'a').split('\n').slice(1, -1)).toEqual([
      '<polyline points="1,1 5,6 9,2" fill="none" stroke="#c80000" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/>',
      '<line x1="9" y1="2" x2="12" y2="2" stroke="#0000c8" stroke-width="2" stroke-linecap="round"/>',
      '<line x1="0" y1="0" x2="1" y2="1" stroke="#0000c8" stroke-width="2" stroke-linecap="round"/>',
    ]);
  });

  const svg = renderSvg(everyShape(), 'all "kinds"');
  const lines = svg.split('\n');

  it('has the size of the drawing, and a text alternative', () => {
    expect(lines[0]).toMatch(
      /^<svg role="img" aria-label="all &quot;kinds&quot;" width="60" height="40" viewBox="-0.5 -0.5 60 40"/,
    );
    expect(lines.at(-1)).toBe('</svg>');
  });

  it('has an element for each shape, with centers of pixels as coordinates', () => {
    expect(lines.slice(1, 7)).toEqual([
      '<rect x="1.5" y="2.5" width="10" height="5" fill="#c80000"/>',
      '<rect x="20.5" y="3.5" width="8" height="6" fill="none" stroke="#0000c8" stroke-width="2"/>',
      '<line x1="2" y1="20" x2="30" y2="25" stroke="#0000c8" stroke-width="3" stroke-linecap="round"/>',
      '<circle cx="40" cy="10" r="4" fill="#c80000" opacity="0.5"/>',
      '<text x="5" y="37.5" fill="#0000c8">a &lt; b</text>',
      '<text transform="translate(57.5 38) rotate(-90)" fill="#1f2933">up</text>',
    ]);
    expect(lines[7]).toBe(
      '<text x="30" y="43.5" fill="#1f2933" text-anchor="middle" font-size="22.22" ' +
        'stroke="#ffffff" stroke-width="5" paint-order="stroke">T</text>',
    );
    expect(lines.slice(9, 12)).toEqual([
      '<g transform="translate(30 12)">',
      '<circle cx="4" cy="4" r="3" fill="#c80000"/>',
      '</g>',
    ]);
  });

  it('embeds images as PNG, dark on white', () => {
    const [, base64] = /href="data:image\/png;base64,([^"]+)"/.exec(lines[8])!;
    const { data, channels } = decode(Buffer.from(base64, 'base64'));
    expect({ data: [...data], channels }).toEqual({ data: [255, 0, 155, 255], channels: 1 });
    expect(lines[8]).toMatch(/^<image x="43.5" y="19.5" width="6" height="6"/);
  });
});

describe('a PNG file', () => {
  const drawing = new Drawing(37, 23);
  drawing.text(1, 1, 'PNG', { scale: 2, color: BLUE });
  drawing.line(0, 22, 36, 0, RED, 2);

  it('contains the same pixels', () => {
    const { width, height, channels, depth, data } = decode(encodePng(drawing), {
      checkCrc: true,
    });
    expect({ width, height, channels, depth }).toEqual({
      width: 37,
      height: 23,
      channels: 3,
      depth: 8,
    });
    expect(Uint8Array.from(data)).toEqual(paint(drawing).pixels);
  });

  it('is reproducible, and is written completely', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'inkgrad-plot-'));
    try {
      await writePng(join(folder, 'a.png'), drawing);
      expect(new Uint8Array(await readFile(join(folder, 'a.png')))).toEqual(encodePng(drawing));
      await expect(writePng(join(folder, 'no', 'a.png'), drawing)).rejects.toThrow('ENOENT');
      expect(await readdir(folder)).toEqual(['a.png']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
