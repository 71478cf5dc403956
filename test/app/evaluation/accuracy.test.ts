// Tests the accuracy counts against numbers counted by hand.

import { describe, expect, it } from 'vitest';
import { LOOK_ALIKES, mergedName } from '../../../src/data/emnist/lookAlikes.js';
import { score } from '../../../src/app/evaluation/accuracy.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';

/** Scores pairs written as `label>prediction`, e.g. `1>I`: a digit one predicted as the letter. */
function scorePairs(pairs: string, classes: readonly string[] = BALANCED_CLASSES) {
  const cases = pairs
    .split(' ')
    .map((pair) => pair.split('>').map((name) => classes.indexOf(name)));
  return score(
    cases.map(([, prediction]) => prediction),
    cases.map(([label]) => label),
    classes,
  );
}

describe('score', () => {
  it('counts hits in total and per class', () => {
    const { total, correct, accuracy, balancedAccuracy, perClass } = scorePairs(
      'A>A A>B A>A B>B C>A C>B C>C C>A',
      ['A', 'B', 'C', 'D'],
    );
    expect({ total, correct, accuracy }).toEqual({ total: 8, correct: 4, accuracy: 0.5 });
    // D has no images and does not count
    expect(balancedAccuracy).toBeCloseTo((2 / 3 + 1 + 0.25) / 3, 15);
    expect(perClass).toEqual([
      { name: 'A', total: 3, correct: 2, accuracy: 2 / 3 },
      { name: 'B', total: 1, correct: 1, accuracy: 1 },
      { name: 'C', total: 4, correct: 1, accuracy: 0.25 },
      // No image of it: no accuracy, rather than 0 or NaN.
      { name: 'D', total: 0, correct: 0, accuracy: null },
    ]);
  });

  it('merges each group of look-alikes, in both directions, and no two groups', () => {
    const hits = '1>I I>1 1>L L>I 9>g g>9 q>g 9>q F>f f>F 0>O O>0 A>A';
    const misses = '1>9 L>F 0>g O>1 f>I A>B q>0';
    const { total, correct, accuracy, mergedAccuracy } = scorePairs(`${hits} ${misses}`);
    expect({ total, correct }).toEqual({ total: 20, correct: 1 });
    expect(accuracy).toBe(1 / 20);
    expect(mergedAccuracy).toBe(13 / 20);
  });

  it('does not merge letters that look alike only in some handwriting', () => {
    const { mergedAccuracy } = scorePairs('2>Z 5>S 8>B U>V h>n r>Y');
    expect(mergedAccuracy).toBe(0);
  });

  it('merges the remaining members of a group in a split without the others', () => {
    expect(scorePairs('I>L L>I O>Q', ['I', 'L', 'O', 'Q']).mergedAccuracy).toBe(2 / 3);
  });

  it('accepts typed arrays, as evaluation returns them', () => {
    const predictions = Uint8Array.of(0, 1, 1);
    const labels = Uint8Array.of(0, 1, 0);
    expect(score(predictions, labels, ['a', 'b'])).toMatchObject({
      correct: 2,
      total: 3,
      mergedAccuracy: 2 / 3,
    });
  });
});

describe('mergedName', () => {
  it('is the first of the group, or the name itself', () => {
    expect(['1', 'I', 'L', '9', 'g', 'q', 'F', 'f', '0', 'O', 'A', 'b'].map(mergedName)).toEqual(
      Array.from('111999FF00Ab'),
    );
  });

  it('groups existing classes, each in one group', () => {
    const names = LOOK_ALIKES.flat();
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(BALANCED_CLASSES).toContain(name);
  });
});
