// The pen-width test set: the same characters drawn with pens of different widths.

import { describe, expect, it } from 'vitest';
import { imageAt, type ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { PEN_WIDTHS, penWidthDataset } from '../../../src/data/strokes/penWidths.js';
import { strokeWidth } from '../../../src/data/loading/statistics.js';

const COUNT = 94;
const sets = PEN_WIDTHS.map((penWidth) => penWidthDataset({ seed: 4, count: COUNT, penWidth }));
const mean = (dataset: ImageDataset): number =>
  Array.from({ length: COUNT }, (_, i) => strokeWidth(imageAt(dataset, i), 28)).reduce(
    (a, b) => a + b,
    0,
  ) / COUNT;

describe('penWidthDataset', () => {
  it('contains the same characters for every pen, two of each class', () => {
    for (const { labels, length, synthetic } of sets) {
      expect(length).toBe(COUNT);
      expect(labels).toEqual(sets[0].labels);
      expect(synthetic).toBe(true);
    }
    expect(new Set(sets[0].labels).size).toBe(47);
  });

  it('has wider strokes for every wider pen, from below to well above the widths of EMNIST', () => {
    const widths = sets.map(mean);
    widths.forEach((width, i) =>
      expect(i === 0 || width > widths[i - 1] + 0.2, String(widths)).toBe(true),
    );
    expect(widths[0]).toBeLessThan(2.2); // EMNIST's lower decile is 2.21 pixels, its upper 3.18
    expect(widths.at(-1)).toBeGreaterThan(3.3);
  });

  it('changes only the pen: a wider pen covers most of the ink of a thinner one', () => {
    for (let i = 0; i < COUNT; i++) {
      const [thin, thick] = [imageAt(sets[1], i), imageAt(sets[3], i)];
      const covered = thin.filter((value, pixel) => value > 128 && thick[pixel] > 64).length;
      expect(covered / thin.filter((value) => value > 128).length).toBeGreaterThan(0.6);
    }
  });

  it('depends only on the seed', () => {
    const again = penWidthDataset({ seed: 4, count: COUNT, penWidth: PEN_WIDTHS[2] });
    expect(again.images).toEqual(sets[2].images);
    expect(penWidthDataset({ seed: 5, count: COUNT, penWidth: PEN_WIDTHS[2] }).images).not.toEqual(
      again.images,
    );
  });
});
