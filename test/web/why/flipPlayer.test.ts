// Tests the animation of a change of the prediction, and its sentences.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FlipPlayer } from '../../../src/app/web/why/flipPlayer.js';
import { articleOf, flipSentence, stepLabel } from '../../../src/app/web/why/flipText.js';

describe('the animation', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('shows every step once, in order', () => {
    const steps: number[] = [];
    new FlipPlayer((step) => steps.push(step)).start(3, true);
    expect(steps).toEqual([0]);
    vi.runAllTimers();
    expect(steps).toEqual([0, 1, 2, 3]);
  });

  it('takes at most 5 seconds', () => {
    const steps: number[] = [];
    new FlipPlayer((step) => steps.push(step)).start(25, true);
    vi.advanceTimersByTime(5000);
    expect(steps.at(-1)).toBe(25);
  });

  it('shows the end at once without animation', () => {
    const steps: number[] = [];
    new FlipPlayer((step) => steps.push(step)).start(3, false);
    vi.runAllTimers();
    expect(steps).toEqual([3]);
  });

  it('stops at a chosen step', () => {
    const steps: number[] = [];
    const player = new FlipPlayer((step) => steps.push(step));
    player.start(3, true);
    player.seek(2);
    vi.runAllTimers();
    expect(steps).toEqual([0, 2]);
  });
});

it('states the number of dabs and both probabilities', () => {
  const result = { found: true, from: 'g', to: '9', before: 0.03, after: 0.61 };
  expect(flipSentence({ ...result, dabs: 7 })).toBe(
    '7 dabs turn g into 9: probability 3\u202f% to 61\u202f%.',
  );
  expect(flipSentence({ ...result, dabs: 1 })).toMatch(/^1 dab turns g into 9/);
  expect(flipSentence({ ...result, found: false, dabs: 25 })).toMatch(/^No change .* g into 9 /);
  expect([stepLabel(0, 7), stepLabel(3, 7)]).toEqual(['Your drawing', 'Dab 3 of 7']);
});

it('chooses the article by the name of the character', () => {
  expect(['9', '8', 'B', 'R', 'u', 'h', 'U'].map(articleOf)).toEqual([
    'a',
    'an',
    'a',
    'an',
    'a',
    'an',
    'a',
  ]);
});
