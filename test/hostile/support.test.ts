// Tests that the harness for hostile inputs can fail: incorrect errors, and runs of the program in
// both kinds of process.

import { describe, expect, it } from 'vitest';
import { bareMegabytes, faultsOf, runHostile, type Outcome } from './support.js';

const EXPECTED = { message: /cut short/, culprit: 'bad-file', code: 3 };
const GOOD: Outcome = {
  code: 3,
  stdout: '',
  stderr: 'inkgrad: bad-file: it was cut short\n',
  megabytes: 80,
  touched: [],
};

describe('an error', () => {
  it('as expected has no fault', () => {
    expect(faultsOf(GOOD, EXPECTED)).toEqual([]);
  });

  it.each<[Partial<Outcome>, RegExp]>([
    [{ code: null }, /did not end within/],
    [{ code: 0 }, /exit code 0 instead of 3/],
    [{ stderr: 'inkgrad: bad-file: no\n' }, /does not match .*cut short/],
    [{ stderr: 'inkgrad: it was cut short\n' }, /does not name bad-file/],
    [{ stderr: 'bad-file cut short\n    at read (file:///x.js:1:2)\n' }, /stack trace/],
    [{ stderr: 'bad-file cut short after undefined bytes' }, /contains undefined/],
    [{ stdout: '{"accuracy":1}' }, /stdout is not empty/],
    [{ megabytes: null }, /ended before/],
    [{ megabytes: 261 }, /261 MB peak memory, limit 260 MB/],
    [{ touched: ['x.partial is new'] }, /x\.partial is new/],
  ])('that differs has one: %o', (change, fault) => {
    expect(faultsOf({ ...GOOD, ...change }, EXPECTED)).toEqual([expect.stringMatching(fault)]);
  });
});

describe('the memory limit', () => {
  it('is relative to a bare Node process', async () => {
    const bare = await bareMegabytes();
    expect(bare).toBeGreaterThan(20);
    expect(bare).toBeLessThan(150);
  });
});

describe.concurrent.each(['separate', 'shared'] as const)(
  'a run in a %s process',
  (processKind) => {
    it('returns the exit code, the message and the memory of the program', async () => {
      const outcome = await runHostile(
        { files: { 'a/b': 'c' }, command: 'train --data nowhere' },
        processKind,
      );
      expect(outcome).toMatchObject({ code: 3, stdout: '', touched: [] });
      expect(outcome.stderr).toContain('nowhere');
      // Null in a shared process on systems that do not report memory.
      if (outcome.megabytes === null) return;
      // Linux counts the pages of a process in batches, so no growth may be slightly negative.
      expect(outcome.megabytes).toBeGreaterThan(-1);
      expect(outcome.megabytes).toBeLessThan(260);
    });

    it('detects files that the program left', async () => {
      const command = 'train --limit 94 --val-fraction 0.5 --epochs 1 --out a/b';
      const outcome = await runHostile({ files: { 'a/c': 'c' }, command }, processKind);
      expect(outcome.code, outcome.stderr).toBe(0);
      expect(outcome.touched).toContain('a/b/best.safetensors is new');
      expect(outcome.touched).not.toContain('a/c is new');
    });
  },
);

describe('the shared process', () => {
  it('separates folder, environment and output of the commands', async () => {
    const [first, second] = await Promise.all([
      runHostile({ files: {}, command: 'train', env: { EMNIST_DIR: 'elsewhere' } }, 'shared'),
      runHostile({ files: {}, command: 'train --data nowhere' }, 'shared'),
    ]);
    expect(first.stderr).toContain('the data folder elsewhere does not exist');
    expect(second.stderr).toContain('the data folder nowhere does not exist');
    expect(second.stderr).not.toContain('elsewhere');
  });
});
