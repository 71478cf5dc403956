// The contenders of bench/compare.ts: names, selection, tolerances and ratios.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allContenders, selectByName } from '../../bench/compare/contenders.js';
import { moduleEnvironment } from '../../bench/compare/launch.js';
import { isAtLeast, torchPython as findTorch } from '../../bench/compare/python.js';
import { checkTable, maxDifference, ratios } from '../../bench/compare/report.js';
import type { Sample } from '../../bench/compare/rounds.js';

const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name);

describe('contenders', () => {
  it('have unique names, and each Python adds four', async () => {
    const own = names(await allContenders([]));
    expect(new Set(own).size).toBe(own.length);
    for (const name of ['inkgrad-node26', 'inkgrad-node24-wide', 'pytorch-best', 'pytorch-bf16'])
      expect(own).toContain(name);
    // A Python that does not start is reported when its contenders start.
    const all = await allContenders(['no-such-program python3']);
    expect(names(all).filter((name) => !own.includes(name))).toEqual([
      'pytorch-unknown',
      'pytorch-unknown-best',
      'pytorch-unknown-bf16',
      'pytorch-unknown-1thread',
    ]);
    const { prepare } = all.find(({ name }) => name === 'pytorch-unknown')!;
    await expect(prepare()).rejects.toThrow(/no PyTorch: .* in no-such-program python3/);
  });

  it('are selected by an exact name or a prefix', () => {
    const all = ['a', 'a-1', 'a-2', 'b'].map((name) => ({ name }));
    expect(names(selectByName(all, ['a']))).toEqual(['a']);
    expect(names(selectByName(all, ['a-', 'b']))).toEqual(['a-1', 'a-2', 'b']);
    expect(names(selectByName(all, []))).toEqual(['a', 'a-1', 'a-2', 'b']);
    expect(() => selectByName([...all, { name: 'b' }], [])).toThrow("there are two 'b'");
  });

  it('require or exclude wide SIMD', () => {
    expect(moduleEnvironment('wide')).toEqual({ INKGRAD_WIDE_SIMD: '1' });
    expect(moduleEnvironment('default')).toEqual({ INKGRAD_WIDE_SIMD: '0' });
  });
});

describe('a Python', () => {
  it('is a command of several words', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkgrad-python-'));
    const [good, silent] = [join(folder, 'good.cjs'), join(folder, 'silent.cjs')];
    writeFileSync(good, 'console.log("a line"); console.log("torch 2.6.0+debian")');
    writeFileSync(silent, '');
    const { version, command } = await findTorch(`${process.execPath}  ${good}`);
    expect(version).toBe('2.6.0');
    expect(command).toEqual([process.execPath, good]);
    await expect(findTorch(`${process.execPath} ${silent}`)).rejects.toThrow(/prints no version/);
    rmSync(folder, { recursive: true });
  });

  it('has a version that compares by number', () => {
    expect(isAtLeast('2.6.0', 2)).toBe(true);
    expect(isAtLeast('1.13.0', 2)).toBe(false);
    expect(isAtLeast('2.10.1', 2, 4)).toBe(true);
    expect(isAtLeast('2.3.1', 2, 4)).toBe(false);
    expect(isAtLeast('3.0.0', 2, 4)).toBe(true);
  });
});

describe('the report', () => {
  it('accepts losses within the tolerance of each contender', () => {
    const checks = new Map([
      ['inkgrad-node24', { evaluation: 3.85, training: [3.88] }],
      ['pytorch-bf16', { evaluation: 3.86, training: [3.88] }],
      ['pytorch', { evaluation: 3.86, training: [] }],
    ]);
    const tolerances = new Map([
      ['inkgrad-node24', 0.002],
      ['pytorch-bf16', 0.02],
      ['pytorch', 0.002],
    ]);
    const lines = checkTable(checks, tolerances).split('\n').slice(2);
    expect(lines.map((line) => /same|DIFFERS/.exec(line)?.[0])).toEqual([
      'same',
      'same',
      'DIFFERS',
    ]);
    expect(maxDifference(checks.get('pytorch')!, checks.get('inkgrad-node24')!)).toBeCloseTo(0.01);
  });

  it('has the ratio to every PyTorch, round by round', () => {
    const sample = (contender: string, round: number, examplesPerSecond: number): Sample => ({
      task: 'train',
      round,
      contender,
      steps: 1,
      seconds: 1,
      examplesPerSecond,
      milliseconds: 1,
      disturbance: 0,
    });
    const all = ratios([
      sample('inkgrad-node24-wide', 0, 300),
      sample('pytorch-2.6-bf16', 0, 200),
      sample('inkgrad-node24-wide', 1, 500),
      sample('pytorch-2.6-bf16', 1, 200),
    ]);
    expect(all).toMatchObject([
      { of: 'inkgrad-node24-wide', to: 'pytorch-2.6-bf16', rounds: [1.5, 2.5], promised: null },
    ]);
  });
});
