// Tests the metrics against hand-computed numbers, and against alternative formulas.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bootstrapInterval,
  calibration,
  CALIBRATION_BINS,
  classMeasures,
  confusedPairs,
  confusionCounts,
  macroF1,
  topAccuracy,
} from '../../../src/app/evaluation/measures.js';

const NAMES = ['a', 'b', 'c', 'd'];
//  truth     a a a b b c c c c
//  predicted a a b b a c c a b      d has no image and is never predicted
const LABELS = [0, 0, 0, 1, 1, 2, 2, 2, 2];
const READ = [0, 0, 1, 1, 0, 2, 2, 0, 1];
const COUNTS = confusionCounts(READ, LABELS, 4);

describe('confusion counts', () => {
  it('have the true class in rows and the predicted class in columns', () => {
    expect(Array.from(COUNTS)).toEqual([2, 1, 0, 0, 1, 1, 0, 0, 1, 1, 2, 0, 0, 0, 0, 0]);
  });
});

describe('precision, recall and F1', () => {
  it('match a small example', () => {
    const measures = classMeasures(COUNTS, NAMES);
    expect(measures).toEqual([
      { name: 'a', precision: 2 / 4, recall: 2 / 3, f1: 4 / 7 },
      { name: 'b', precision: 1 / 3, recall: 1 / 2, f1: 2 / 5 },
      { name: 'c', precision: 1, recall: 2 / 4, f1: 4 / 6 },
      { name: 'd', precision: null, recall: null, f1: null },
    ]);
    expect(macroF1(measures)).toBeCloseTo((4 / 7 + 2 / 5 + 4 / 6) / 3, 12);
  });

  it('handle a class that was never predicted, and a class without images', () => {
    const counts = confusionCounts([0], [1], 2);
    expect(classMeasures(counts, ['a', 'b'])).toEqual([
      { name: 'a', precision: 0, recall: null, f1: 0 },
      { name: 'b', precision: null, recall: 0, f1: 0 },
    ]);
  });

  it('F1 is the harmonic mean of the two, for any counts', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 9, maxLength: 9 }), (counts) => {
        for (const { precision, recall, f1 } of classMeasures(counts, ['a', 'b', 'c'])) {
          if (precision === null || recall === null || precision + recall === 0) continue;
          expect(f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
        }
      }),
    );
  });
});

describe('confused pairs', () => {
  it('are sorted by count, then by the order of the classes', () => {
    expect(confusedPairs(COUNTS, NAMES, 3)).toEqual([
      { label: 'a', read: 'b', count: 1, share: 1 / 3 },
      { label: 'b', read: 'a', count: 1, share: 1 / 2 },
      { label: 'c', read: 'a', count: 1, share: 1 / 4 },
    ]);
    expect(confusedPairs([0, 1, 5, 9], ['a', 'b'], 9)).toEqual([
      { label: 'b', read: 'a', count: 5, share: 5 / 14 },
      { label: 'a', read: 'b', count: 1, share: 1 },
    ]);
  });
});

describe('top-k accuracy', () => {
  const shares = [0.5, 0.3, 0.2, 0.2, 0.3, 0.5, 0.3, 0.3, 0.4];

  it('counts images whose class is among the k most likely; equal ones by index', () => {
    expect(topAccuracy(shares, [0, 0, 1], 1)).toBe(1 / 3);
    expect(topAccuracy(shares, [0, 0, 1], 2)).toBe(1 / 3);
    expect(topAccuracy(shares, [0, 1, 0], 2)).toBe(1);
    expect(topAccuracy(shares, [0, 0, 1], 3)).toBe(1);
  });

  it('agrees with sorting for random probabilities', () => {
    const row = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 });
    const images = fc.array(fc.tuple(row, fc.nat(3)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 4 }), (rows, k) => {
        const hits = rows.filter(([values, label]) => {
          const order = [0, 1, 2, 3].sort((a, b) => values[b] - values[a]); // stable
          return order.slice(0, k).includes(label);
        });
        const labels = rows.map(([, label]) => label);
        expect(
          topAccuracy(
            rows.flatMap(([values]) => values),
            labels,
            k,
          ),
        ).toBe(hits.length / rows.length);
      }),
    );
  });
});

describe('calibration', () => {
  it('matches a small example', () => {
    // Confidences 0.9 right, 0.92 wrong (bin 14: 13/15 to 14/15), 0.5 right (bin 8).
    const shares = [0.9, 0.1, 0.08, 0.92, 0.5, 0.5];
    const { error, bins } = calibration(shares, [0, 1, 0], [0, 0, 0]);
    expect(error).toBeCloseTo((2 / 3) * Math.abs(0.5 - 0.91) + (1 / 3) * Math.abs(1 - 0.5), 12);
    expect(bins).toHaveLength(CALIBRATION_BINS);
    expect(bins[13]).toMatchObject({ count: 2, accuracy: 0.5 });
    expect(bins[13].confidence).toBeCloseTo(0.91, 12);
    expect(bins[7]).toMatchObject({ count: 1, accuracy: 1, confidence: 0.5 });
    expect(bins.filter(({ count }) => count === 0)).toHaveLength(13);
    expect(bins[0]).toEqual({ from: 0, to: 1 / 15, count: 0, confidence: null, accuracy: null });
  });

  it('is 0 for a model that is always certain and correct, 1 for one that is always certain and wrong', () => {
    const sure = [1, 0, 1, 0];
    expect(calibration(sure, [0, 0], [0, 0]).error).toBe(0);
    expect(calibration(sure, [0, 0], [1, 1]).error).toBe(1);
  });

  it('includes the upper edge of each bin, and counts every image', () => {
    const edge = 3 / 15;
    const { bins } = calibration([edge, 0.5, 0, 1], [0, 1], [0, 1]);
    expect(bins[2].count).toBe(1);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  });
});

describe('the bootstrap interval', () => {
  it('is close to the normal interval for many images, and contains the accuracy', () => {
    const [correct, total] = [1800, 2000];
    const { low, high, level, resamples, seed } = bootstrapInterval(correct, total, 7);
    expect({ level, resamples, seed }).toEqual({ level: 0.95, resamples: 1000, seed: 7 });
    const half = 1.96 * Math.sqrt((0.9 * 0.1) / total);
    expect(low).toBeGreaterThan(0.9 - 1.25 * half);
    expect(low).toBeLessThan(0.9 - 0.75 * half);
    expect(high).toBeGreaterThan(0.9 + 0.75 * half);
    expect(high).toBeLessThan(0.9 + 1.25 * half);
  });

  it('depends only on the seed, and is a point if all images are correct', () => {
    expect(bootstrapInterval(30, 50, 1)).toEqual(bootstrapInterval(30, 50, 1));
    expect(bootstrapInterval(300, 501, 1)).not.toEqual(bootstrapInterval(300, 501, 2));
    expect(bootstrapInterval(20, 20)).toMatchObject({ low: 1, high: 1 });
    expect(bootstrapInterval(0, 20)).toMatchObject({ low: 0, high: 0 });
  });
});
