// Scores of bench/strangers on predictions with known results.

import { describe, expect, it } from 'vitest';
import { groupBy, kindOf, scoreOf, type Outcome } from '../../bench/strangers/score.js';

/** A sample of the character `written`, with a prediction of `names`, most probable first. */
function outcome(
  written: string,
  label: string,
  names: string[],
  sure: boolean,
  rejected = false,
): Outcome {
  const top = names.map((name, index) => ({ index, name, probability: 1 / names.length }));
  return {
    sample: { set: 'paper', name: 'file', written, label, image: new Uint8Array(784) },
    prediction: { top, characters: names, probability: 1, sure, rejected },
  };
}

const OUTCOMES: readonly Outcome[] = [
  outcome('A', 'A', ['A'], true),
  outcome('0', '0', ['O', '0'], true), // a look-alike, named
  outcome('l', 'L', ['1'], true), // a look-alike, not named
  outcome('i', 'I', ['J'], false),
  outcome('4', '4', ['4'], false, true), // rejected: wrong and unsure
  { sample: outcome('z', 'Z', [], false).sample, prediction: null }, // no ink
];

describe('scoreOf', () => {
  it('counts look-alikes as equal, and rejected and empty images as wrong and unsure', () => {
    expect(scoreOf(OUTCOMES)).toEqual({
      count: 6,
      top1: 1 / 6,
      merged: 3 / 6,
      unsure: 3 / 6,
      rejected: 1 / 6,
      confidentErrors: 1 / 3,
    });
  });

  it('is NaN without samples', () => {
    expect(scoreOf([])).toMatchObject({ count: 0, merged: NaN, confidentErrors: NaN });
  });
});

describe('groupBy', () => {
  it('groups by kind of character as written', () => {
    const groups = groupBy(OUTCOMES, kindOf);
    expect([...groups].map(([kind, { length }]) => [kind, length])).toEqual([
      ['capitals', 1],
      ['digits', 2],
      ['lower case', 3],
    ]);
  });
});
