// Tests the captions of the figures: positions, numbers, and suggested changes.

import { expect, it } from 'vitest';
import { editGains } from '../../../src/app/web/why/dab.js';
import {
  inRegion,
  describeGradients as describeSlopes,
  formatNumber,
  largestRegion,
  regionName,
  formatSigned,
  formatRatio,
} from '../../../src/app/web/figures/captionText.js';

it('names the ninth that contains a point', () => {
  expect([regionName(0, 0, 28), regionName(0, 14, 28), regionName(14, 27, 28)]).toEqual([
    'top left',
    'top',
    'right',
  ]);
  expect([regionName(14, 14, 28), regionName(27, 14, 28), regionName(2, 0, 3)]).toEqual([
    'middle',
    'bottom',
    'bottom left',
  ]);
});

it('names a position within a sentence', () => {
  expect([inRegion(0, 0, 3), inRegion(1, 1, 3), inRegion(1, 2, 3), inRegion(2, 1, 3)]).toEqual([
    'at the top left',
    'in the middle',
    'on the right',
    'at the bottom',
  ]);
});

it('finds the position of most of an image', () => {
  const image = new Float32Array(784);
  expect(largestRegion(image, 28)).toBeNull();
  image[0] = 5;
  image.fill(1, 27 * 28, 28 * 28);
  expect(largestRegion(image, 28)).toBe('bottom left'); // ten pixels of 1 there
  image[14 * 28 + 14] = -3;
  expect(describeSlopes(image, 28)).toBe(
    'More ink helps most here: bottom left. Less ink helps most here: middle.',
  );
  expect(describeSlopes(new Float32Array(784), 28)).toBe('No pixel matters.');
});

it('formats numbers', () => {
  expect([0, 0.123, -2.5, 12.34, -123.4, -0.001].map(formatNumber)).toEqual([
    '0.00',
    '0.12',
    '−2.50',
    '12.3',
    '−123',
    '0.00',
  ]);
  expect([1, -1].map(formatSigned)).toEqual(['+1.00', '−1.00']);
  expect([0, Math.log(3), -Math.log(40), Math.log(12_345), 30].map(formatRatio)).toEqual([
    '1.0 times',
    '3.0 times',
    '40 times',
    '12,000 times',
    'more than a million times',
  ]);
});

it('suggests adding ink where it is missing, and erasing where there is some', () => {
  const [blank, full] = [new Uint8Array(784), new Uint8Array(784).fill(255)];
  const gradients = new Float32Array(784);
  const middle = 14 * 28 + 14;
  gradients[middle] = 2;
  expect([...editGains(gradients, blank)].filter((value) => value !== 0)).toHaveLength(9);
  expect(editGains(gradients, blank)[middle]).toBe(2);
  // The corner of a dot has 0.6 of its ink.
  expect(editGains(gradients, blank)[middle + 29]).toBeCloseTo(1.2, 6);
  // No room for more ink, and less ink has a negative effect.
  expect(editGains(gradients, full).every((value) => value === 0)).toBe(true);
  gradients[middle] = -2;
  expect(editGains(gradients, full)[middle]).toBe(-2);
  expect(editGains(gradients, blank).every((value) => value === 0)).toBe(true);
  gradients[middle + 1] = 3; // on blank paper a dot in the middle loses 2 and gains 3
  expect(editGains(gradients, blank)[middle]).toBe(1);
  // The rest of that dot is outside.
  expect(editGains(new Float32Array(784).fill(1), blank)[0]).toBeCloseTo(3.6, 6);
});
