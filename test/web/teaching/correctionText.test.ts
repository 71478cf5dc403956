// Tests the sentences about corrections: none is called correct below the page's confidence
// threshold.

import { describe, expect, it } from 'vitest';
import {
  heldOutSentence,
  resultSentence,
  stateAfter,
  type Scores,
} from '../../../src/app/web/teaching/correctionText.js';

const scores = (label: string, probability: number): Scores => ({
  ranked: [{ index: 0, label, probability }],
});

describe('the state of a correction', () => {
  it('is correct only with confidence, and states the probability', () => {
    expect(stateAfter(scores('B', 0.81), 'B')).toEqual(['right', 'correct, 81\u202f%']);
    expect(stateAfter(scores('B', 0.7), 'B')[0]).toBe('right');
    expect(stateAfter(scores('B', 0.52), 'B')).toEqual(['wrong', 'not confident, 52\u202f%']);
    expect(stateAfter(scores('Z', 0.9), 'B')).toEqual(['wrong', 'still Z, 90\u202f%']);
  });
});

describe('the result as a sentence', () => {
  it('names the old and the new prediction with its probability', () => {
    expect(resultSentence(scores('Z', 0.9), scores('B', 0.81), 'B')).toBe(
      'Was Z, is now B (81\u202f%).',
    );
    expect(resultSentence(scores('B', 0.4), scores('B', 0.81), 'B')).toMatch(/^B as before/);
    expect(resultSentence(scores('Z', 0.9), scores('B', 0.52), 'B')).toMatch(
      /not confident \(52\u202f%\)/,
    );
    expect(resultSentence(scores('Z', 0.9), scores('Z', 0.6), 'B')).toBe(
      'Still Z (60\u202f%), not B.',
    );
  });
});

describe('the check of other characters', () => {
  it('does not claim that nothing got worse if something did', () => {
    const summaryOf = (after: number): string =>
      heldOutSentence({ count: 470, before: 434, after })[0];
    expect(summaryOf(434)).toBe('Nothing else got worse.');
    expect(summaryOf(431)).toBe('Almost nothing else got worse.');
    expect(summaryOf(420)).toBe('Some other characters got worse.');
    expect(heldOutSentence({ count: 470, before: 434, after: 433 })[1]).toContain(
      '434 of 470 test characters were correct before, 433 are now.',
    );
  });
});
