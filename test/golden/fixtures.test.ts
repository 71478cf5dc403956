// Every golden fixture decodes, and the loader reports errors with their location. Other tests
// compare the values.

import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/engine/errors.js';
import { Fields, GoldenCase, loadGolden } from './fixtures.js';
import type { GoldenName } from './fixtures.js';

const NAMES: GoldenName[] = [
  'conv2d',
  'batchnorm',
  'pool',
  'loss',
  'activation',
  'optim',
  'init',
  'plateau',
  'schedule',
  'sequence',
  'trace',
];

function sizeOf(name: GoldenName): number {
  return statSync(new URL(`./fixtures/${name}.json`, import.meta.url)).size;
}

describe('the golden fixtures', () => {
  it.each(NAMES)('%s decodes into finite tensors', (name) => {
    const golden = loadGolden(name);
    expect(golden.torch).toMatch(/^\d+\.\d+/);
    expect(golden.cases.length).toBeGreaterThan(0);
    for (const one of golden.cases) {
      expect(one.tensorNames.length + one.values.keys.length, one.name).toBeGreaterThan(0);
      for (const tensor of one.tensorNames) {
        const { data } = one.tensor(tensor);
        expect(data.length, `${one.name} ${tensor}`).toBeGreaterThan(0);
        expect(data.every(Number.isFinite), `${one.name} ${tensor}`).toBe(true);
      }
    }
  });

  it('are small enough for the repository', () => {
    const sizes = NAMES.map(sizeOf);
    expect(Math.max(...sizes)).toBeLessThan(300_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
  });
});

describe('the loader', () => {
  const fields = new Fields(
    { lr: ['NaN', '-Infinity', 1], stride: 2, padding: [1, 2], max: null },
    'here',
  );

  it('reads non-finite numbers, pairs and nulls', () => {
    expect(fields.numbers('lr')).toEqual([NaN, -Infinity, 1]);
    expect(fields.pair('stride')).toEqual([2, 2]);
    expect(fields.pair('padding')).toEqual([1, 2]);
    expect(fields.has('max')).toBe(false);
  });

  it('reports the location of a missing key and of a wrong type', () => {
    expect(() => fields.number('eps')).toThrow(/here\.eps: expected a value; it has lr, stride/);
    expect(() => fields.text('stride')).toThrow(/here\.stride: expected a string/);
    expect(() => loadGolden('pool').case('max_k9')).toThrow(/no case max_k9; there are max_k2/);
  });

  it('decodes little-endian float32 and rejects a tensor of another length', () => {
    const make = (shape: number[]): GoldenCase => {
      const stored = { shape, data: 'AACAPwAAAMA=' }; // 1 and -2
      return new GoldenCase(
        { name: 'pair', options: {}, tensors: { x: stored }, values: {} },
        'here',
      );
    };
    expect(make([2, 1]).tensor('x')).toEqual({ shape: [2, 1], data: Float32Array.of(1, -2) });
    expect(() => make([3]).tensor('x')).toThrow(FormatError);
  });
});
