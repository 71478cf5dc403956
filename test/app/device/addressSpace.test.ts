// Tests the number of threads under a limited address space.

import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { affordableThreads, parseAddressSpace } from '../../../src/app/device/addressSpace.js';

const GB = 1e9;

it('is not limited by default', () => {
  expect(affordableThreads(undefined, Infinity)).toBeUndefined();
  expect(affordableThreads(64, Infinity)).toBe(64);
});

it('is one per 2 GB beyond the first thread', () => {
  expect(affordableThreads(undefined, 4 * GB)).toBe(1);
  expect(affordableThreads(undefined, 13 * GB)).toBe(1);
  expect(affordableThreads(undefined, 14 * GB)).toBe(Math.min(2, availableParallelism()));
  expect(affordableThreads(2, 14 * GB)).toBe(2);
  expect(affordableThreads(undefined, 1000 * GB)).toBe(Math.min(8, availableParallelism()));
});

it('rejects a requested number that does not fit', () => {
  expect(() => affordableThreads(3, 14 * GB)).toThrow(
    '--threads 3: the address space is limited to 14.0 GB, enough for 2; use fewer threads, or ' +
      'raise the limit with  ulimit -v unlimited',
  );
});

it('reads the soft limit of Linux', () => {
  const table = (soft: string): string =>
    `Limit  Soft Limit  Hard Limit  Units\nMax address space         ${soft}  unlimited  bytes\n`;
  expect(parseAddressSpace(table('4096000000'))).toBe(4096000000);
  expect(parseAddressSpace(table('unlimited'))).toBe(Infinity);
  expect(parseAddressSpace('')).toBe(Infinity);
});
