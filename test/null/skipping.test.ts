// The list of skipped tests that the runner prints: one line per reason, and an error for a test
// without one.

import { describe, expect, it } from 'vitest';
import { skipLines } from '../support/skippedGroups.js';
import { reasonIn, skipNote } from '../support/skipping.js';

describe('the note in a title', () => {
  it('contains the reason, and is empty if nothing is missing', () => {
    expect(skipNote(null)).toBe('');
    expect(reasonIn(`drawing${skipNote('no Chromium; install chromium')}`)).toBe(
      'no Chromium; install chromium',
    );
    expect(reasonIn(`drawing${skipNote('no Chromium')} > reads a letter`)).toBe('no Chromium');
    expect(reasonIn(`drawing${skipNote('no GPU (of any kind); install one')}`)).toBe(
      'no GPU (of any kind); install one',
    );
    expect(reasonIn('drawing > reads a letter')).toBeNull();
  });
});

describe('the list', () => {
  it('has one line per reason, with the number of tests', () => {
    const { lines, unexplained } = skipLines([
      { fullName: `a${skipNote('no x; install x')} > one` },
      { fullName: `a${skipNote('no x; install x')} > two` },
      { fullName: 'b', note: 'no y;\n  install y' },
    ]);
    expect(lines).toEqual(['    2 skipped: no x; install x', '    1 skipped: no y; install y']);
    expect(unexplained).toEqual([]);
  });

  it('reports a test that is skipped without a reason', () => {
    expect(skipLines([{ fullName: 'c > three' }])).toEqual({
      lines: [],
      unexplained: ['c > three'],
    });
  });
});
