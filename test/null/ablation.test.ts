// The ablation study: its variants, statistics and table.

import { describe, expect, it } from 'vitest';
import {
  estimate,
  optionsOf,
  tableRows,
  VARIANTS,
  type Result,
} from '../../bench/recipes/variants.js';
import { optionName, SETTING_NAMES } from '../../src/app/run/settings.js';

describe('variants', () => {
  it('have unique names and only options that `train` accepts', () => {
    const names = new Set(VARIANTS.map(({ name }) => name));
    expect(names.size).toBe(VARIANTS.length);
    const teachers = VARIANTS.flatMap(({ teacherVariant }) => teacherVariant ?? []);
    expect(teachers).not.toHaveLength(0);
    for (const teacher of teachers) expect(names).toContain(teacher);
    const knownOptions = SETTING_NAMES.map(optionName);
    for (const { name, options } of VARIANTS) {
      const flags = options.filter((option) => option.startsWith('--'));
      for (const option of flags) {
        expect(knownOptions, name).toContain(option.replace(/^--(no-)?/, '').replace(/=.*/, ''));
      }
    }
  });
});

it("a run uses the variant's options, and the scale's for the options that it does not set", () => {
  const options = ['--recipe=best', '--convolutions=1,2,2'];
  const variant = { name: 'deep', title: 'deep', options };
  expect(optionsOf(variant, 'full')).toEqual(options);
  const small = ['--limit=12000', '--epochs=12', '--keep=best', '--no-precise-bn'];
  expect(optionsOf(variant, 'small')).toEqual([...options, ...small]);
});

describe('estimate', () => {
  it("is the mean with Student's 95 % interval", () => {
    const { mean, half } = estimate([0.88, 0.89, 0.9]);
    expect(mean).toBeCloseTo(0.89, 12);
    expect(half).toBeCloseTo((4.303 * 0.01) / Math.sqrt(3), 12);
    expect(estimate([0.5])).toEqual({ mean: 0.5, half: null });
  });
});

it('the table has a row for each variant with results, in the order of the variants', () => {
  const result = (name: string, seed: number, testAccuracy: number): Result => ({
    name,
    scale: 'full' as const,
    seed,
    epochs: 20,
    keptEpoch: 9,
    valAccuracy: 0.9,
    testImages: 9400,
    testAccuracy,
    testMerged: testAccuracy + 0.05,
    calibrationError: 0.01,
    seconds: 600,
  });
  const other: Result = { ...result('best', 3, 0.5), scale: 'small' };
  const rows = tableRows(
    [result('best', 2, 0.91), result('original', 1, 0.88), result('best', 1, 0.9), other],
    'full',
  );
  expect(rows).toEqual([
    ['original', '1', '88.00', '-2.00', '93.00', '1.00', '10.0'],
    ['best', '2 1', '90.50 ± 6.35', '', '95.50 ± 6.35', '1.00 ± 0.00', '10.0'],
  ]);
});
