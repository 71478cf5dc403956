// Temperature scaling: the fitted temperature minimizes the loss and recovers the temperature that
// labels were drawn with. Probabilities are the softmax of scaled logits.

import { describe, expect, it } from 'vitest';
import { chooseTemperature } from '../../src/app/training/chooseTemperature.js';
import { fitTemperature, probabilitiesOf } from '../../src/app/training/temperature.js';
import { Rng } from '../../src/engine/rng.js';

const CLASSES = 7;

/** Logits, and labels drawn from softmax(logits / temperature). */
function draw(
  count: number,
  temperature: number,
  seed: number,
): { logits: number[]; labels: number[] } {
  const rng = new Rng(seed);
  const logits = Array.from({ length: count * CLASSES }, () => 4 * rng.normal());
  const probabilities = probabilitiesOf(logits, CLASSES, temperature);
  const labels = Array.from({ length: count }, (_, i) => {
    let remaining = rng.uniform();
    for (let c = 0; c < CLASSES - 1; c++) {
      remaining -= probabilities[i * CLASSES + c];
      if (remaining < 0) return c;
    }
    return CLASSES - 1;
  });
  return { logits, labels };
}

function meanLoss(
  logits: readonly number[],
  labels: readonly number[],
  temperature: number,
): number {
  const losses = labels.map((label, i) => {
    const row = logits.slice(i * CLASSES, (i + 1) * CLASSES).map((z) => z / temperature);
    const highest = Math.max(...row);
    return highest + Math.log(row.reduce((sum, z) => sum + Math.exp(z - highest), 0)) - row[label];
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / labels.length;
}

describe('fitTemperature', () => {
  it.each([0.4, 1, 1.7, 3])(
    'recovers the temperature %d that labels were drawn with',
    (temperature) => {
      const { logits, labels } = draw(20_000, temperature, 3);
      expect(Math.abs(fitTemperature(logits, labels) / temperature - 1)).toBeLessThan(0.04);
    },
  );

  it('minimizes the loss', () => {
    const { logits, labels } = draw(500, 1.3, 4);
    const fitted = fitTemperature(logits, labels);
    const lowest = meanLoss(logits, labels, fitted);
    for (const factor of [0.9, 0.99, 0.999, 1.001, 1.01, 1.1]) {
      expect(meanLoss(logits, labels, fitted * factor)).toBeGreaterThan(lowest);
    }
  });

  it('is invariant to a constant added to the logits of a row, even a large one', () => {
    const { logits, labels } = draw(500, 1.3, 5);
    const moved = logits.map((z, i) => z + 5000 * Math.floor(i / CLASSES));
    expect(fitTemperature(moved, labels)).toBeCloseTo(fitTemperature(logits, labels), 6);
  });

  it('stays within bounds if all predictions are correct, or all wrong', () => {
    const rows = [5, 0, 0, 0, 5, 0, 0, 0, 5];
    expect(fitTemperature(rows, [0, 1, 2])).toBe(0.05);
    expect(fitTemperature(rows, [1, 2, 0])).toBe(20);
  });

  it('rejects labels that do not match the logits', () => {
    expect(() => fitTemperature([1, 2, 3], [0, 1])).toThrow('3 logits do not match 2 labels');
  });
});

describe('probabilitiesOf', () => {
  it('is the softmax of the logits divided by the temperature', () => {
    const probabilities = Array.from(probabilitiesOf([1, 3, 1000, 998], 2, 2));
    const high = 1 / (1 + Math.exp(-1));
    [1 - high, high, high, 1 - high].forEach((value, i) =>
      expect(probabilities[i]).toBeCloseTo(value, 6),
    );
    expect(Array.from(probabilitiesOf([0, Math.log(3)], 2))).toEqual([0.25, 0.75]);
  });

  it.each([0, -1, NaN, Infinity])('rejects a temperature of %d', (temperature) => {
    expect(() => probabilitiesOf([1, 2], 2, temperature)).toThrow(
      'must be a finite number above 0',
    );
  });
});

describe('chooseTemperature', () => {
  /** Rows with a logit of `scale` at class 0 of 2; the label is 0 in a share of `right`. */
  const rows = (count: number, scale: number, right: number) => ({
    logits: Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? scale : 0)),
    labels: Array.from({ length: count }, (_, i) => ((i * 7) % 10 < 10 * right ? 0 : 1)),
  });

  it('fits a temperature that lowers the loss', () => {
    // Correct with probability 0.8: the logit should be log(4).
    const { logits, labels } = rows(500, 4, 0.8);
    const { temperature, reason } = chooseTemperature(logits, labels);
    expect(temperature).toBeCloseTo(4 / Math.log(4), 6);
    expect(reason).toBeNull();
  });

  it('keeps 1 for fewer than 500 images', () => {
    const { logits, labels } = rows(499, 4, 0.8);
    const expected = { temperature: 1, reason: 'fewer than 500 validation images' };
    expect(chooseTemperature(logits, labels)).toEqual(expected);
    const more = rows(600, 4, 0.8);
    expect(chooseTemperature(more.logits, more.labels, 499)).toEqual(expected);
  });

  it('keeps 1 if cross-validation shows no lower loss', () => {
    const { logits, labels } = rows(500, Math.log(4), 0.8); // calibrated
    const { temperature, reason } = chooseTemperature(logits, labels);
    expect(temperature).toBe(1);
    expect(reason).toMatch(/cross-validation/);
  });
});
