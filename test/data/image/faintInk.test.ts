// Faint ink: a light pencil on noisy paper is found; blank paper, noise and shadows are empty.

import { describe, expect, it } from 'vitest';
import { preprocess, type DecodedImage } from '../../../src/data/image/preprocess.js';
import { difference, drawing, drawLarge, gray, noise, type Coverage } from '../images.js';

const SEED = 20;
const INDICES = [10, 25, 37, 3];
const large = (index: number): Coverage =>
  drawLarge(drawing(SEED, index), { margins: [120, 90, 100, 140] });

describe('faint ink', () => {
  const gauss = noise(SEED);
  const variants: Record<string, (coverage: Coverage) => DecodedImage> = {
    'five levels darker than the paper': (c) => gray(c, (ink) => 240 - 5 * ink),
    'ten levels darker, with noise': (c) => gray(c, (ink) => 220 - 10 * ink + 2.5 * gauss()),
    'twenty levels darker, with much noise': (c) => gray(c, (ink) => 200 - 20 * ink + 8 * gauss()),
    'ten levels darker, in uneven light': (c) =>
      gray(c, (ink, x, y) => (1 - 0.05 * ink) * (230 - 60 * x - 30 * y) + gauss()),
    'ten levels brighter, with noise': (c) => gray(c, (ink) => 60 + 10 * ink + 2 * gauss()),
  };

  it.each(Object.entries(variants))('is found: %s', (_, make) => {
    for (const index of INDICES) {
      const coverage = large(index);
      const clear = preprocess(gray(coverage, (ink) => 255 * (1 - ink)));
      const { image, empty } = preprocess(make(coverage));
      expect(empty).toBe(false);
      expect(difference(image, clear.image), `sample ${index}`).toBeLessThan(14);
    }
  });

  it('is found if it is thin on a large sheet', () => {
    const { strokes, pen, label } = drawing(SEED, INDICES[0]);
    const thin = drawLarge(
      { strokes, label, pen: { ...pen, penWidth: 1.5 } },
      { size: 250, margins: [200, 150, 200, 250] },
    );
    const clear = preprocess(gray(thin, (ink) => 255 * (1 - ink)));
    const faint = preprocess(gray(thin, (ink) => 215 - 30 * ink + 5 * gauss()));
    expect(faint.empty).toBe(false);
    expect(difference(faint.image, clear.image)).toBeLessThan(20);
  });
});

describe('without ink the image is empty:', () => {
  const paper: Coverage = { data: new Float32Array(400 * 300), width: 400, height: 300 };
  const gauss = noise(SEED + 1);
  /** Noise of neighboring pixels that depend on each other, as after JPEG or in paper fibers. */
  const coarse = (size: number): ((x: number, y: number) => number) => {
    const values = Float32Array.from({ length: 10_000 }, gauss);
    return (x, y) => values[100 * Math.floor((y * 300) / size) + Math.floor((x * 400) / size)] ?? 0;
  };
  const blank: Record<string, () => DecodedImage> = {
    'weak noise': () => gray(paper, () => 230 + gauss()),
    'strong noise': () => gray(paper, () => 128 + 25 * gauss()),
    'noise in blocks of 4 pixels': () => {
      const block = coarse(4);
      return gray(paper, (_, x, y) => 200 + 5 * block(x, y));
    },
    'noise in blocks of 8 pixels': () => {
      const block = coarse(8);
      return gray(paper, (_, x, y) => 200 + 4 * block(x, y) + gauss());
    },
    'uneven light': () => gray(paper, (_, x, y) => 235 - 12 * x * y + gauss()),
    'uneven light without noise': () => gray(paper, (_, x, y) => 235 - 12 * x * x - 9 * y),
    'a few specks': () =>
      gray(paper, (_, x, y) => (Math.hypot(x - 0.3, y - 0.4) < 0.01 ? 215 : 230) + 2 * gauss()),
  };

  it.each(Object.entries(blank))('%s', (_, make) => {
    for (let round = 0; round < 5; round++) expect(preprocess(make()).empty).toBe(true);
  });
});
