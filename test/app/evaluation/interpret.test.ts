// Tests the interpretation of class probabilities: top characters, look-alikes, low confidence.

import { describe, expect, it } from 'vitest';
import { countStatements, interpret } from '../../../src/app/evaluation/interpret.js';

describe('interpret', () => {
  const classes = ['0', '1', 'I', 'L', 'O', 'A'];

  it('lists the most likely characters; equal ones by index', () => {
    const { top, characters: read, sure } = interpret([0, 0.05, 0.05, 0, 0, 0.9], classes, 3);
    expect(top.map(({ name }) => name)).toEqual(['A', '1', 'I']);
    expect(read).toEqual(['A']);
    expect(sure).toBe(true);
  });

  it('groups look-alikes that are at least a tenth as likely', () => {
    const both = interpret([0.5, 0, 0, 0, 0.4, 0.1], classes, 1);
    expect(both).toMatchObject({ characters: ['0', 'O'], sure: true });
    expect(both.probability).toBeCloseTo(0.9, 12);
    const three = interpret([0, 0.3, 0.4, 0.02, 0, 0.28], classes, 1);
    expect(three).toMatchObject({ characters: ['I', '1'], sure: true });
    expect(interpret([0.9, 0, 0, 0, 0.08, 0.02], classes, 1).characters).toEqual(['0']);
  });

  it('names at most one confusable character, or the look-alikes if they are more probable', () => {
    const names = ['1', '6', 'G', 'I', 'J', 'L', 'b'];
    const named = (row: number[]): readonly string[] => interpret(row, names, 1).characters;
    expect(named([0, 0.5, 0.3, 0, 0, 0, 0.2])).toEqual(['6', 'G']);
    expect(named([0, 0.5, 0.04, 0, 0, 0, 0.46])).toEqual(['6', 'b']);
    expect(named([0, 0.96, 0.02, 0, 0, 0, 0.02])).toEqual(['6']);
    expect(named([0.1, 0, 0, 0.5, 0.3, 0.1, 0])).toEqual(['I', 'J']);
    expect(named([0.3, 0, 0, 0.4, 0.1, 0.2, 0])).toEqual(['I', '1', 'L']);
    expect(named([0.1, 0, 0, 0.3, 0.6, 0, 0])).toEqual(['J', 'I']);
    expect(interpret([0, 0.4, 0.4, 0, 0, 0, 0.2], names, 1)).toMatchObject({ sure: true });
  });

  it('flags probabilities below 0.7 as unsure', () => {
    expect(interpret([0.69, 0.31, 0, 0, 0, 0], classes, 1)).toMatchObject({
      characters: ['0'],
      sure: false,
    });
    expect(interpret([0.7, 0.3, 0, 0, 0, 0], classes, 1)).toMatchObject({ sure: true });
  });
});

it('counts the interpretations, and those that include the true character', () => {
  const classes = ['0', 'O', 'A'];
  const images: [label: number, row: number[]][] = [
    [2, [0, 0.1, 0.9]], // A
    [1, [0, 0.1, 0.9]], // A, wrong
    [0, [0.4, 0.6, 0]], // O or 0
    [2, [0.5, 0.5, 0]], // 0 or O, wrong
    [2, [0.25, 0.1, 0.65]], // not sure, A
    [0, [0.25, 0.1, 0.65]], // not sure, A, wrong
    [0, [0.25, 0.1, 0.65]],
  ];
  const probabilities = Float32Array.from(images.flatMap(([, row]) => row));
  const labels = images.map(([label]) => label);
  expect(countStatements(probabilities, labels, classes)).toEqual({
    one: { count: 2, right: 1 },
    alike: { count: 2, right: 1 },
    unsure: { count: 3, right: 1 },
    rejected: { count: 0, right: 0 },
  });
  // Evidence of the five rows of 0.25, 0.1, 0.65 and 0.5, 0.5, 0: the former is low.
  const rejection = { minEvidence: 1, temperature: 1 };
  expect(countStatements(probabilities, labels, classes, rejection)).toMatchObject({
    unsure: { count: 0, right: 0 },
    rejected: { count: 3, right: 0 },
  });
});
