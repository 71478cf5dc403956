// What the page says of a row of numbers: one character, look-alikes, or doubt.

import { expect, it } from 'vitest';
import { judge } from '../../src/app/web/prediction/verdict.js';

const classes = ['0', '1', 'I', 'O', '5', 'S'];
const say = (...probabilities: number[]) =>
  judge(Float32Array.from(probabilities), classes).verdict;

it('names one character that is likely enough', () => {
  expect(say(0.02, 0, 0, 0.01, 0.9, 0.07)).toEqual({
    kind: 'sure',
    label: '5',
    text: '5',
    group: ['5'],
  });
});

it('names look-alikes together, the likelier first', () => {
  expect(say(0.3, 0, 0, 0.5, 0.1, 0.1)).toEqual({
    kind: 'alike',
    label: 'O',
    text: 'O or 0',
    group: ['O', '0'],
  });
});

it('doubts, and names what it may be', () => {
  expect(say(0, 0, 0, 0, 0.5, 0.5)).toEqual({
    kind: 'unsure',
    label: '5',
    text: 'not sure: 5, S',
    group: ['5', 'S'],
  });
  expect(say(0.2, 0.2, 0.2, 0, 0.2, 0.2).group).toEqual(['0', '1', 'I']); // three are enough
  expect(say(0.6, 0.1, 0.1, 0.05, 0.1, 0.05).text).toBe('not sure: 0, 1, I');
  expect(say(0.66, 0.06, 0.06, 0.06, 0.06, 0.06).text).toBe('not sure: 0'); // nothing else comes near
});

it('ranks every class, equal ones in the order of the classes', () => {
  const { ranked } = judge(Float32Array.of(0.1, 0.3, 0.1, 0.3, 0.1, 0.1), classes);
  expect(ranked.map(({ label }) => label).join('')).toBe('1O0I5S');
  expect(ranked[1]).toEqual({ index: 3, label: 'O', probability: Math.fround(0.3) });
});
