// Formatting of arrays as text.

import { expect, it } from 'vitest';
import { formatArray } from '../../src/engine/print.js';

it('prints a scalar as a number', () => {
  expect(formatArray([3], [])).toBe('3');
  expect(formatArray([0.5], [])).toBe('0.5000');
});

it('prints rows and columns, aligned', () => {
  expect(formatArray([1, -20, 3, 4], [2, 2])).toBe('[[  1, -20],\n [  3,   4]]');
});

it('indents by depth', () => {
  expect(formatArray([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2])).toBe(
    '[[[1, 2],\n  [3, 4]],\n [[5, 6],\n  [7, 8]]]',
  );
});

it('abbreviates axes longer than seven to three elements at each end', () => {
  const values = Array.from({ length: 100 }, (_, i) => i);
  expect(formatArray(values, [100])).toBe('[ 0,  1,  2, ..., 97, 98, 99]');
  expect(formatArray(values.slice(0, 7), [7])).toBe('[0, 1, 2, 3, 4, 5, 6]');
  expect(formatArray(values, [50, 2]).split('\n')).toEqual([
    '[[ 0,  1],',
    ' [ 2,  3],',
    ' [ 4,  5],',
    ' ...,',
    ' [94, 95],',
    ' [96, 97],',
    ' [98, 99]]',
  ]);
});

it('uses exponent form for values that four decimals cannot show', () => {
  expect(formatArray([1e-5], [])).toBe('1.000e-5');
  expect(formatArray([2.5e7], [])).toBe('2.500e+7');
  expect(formatArray([NaN], [])).toBe('NaN');
  expect(formatArray([-Infinity], [])).toBe('-Infinity');
});

it('prints a view: strides and an offset', () => {
  expect(formatArray([0, 1, 2, 3, 4], [2, 2], [1, 2], 1)).toBe('[[1, 3],\n [2, 4]]');
  expect(formatArray([7], [2, 1e9], [0, 0]).split('\n')[0]).toBe('[[7, 7, 7, ..., 7, 7, 7],');
});

it('prints arrays without elements', () => {
  expect(formatArray([], [0])).toBe('[]');
  expect(formatArray([], [2, 0])).toBe('[[],\n []]');
});
