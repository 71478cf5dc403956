// Proof that the harness for hostile inputs can fail: bad endings of a program, and real runs of it.

import { describe, expect, it } from 'vitest';
import { faultsOf, runHostile, type Outcome } from './support.js';

const EXPECTED = { message: /cut short/, culprit: 'bad-file', code: 3 };
const GOOD: Outcome = {
  ...{ code: 3, stdout: '', stderr: 'inkgrad: bad-file: it was cut short\n', megabytes: 80, touched: [] },
};

describe('a refusal', () => {
  it('that is as it must be has no fault', () => {
    expect(faultsOf(GOOD, EXPECTED)).toEqual([]);
  });

  it.each<[Partial<Outcome>, RegExp]>([
    [{ code: null }, /did not end by itself/],
    [{ code: 0 }, /exit code 0 instead of 3/],
    [{ stderr: 'inkgrad: bad-file: no\n' }, /does not match .*cut short/],
    [{ stderr: 'inkgrad: it was cut short\n' }, /does not name bad-file/],
    [{ stderr: 'bad-file cut short\n    at read (file:///x.js:1:2)\n' }, /stack trace/],
    [{ stderr: 'bad-file cut short after undefined bytes' }, /nobody meant/],
    [{ stdout: '{"accuracy":1}' }, /stdout is not empty/],
    [{ megabytes: null }, /died before/],
    [{ megabytes: 301 }, /301 MB at its peak, allowed are 300/],
    [{ touched: ['x.partial is new'] }, /x\.partial is new/],
  ])('%o has one', (change, fault) => {
    expect(faultsOf({ ...GOOD, ...change }, EXPECTED)).toEqual([expect.stringMatching(fault)]);
  });
});

describe.concurrent('a run', () => {
  it('tells the exit code, the message and the memory of the program', async () => {
    const outcome = await runHostile({ ...EXPECTED, files: { 'a/b': 'c' }, command: 'train --data nowhere' });
    expect(outcome).toMatchObject({ code: 3, stdout: '', touched: [] });
    expect(outcome.stderr).toContain('nowhere');
    expect(outcome.megabytes).toBeGreaterThan(20);
    expect(outcome.megabytes).toBeLessThan(300);
  });

  it('notices files that the program left', async () => {
    const command = 'train --limit 94 --val-fraction 0.5 --epochs 1 --out a/b';
    const outcome = await runHostile({ ...EXPECTED, files: { 'a/c': 'c' }, command });
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.touched).toContain('a/b/best.safetensors is new');
    expect(outcome.touched).not.toContain('a/c is new');
  });
});
