// Synthetic characters: skeletons, sampling, and image statistics close to EMNIST's.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classCounts, imageAt } from '../../../src/data/loading/imageDataset.js';
import { readEmnist } from '../../../src/data/emnist/readEmnist.js';
import {
  inkExtent,
  imageStatistics,
  quartiles,
  strokeWidth,
  type ImageStatistics,
} from '../../../src/data/loading/statistics.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { SyntheticCharacters, syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { DIGIT_FORMS } from '../../../src/data/strokes/skeletons/digits.js';
import { LOWER_FORMS } from '../../../src/data/strokes/skeletons/lower.js';
import { parseSkeleton, smoothPath } from '../../../src/data/strokes/skeletons/skeleton.js';
import { UPPER_FORMS } from '../../../src/data/strokes/skeletons/upper.js';
import { FormatError } from '../../../src/engine/errors.js';
import { emnistDir, emnistMissing } from '../../support/originalModel.js';
import { skipNote } from '../../support/skipping.js';

/** FNV-1a hash, sufficient to detect a changed byte. */
function fingerprint(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

describe('skeletons', () => {
  it('have several forms of each class of EMNIST Balanced, and of no other', () => {
    const forms = { ...DIGIT_FORMS, ...UPPER_FORMS, ...LOWER_FORMS };
    expect(Object.keys(forms).sort()).toEqual([...BALANCED_CLASSES].sort());
    for (const [name, list] of Object.entries(forms)) {
      expect(list.length, name).toBeGreaterThanOrEqual(3);
      for (const [weight, path] of list)
        expect(parseSkeleton(weight, path).size, name).toBeGreaterThan(30);
    }
  });

  it('are parsed into strokes with knots and corners', () => {
    const { strokes, size, weight } = parseSkeleton(2, '0,0 30,-10! 60,90 / 5,5');
    expect(weight).toBe(2);
    expect(size).toBe(100);
    expect(strokes.map(({ knots }) => [...knots])).toEqual([
      [0, 0, 30, -10, 60, 90],
      [5, 5],
    ]);
    expect(strokes[0].isCorner).toEqual([false, true, false]);
    expect(parseSkeleton(1, '0,0 9,9 0,9 0,0').strokes[0].isClosed).toBe(true);
  });

  it.each(['', '1,2 3', '1,2 / ', '1.5,2', '1,2!!', '1, 2'])('reject the path "%s"', (path) => {
    expect(() => parseSkeleton(1, path)).toThrow(FormatError);
    expect(() => parseSkeleton(0, '1,2')).toThrow(/weight/);
  });

  it('pass through every knot, are straight between corners, and smooth where they close', () => {
    const [stroke] = parseSkeleton(1, '0,0 40,10 50,60 0,80').strokes;
    const path = smoothPath(stroke, stroke.knots, 5);
    for (let knot = 0; knot < 4; knot++) {
      expect(path[10 * knot]).toBeCloseTo(stroke.knots[2 * knot], 10);
      expect(path[10 * knot + 1]).toBeCloseTo(stroke.knots[2 * knot + 1], 10);
    }
    const [line] = parseSkeleton(1, '0,0! 50,100!').strokes;
    const points = smoothPath(line, line.knots, 5);
    for (let i = 0; i < points.length; i += 2) expect(points[i + 1]).toBeCloseTo(2 * points[i], 10);

    const [ring] = parseSkeleton(1, '50,0 0,50 50,100 100,50 50,0').strokes;
    const circle = smoothPath(ring, ring.knots, 200);
    const [startX, startY] = [circle[2] - circle[0], circle[3] - circle[1]];
    const [endX, endY] = [circle.at(-2)! - circle.at(-4)!, circle.at(-1)! - circle.at(-3)!];
    expect(startY / startX).toBeCloseTo(0, 1); // level at the top,
    expect(endY / endX).toBeCloseTo(0, 1); // on both sides
  });
});

describe('SyntheticCharacters', () => {
  it('sample i depends only on the seed and i, in any order', () => {
    const one = new SyntheticCharacters({ seed: 4 });
    const other = new SyntheticCharacters({ seed: 4 });
    const inOrder = Array.from({ length: 60 }, (_, i) => one.sample(i));
    for (let i = 59; i >= 0; i -= 7) expect(other.sample(i)).toEqual(inOrder[i]);
  });

  it('gives another image for another seed, part or index', () => {
    const image = new SyntheticCharacters({ seed: 1 }).sample(8).image;
    const others = [
      new SyntheticCharacters({ seed: 2 }).sample(8),
      new SyntheticCharacters({ seed: 1, part: 'test' }).sample(8),
      new SyntheticCharacters({ seed: 1, part: 'validation' }).sample(8),
      new SyntheticCharacters({ seed: 1 }).sample(8 + 47),
    ];
    for (const other of others) {
      expect(other.label).toBe(8);
      expect(fingerprint(other.image)).not.toBe(fingerprint(image));
    }
  });

  it('gives valid images for any index', () => {
    const characters = new SyntheticCharacters({ seed: 9 });
    fc.assert(
      fc.property(fc.maxSafeNat(), (index) => {
        const { image, label } = characters.sample(index);
        expect(label).toBe(index % 47);
        expect(Math.max(...image)).toBe(255);
        const { width, height } = inkExtent(image, 28)!;
        expect(Math.max(width, height)).toBeGreaterThanOrEqual(20);
        expect(Math.max(width, height)).toBeLessThanOrEqual(26);
      }),
      { numRuns: 200 },
    );
    expect(() => characters.sample(-1)).toThrow(/index.*got -1/);
  });

  it('makes a balanced data set whose name states that it is not EMNIST', () => {
    const dataset = syntheticDataset({ seed: 3, count: 3 * 47 });
    expect(dataset).toMatchObject({
      name: 'synthetic characters (not EMNIST)',
      length: 141,
      synthetic: true,
    });
    expect(new Set(classCounts(dataset))).toEqual(new Set([3]));
    expect([...imageAt(dataset, 50)]).toEqual([
      ...new SyntheticCharacters({ seed: 3 }).sample(50).image,
    ]);
    expect(() => syntheticDataset({ seed: 3, count: 0 })).toThrow(/count.*got 0/);
  });

  it('gives the same bytes on every machine', () => {
    // After an intended change of the drawing, insert the new value.
    expect(fingerprint(syntheticDataset({ seed: 2024, count: 470 }).images)).toBe('ef8c902e');
  });
});

describe('statistics', () => {
  it('are exact for a bar', () => {
    const image = new Uint8Array(784);
    for (let y = 2; y < 26; y++) image.fill(255, y * 28 + 10, y * 28 + 13); // 3 wide, 24 high
    expect(inkExtent(image, 28)).toEqual({ width: 3, height: 24, centerX: 11, centerY: 13.5 });
    // 2 * 72 / 54, except at the corner where both neighbors differ, whose edge has length sqrt(2),
    // not 2.
    expect(strokeWidth(image, 28)).toBeCloseTo((2 * 72) / (54 - 2 + Math.SQRT2), 10);
    expect(inkExtent(new Uint8Array(784), 28)).toBeNull();
    expect(strokeWidth(new Uint8Array(784), 28)).toBe(0);
    expect(quartiles([4, 1, 3, 2])).toEqual({ lower: 2, median: 3, upper: 4 });
  });

  it('include strokes that touch the border', () => {
    expect(strokeWidth(new Uint8Array(784).fill(255), 28)).toBeCloseTo(
      (2 * 784) / (4 * 28 - 2 + Math.SQRT2),
      10,
    );
  });

  /** Checks the statistics of a set of 28 x 28 characters against EMNIST's. */
  function expectToLookLikeEmnist(statistics: ImageStatistics): void {
    const ink = statistics.ink!;
    expect(statistics.mean).toBeGreaterThan(0.165);
    expect(statistics.mean).toBeLessThan(0.185);
    expect(statistics.sd).toBeGreaterThan(0.32);
    expect(statistics.sd).toBeLessThan(0.345);
    expect(ink.longerSide.lower).toBeGreaterThanOrEqual(24);
    expect(ink.longerSide.upper).toBeLessThanOrEqual(26);
    expect(Math.abs(ink.centerX - 13.5)).toBeLessThan(0.1);
    expect(Math.abs(ink.centerY - 13.5)).toBeLessThan(0.1);
    expect(ink.strokeWidth.lower).toBeGreaterThan(2.2);
    expect(ink.strokeWidth.median).toBeGreaterThan(2.6);
    expect(ink.strokeWidth.median).toBeLessThan(2.9);
    expect(ink.strokeWidth.upper).toBeLessThan(3.45);
  }

  it("of synthetic characters are close to EMNIST's", () => {
    expectToLookLikeEmnist(imageStatistics(syntheticDataset({ seed: 1, count: 47 * 60 })));
  });

  it.skipIf(emnistMissing !== null)(
    `of real EMNIST are in the same ranges${skipNote(emnistMissing)}`,
    async () => {
      expectToLookLikeEmnist(
        imageStatistics(await readEmnist({ dir: emnistDir!, split: 'balanced', part: 'test' })),
      );
    },
  );
});
