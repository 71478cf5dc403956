// Tests the tick values of an axis, and the positions of values on it.

import { describe, expect, it } from 'vitest';
import { axisOf, formatTick } from '../../../src/app/report/ticks.js';

const labels = (...parameters: Parameters<typeof axisOf>) =>
  axisOf(...parameters).ticks.map(({ label }) => label);

describe('a linear axis', () => {
  it.each([
    [
      [0, 1],
      ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0'],
    ],
    [
      [0.21, 0.94],
      ['0.2', '0.4', '0.6', '0.8', '1.0'],
    ],
    [
      [0, 2400],
      ['0', '500', '1,000', '1,500', '2,000', '2,500'],
    ],
    [
      [-3, 12],
      ['-5', '0', '5', '10', '15'],
    ],
    [
      [0.10001, 0.10004],
      ['0.100010', '0.100015', '0.100020', '0.100025', '0.100030', '0.100035', '0.100040'],
    ],
    [
      [0, 3e6],
      ['0', '500,000', '1,000,000', '1,500,000', '2,000,000', '2,500,000', '3,000,000'],
    ],
    [
      [1e9, 3e9],
      ['1e9', '1.5e9', '2e9', '2.5e9', '3e9'],
    ],
  ])('for %j has the ticks %j', (values, expected) => {
    expect(labels(values)).toEqual(expected);
  });

  it('ends at its outer ticks, or at its data', () => {
    const rounded = axisOf([1, 20]);
    expect([rounded.low, rounded.high]).toEqual([0, 20]);
    const exact = axisOf([1, 20], { round: false });
    expect([exact.low, exact.high]).toEqual([1, 20]);
    expect(exact.ticks.map(({ value }) => value)).toEqual([5, 10, 15, 20]);
    expect(exact.position(1)).toBe(0);
    expect(exact.position(10.5)).toBe(0.5);
  });

  it('has ticks only at integers with `integer`', () => {
    const options = { round: false, integer: true, count: 10 };
    expect(labels([1, 4], options)).toEqual(['1', '2', '3', '4']);
    expect(labels([1, 2], options)).toEqual(['1', '2']);
    expect(labels([1], options)).toEqual(['1']);
    expect(labels([1, 60], options)).toEqual(['10', '20', '30', '40', '50', '60']);
  });

  it('supports one value, and none', () => {
    const single = axisOf([5]);
    expect(single.low).toBeLessThan(5);
    expect(single.high).toBeGreaterThan(5);
    expect(labels([])).toEqual(labels([0, 1]));
    expect(labels([NaN, Infinity])).toEqual(labels([0, 1]));
    expect(labels([0, 0])).toEqual(labels([0, 1]));
  });
});

describe('a logarithmic axis', () => {
  it.each([
    [
      [1e-6, 10],
      ['1e-6', '1e-5', '1e-4', '0.001', '0.01', '0.1', '1', '10'],
    ],
    [
      [0.4, 10.4],
      ['0.2', '0.5', '1', '2', '5', '10', '20'],
    ],
    [
      [3, 3],
      ['2', '5'],
    ],
    [
      [1e-12, 1e6],
      ['1e-12', '1e-9', '1e-6', '0.001', '1', '1,000', '1e6'],
    ],
    [
      [-1, 0],
      ['0.1', '0.2', '0.5', '1.0'],
    ],
  ])('for %j has the ticks %j', (values, expected) => {
    const shown = labels(values, { log: true });
    expect(shown.map(Number.parseFloat)).toEqual(expected.map(Number.parseFloat));
  });

  it('spaces powers of ten equally, and excludes values that are not positive', () => {
    const { position } = axisOf([0.01, 100], { log: true });
    const positions = [0.01, 0.1, 1, 10, 100].map(position);
    for (const [i, fraction] of positions.entries()) expect(fraction).toBeCloseTo(i / 4, 9);
    expect(position(0)).toBeNaN();
    expect(position(-1)).toBeNaN();
  });
});

it('numbers have thousands separators only before the decimal point', () => {
  expect(formatTick(1234567.1234567, 4)).toBe('1,234,567.1235');
  expect(formatTick(0.00002, 5)).toBe('2e-5');
  expect(formatTick(-1000, 0)).toBe('-1,000');
});
