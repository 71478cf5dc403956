// Rejection of images that are not characters: evidence from logits and from probabilities, the
// threshold of a share of the images, and its effect on a prediction.

import { describe, expect, it } from 'vitest';
import { interpret } from '../../../src/app/evaluation/interpret.js';
import {
  evidenceOf,
  evidenceOfLogits,
  requiredEvidence,
} from '../../../src/app/evaluation/rejection.js';
import { probabilitiesOf } from '../../../src/app/training/temperature.js';
import { Rng } from '../../../src/engine/index.js';

describe('evidence', () => {
  it('is the largest logit minus their mean', () => {
    expect(evidenceOfLogits([1, 5, -3])).toBe(4);
    expect(evidenceOfLogits([2, 2, 2, 2])).toBe(0);
  });

  it.each([0.5, 1, 3])('is the same from probabilities at temperature %f', (temperature) => {
    const rng = new Rng(1);
    const logits = Float32Array.from({ length: 47 }, () => rng.between(-8, 8));
    const probabilities = probabilitiesOf(logits, 47, temperature);
    expect(evidenceOf(probabilities, temperature)).toBeCloseTo(evidenceOfLogits(logits), 4);
  });
});

describe('requiredEvidence', () => {
  // Evidence first / 2, (first + 1) / 2, ... in two classes, in random order.
  const logitsFrom = (first: number, count: number): number[] =>
    [...new Rng(2).permutation(count)].flatMap((i) => [first + i, 0]);
  const shareBelow = (logits: readonly number[], threshold: number): number =>
    logits.filter((value, i) => i % 2 === 0 && value / 2 < threshold).length / (logits.length / 2);

  it('rejects 98 % of the outliers if few characters have so little evidence', () => {
    const [characters, outliers] = [logitsFrom(100, 1000), logitsFrom(0, 100)];
    const threshold = requiredEvidence(characters, outliers, 2);
    expect(shareBelow(outliers, threshold)).toBe(0.98);
    expect(shareBelow(characters, threshold)).toBe(0);
  });

  it('rejects at most 0.5 % of the characters', () => {
    const [characters, outliers] = [logitsFrom(0, 1000), logitsFrom(500, 100)];
    const threshold = requiredEvidence(characters, outliers, 2);
    expect(shareBelow(characters, threshold)).toBe(0.005);
    expect(shareBelow(outliers, threshold)).toBe(0);
  });
});

describe('interpret', () => {
  const classes = ['A', 'B', 'C'];

  it('rejects an image below the evidence, however probable its class is', () => {
    const probabilities = [0.9, 0.05, 0.05]; // evidence (2 / 3) log 18 = 1.93
    const atEvidence = (minEvidence: number): ReturnType<typeof interpret> =>
      interpret(probabilities, classes, 3, { minEvidence, temperature: 1 });
    expect(atEvidence(1.9)).toMatchObject({ rejected: false, sure: true });
    expect(atEvidence(1.95)).toMatchObject({ rejected: true, sure: false, characters: ['A'] });
  });

  it('rejects nothing without a threshold', () => {
    expect(interpret([1 / 3, 1 / 3, 1 / 3], classes, 3).rejected).toBe(false);
  });

  it('accepts probabilities that are zero in float32', () => {
    const rejection = { minEvidence: 5, temperature: 1 };
    expect(interpret([1, 0, 0], classes, 3, rejection).rejected).toBe(false);
  });
});
