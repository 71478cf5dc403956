// Captions of the thinking panel: places, numbers, and what a hand can change.

import { expect, it } from 'vitest';
import { possibleChange } from '../../../src/app/web/thinking/change.js';
import {
  describeSlopes,
  figure,
  heaviest,
  placeName,
  signed,
  times,
} from '../../../src/app/web/thinking/words.js';

it('names the ninth that a point lies in', () => {
  expect([placeName(0, 0, 28), placeName(0, 14, 28), placeName(14, 27, 28)]).toEqual([
    'top left',
    'top',
    'right',
  ]);
  expect([placeName(14, 14, 28), placeName(27, 14, 28), placeName(2, 0, 3)]).toEqual([
    'middle',
    'bottom',
    'bottom left',
  ]);
});

it('finds where most of a picture lies', () => {
  const picture = new Float32Array(784);
  expect(heaviest(picture, 28)).toBeNull();
  picture[0] = 5;
  picture.fill(1, 27 * 28, 28 * 28);
  expect(heaviest(picture, 28)).toBe('bottom left'); // ten pixels of 1 there
  picture[14 * 28 + 14] = -3;
  expect(describeSlopes(picture, 28)).toBe(
    'More ink helps most here: bottom left. Less ink helps most here: middle.',
  );
  expect(describeSlopes(new Float32Array(784), 28)).toBe('No pixel matters.');
});

it('writes numbers for people', () => {
  expect([0, 0.123, -2.5, 12.34, -123.4, -0.001].map(figure)).toEqual([
    '0.00',
    '0.12',
    '−2.50',
    '12.3',
    '−123',
    '0.00',
  ]);
  expect([1, -1].map(signed)).toEqual(['+1.00', '−1.00']);
  expect([0, Math.log(3), -Math.log(40), Math.log(12_345), 30].map(times)).toEqual([
    '1.0 times',
    '3.0 times',
    '40 times',
    '12,000 times',
    'more than a million times',
  ]);
});

it('counts only what a hand can change: ink on what is blank, none where there is some', () => {
  const image = Uint8Array.from([0, 255, 0, 255, 51]);
  const change = possibleChange(Float32Array.from([2, 2, -2, -2, -1]), image);
  expect([...change].map((value) => Number(value.toFixed(3)))).toEqual([2, 0, 0, -2, -0.2]);
});
