// Tests the verdict for a row of probabilities: one character, look-alikes, unsure, or
// not a character.

import { expect, it } from 'vitest';
import { summarizeProbabilities } from '../../../src/app/web/prediction/verdict.js';

const classes = ['0', '1', 'I', 'O', '5', 'S'];
const say = (...probabilities: number[]) =>
  summarizeProbabilities(Float32Array.from(probabilities), classes).verdict;

it('names one character above the threshold', () => {
  expect(say(0.02, 0, 0, 0.01, 0.9, 0.07)).toEqual({
    kind: 'sure',
    label: '5',
    text: '5',
    group: ['5'],
  });
});

it('names look-alikes together, the more likely first', () => {
  expect(say(0.3, 0, 0, 0.5, 0.1, 0.1)).toEqual({
    kind: 'alike',
    label: 'O',
    text: 'O or 0',
    group: ['O', '0'],
  });
});

it('rejects a drawing with little evidence, and names no character', () => {
  const probabilities = Float32Array.of(0.02, 0.01, 0.01, 0.01, 0.9, 0.05);
  const verdictAt = (minEvidence: number) =>
    summarizeProbabilities(probabilities, classes, { minEvidence, temperature: 1 }).verdict;
  expect(verdictAt(2).kind).toBe('sure'); // the evidence is 3.4
  expect(verdictAt(4)).toEqual({
    kind: 'rejected',
    label: '5',
    text: 'not a letter or digit',
    group: [],
  });
});

it('is unsure, and names the candidates', () => {
  expect(say(0.5, 0, 0, 0, 0.5, 0)).toEqual({
    kind: 'unsure',
    label: '0',
    text: 'not sure: 0, 5',
    group: ['0', '5'],
  });
  expect(say(0.2, 0.2, 0.2, 0, 0.2, 0.2).group).toEqual(['0', '1', 'I']); // at most three
  expect(say(0.6, 0.1, 0.1, 0.05, 0.1, 0.05).text).toBe('not sure: 0, 1, I');
  // No other candidate is close.
  expect(say(0.66, 0.06, 0.06, 0.06, 0.06, 0.06).text).toBe('not sure: 0');
});

it('names two confusable characters', () => {
  expect(say(0, 0, 0, 0, 0.5, 0.5)).toMatchObject({ kind: 'alike', text: '5 or S' });
});

it('ranks every class; equal ones by index', () => {
  const { ranked } = summarizeProbabilities(Float32Array.of(0.1, 0.3, 0.1, 0.3, 0.1, 0.1), classes);
  expect(ranked.map(({ label }) => label).join('')).toBe('1O0I5S');
  expect(ranked[1]).toEqual({ index: 3, label: 'O', probability: Math.fround(0.3) });
});
