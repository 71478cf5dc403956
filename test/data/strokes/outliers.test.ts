// Generated drawings that are not characters: kinds, reproducibility, and held-out kinds.

import { describe, expect, it } from 'vitest';
import { OUTLIER_KINDS, Outliers } from '../../../src/data/strokes/outliers.js';

const SEED = 20261130;

describe('Outliers', () => {
  it('excludes ten kinds from training', () => {
    const heldOut = OUTLIER_KINDS.filter(({ isHeldOut }) => isHeldOut).map(({ kind }) => kind);
    expect(heldOut.sort()).toEqual([
      'arrow',
      'asterisk',
      'heart',
      'house',
      'plus sign',
      'question mark',
      'smiley',
      'spiral',
      'star',
      'two characters side by side',
    ]);
    expect(new Set(OUTLIER_KINDS.map(({ kind }) => kind)).size).toBe(OUTLIER_KINDS.length);
  });

  it.each([true, false])('draws every kind equally often, held out: %s', (heldOut) => {
    const outliers = new Outliers({ seed: SEED, heldOut });
    const expected = OUTLIER_KINDS.filter(({ isHeldOut }) => isHeldOut === heldOut);
    expect(outliers.kindCount).toBe(expected.length);
    const kinds = Array.from({ length: 2 * expected.length }, (_, i) => outliers.sample(i).kind);
    expect(kinds).toEqual([...expected, ...expected].map(({ kind }) => kind));
  });

  it('draws ink in every image', () => {
    for (const heldOut of [true, false]) {
      const outliers = new Outliers({ seed: SEED, heldOut });
      for (let index = 0; index < 3 * outliers.kindCount; index++) {
        const { image, kind } = outliers.sample(index);
        expect(Math.max(...image), kind).toBe(255);
      }
    }
  });

  it('depends only on the seed, the part and the index', () => {
    const [one, same] = [new Outliers({ seed: SEED }), new Outliers({ seed: SEED, part: 'train' })];
    expect(same.sample(3)).toEqual(one.sample(3));
    expect(new Outliers({ seed: SEED, part: 'test' }).sample(3).image).not.toEqual(
      one.sample(3).image,
    );
  });
});
