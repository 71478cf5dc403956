// Tests the parts of the tour without a DOM: its steps, and where its card is placed.

import { describe, expect, it } from 'vitest';
import { bestCorner } from '../../../src/app/web/tour/placement.js';
import { STEP_SECONDS, STEPS } from '../../../src/app/web/tour/steps.js';

it('has six to eight steps of one or two short sentences, and plays in 60 seconds', () => {
  expect(STEPS.length).toBeGreaterThanOrEqual(6);
  expect(STEPS.length).toBeLessThanOrEqual(8);
  expect(STEPS.length * STEP_SECONDS).toBeCloseTo(60);
  for (const { title, text } of STEPS) {
    expect(text.split(/(?<=[.!?]) /).length, title).toBeLessThanOrEqual(2);
    expect(text.length, title).toBeLessThanOrEqual(110);
  }
});

describe('the corner of the card', () => {
  const card = { width: 300, height: 200 };
  const window = { width: 1000, height: 800 };

  it.each([
    ['bottom-right', { left: 0, top: 0, width: 400, height: 800 }],
    ['bottom-left', { left: 600, top: 0, width: 400, height: 800 }],
    ['top-right', { left: 0, top: 700, width: 1000, height: 100 }],
  ] as const)('is %s for %j', (corner, target) => {
    expect(bestCorner(target, card, window)).toBe(corner);
  });

  it('hides as little as possible of a target that is everywhere', () => {
    const target = { left: 50, top: 150, width: 950, height: 650 };
    expect(bestCorner(target, card, window)).toBe('top-left');
  });
});
