// Tests dabs of the pen and of the eraser, and the first-order gain of the better of both.

import { describe, expect, it } from 'vitest';
import { editGains, withDab } from '../../../src/app/web/why/dab.js';

const CENTER = 10 * 28 + 10;
const blank = new Uint8Array(784);
const full = new Uint8Array(784).fill(255);

/** The values around a pixel, [3, 3]. */
function around(image: Uint8Array, center: number): number[] {
  return [-29, -28, -27, -1, 0, 1, 27, 28, 29].map((offset) => image[center + offset]);
}

describe('a dab', () => {
  it('adds the ink of the pen, up to full ink', () => {
    const once = withDab(blank, { index: CENTER, kind: 'add' });
    expect(around(once, CENTER)).toEqual([153, 255, 153, 255, 255, 255, 153, 255, 153]);
    expect(once.reduce((sum, value) => sum + value, 0)).toBe(4 * 153 + 5 * 255);
    const twice = withDab(once, { index: CENTER, kind: 'add' });
    expect(around(twice, CENTER)).toEqual(Array(9).fill(255));
    expect(blank.every((value) => value === 0)).toBe(true);
  });

  it('erases ink, down to paper', () => {
    const erased = withDab(full, { index: CENTER, kind: 'erase' });
    expect(around(erased, CENTER)).toEqual([102, 0, 102, 0, 0, 0, 102, 0, 102]);
    expect(withDab(blank, { index: CENTER, kind: 'erase' })).toEqual(blank);
  });

  it('is cut off at the edges of the image', () => {
    const corner = withDab(blank, { index: 27, kind: 'add' });
    expect([...corner.keys()].filter((index) => corner[index] > 0)).toEqual([26, 27, 54, 55]);
  });
});

describe('editGains', () => {
  it('is the better of adding and erasing, within the range of the ink', () => {
    const gradients = new Float64Array(784);
    gradients[CENTER] = 2;
    gradients[CENTER + 1] = -1;
    expect(editGains(gradients, blank)[CENTER]).toBeCloseTo(1, 6); // 2 - 1 of full ink each
    expect(editGains(gradients, full)[CENTER]).toBe(0); // full ink gains nothing, and erasing costs 1
    expect(editGains(gradients, full)[CENTER + 2]).toBeCloseTo(-1, 6); // erases only the negative pixel
  });
});
