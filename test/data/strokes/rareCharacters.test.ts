// Generated characters of rare forms: classes, reproducibility, variation, and separate parts.

import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/engine/index.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { MAX_EXTENT } from '../../../src/data/strokes/glyph.js';
import { Handwriting } from '../../../src/data/strokes/handwriting.js';
import { RareCharacters } from '../../../src/data/strokes/rareCharacters.js';
import { RARE_FORMS } from '../../../src/data/strokes/skeletons/rare.js';
import { parseSkeleton } from '../../../src/data/strokes/skeletons/skeleton.js';

const SEED = 20261130;

describe('RARE_FORMS', () => {
  it.each(RARE_FORMS.map((forms) => [forms.name, forms] as const))('%s', (_, forms) => {
    expect(BALANCED_CLASSES).toContain(forms.class);
    expect(forms.paths.length).toBeGreaterThan(1);
    for (const path of forms.paths) {
      const { size } = parseSkeleton(forms.weight, path);
      expect(size).toBeGreaterThanOrEqual(45);
      expect(size).toBeLessThanOrEqual(150);
    }
  });
});

it('limits the size of the tallest forms to the canvas', () => {
  const tallest = parseSkeleton(1, '0,0 10,150');
  const sizes = Array.from({ length: 200 }, (_, index) => {
    const { inkSize, penWidth } = new Handwriting(new Rng(SEED).split(String(index))).pen(tallest);
    return inkSize! + penWidth!;
  });
  expect(Math.max(...sizes)).toBe(MAX_EXTENT);
  expect(Math.min(...sizes)).toBeLessThan(MAX_EXTENT);
});

describe('RareCharacters', () => {
  const characters = new RareCharacters({ seed: SEED });

  it('draws each kind with its weight, in the class of the kind', () => {
    const count = 4000;
    const total = RARE_FORMS.reduce((sum, { weight }) => sum + weight, 0);
    const drawings = Array.from({ length: count }, (_, index) => characters.drawing(index));
    for (const forms of RARE_FORMS) {
      const ofKind = drawings.filter(({ name }) => name === forms.name);
      const expected = (count * forms.weight) / total;
      // Five standard deviations of a Poisson count.
      expect(Math.abs(ofKind.length - expected), forms.name).toBeLessThan(5 * Math.sqrt(expected));
      const labels = new Set(ofKind.map(({ label }) => BALANCED_CLASSES[label]));
      expect([...labels], forms.name).toEqual([forms.class]);
    }
  });

  it('depends only on the seed, the part and the index', () => {
    const same = new RareCharacters({ seed: SEED, part: 'train' });
    expect(same.sample(7)).toEqual(characters.sample(7));
    for (const other of [
      new RareCharacters({ seed: SEED + 1 }),
      new RareCharacters({ seed: SEED, part: 'test' }),
    ]) {
      expect(other.sample(7).image).not.toEqual(characters.sample(7).image);
    }
  });

  it('draws dotted i with two separate strokes, the dot above the stem', () => {
    const drawings = Array.from({ length: 2000 }, (_, index) => characters.drawing(index));
    const dotted = drawings.filter(({ name }) => name === 'dotted i');
    expect(dotted.length).toBeGreaterThan(50);
    for (const { strokes } of dotted) {
      const heights = strokes.map((stroke) =>
        Math.min(...Array.from(stroke).filter((_, i) => i % 2 === 1)),
      );
      expect(strokes.length).toBeGreaterThanOrEqual(2);
      expect(heights.at(-1)).toBeLessThan(heights[0]);
    }
  });
});
