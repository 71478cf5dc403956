// The heap of the wasm backend: addresses, splitting and merging, and its size on random sequences.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeClass } from '../../src/engine/backends/bufferPool.js';
import { Heap } from '../../src/engine/backends/wasm/heap.js';
import { LinearMemory } from '../../src/engine/backends/wasm/memory.js';
import { BackendError, Rng } from '../../src/engine/index.js';
import { rounds } from '../support/rounds.js';

const SEED = 20261129;

/** A heap that grows by what is missing. */
const newHeap = (): Heap => new Heap((minSize) => minSize);

interface Range {
  readonly start: number;
  readonly size: number;
}

describe('Heap', () => {
  it('splits a free range, from its start', () => {
    const heap = newHeap();
    heap.take(10);
    heap.take(1);
    heap.give(0, 10);
    expect([heap.take(4), heap.take(7), heap.take(6)]).toEqual([0, 11, 4]);
    expect(heap.size).toBe(18);
  });

  it('merges a freed range with the free ranges before and after it', () => {
    const heap = newHeap();
    const starts = [1, 2, 3, 4].map((size) => heap.take(size));
    expect(starts).toEqual([0, 1, 3, 6]);
    heap.give(0, 1);
    heap.give(3, 3);
    heap.give(1, 2);
    expect(heap.take(6)).toBe(0);
  });

  it('grows by what the last free range lacks', () => {
    const heap = newHeap();
    heap.take(5);
    heap.take(3);
    heap.give(5, 3);
    expect(heap.take(7)).toBe(5);
    expect(heap.size).toBe(12);
  });

  it('grows to a given size', () => {
    const heap = new Heap((_, size) => size);
    expect([heap.take(80, 100), heap.size]).toEqual([0, 100]);
    expect([heap.take(20, 200), heap.size]).toEqual([80, 100]);
    expect([heap.take(90, 120), heap.size]).toEqual([100, 190]);
  });

  it('remains as it was if it cannot grow', () => {
    const heap = new Heap((minSize) => {
      if (minSize > 10) throw new BackendError('full');
      return minSize;
    });
    heap.take(4);
    heap.take(4);
    heap.give(4, 4);
    expect(() => heap.take(7)).toThrow('full');
    expect(heap.size).toBe(8);
    expect(heap.take(6)).toBe(4);
  });

  it('keeps ranges apart and merges all of them, for random sequences', () => {
    const step = fc.record({ size: fc.integer({ min: 1, max: 40 }), frees: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        const heap = newHeap();
        const used: Range[] = [];
        for (const { size, frees } of steps) {
          if (frees % 2 === 0 || used.length === 0) {
            const start = heap.take(size);
            for (const other of used) {
              const apart = start + size <= other.start || other.start + other.size <= start;
              expect(apart, `[${start}, +${size}] and [${other.start}, +${other.size}]`).toBe(true);
            }
            expect(start + size).toBeLessThanOrEqual(heap.size);
            used.push({ start, size });
          } else {
            const [range] = used.splice(frees % used.length, 1);
            expect(heap.isUsed(range.start, range.size)).toBe(true);
            heap.give(range.start, range.size);
            expect(heap.isUsed(range.start, range.size)).toBe(false);
          }
        }
        for (const { start, size } of used) heap.give(start, size);
        const { size } = heap;
        if (size > 0) expect(heap.take(size)).toBe(0);
        expect(heap.size).toBe(size);
      }),
      { seed: SEED, numRuns: rounds(200) },
    );
  });

  // A sequence of a few blocks can be chosen so that more than twice the peak is necessary; these
  // sequences are random, with at least some thirty blocks in use.
  it('reserves at most 1.5 times the peak, on random sequences', () => {
    const ratios = Array.from({ length: rounds(40) }, (_, round) =>
      reservedToPeak(new Rng(SEED + round), [30, 100, 300][round % 3], round % 2 === 0),
    );
    expect(Math.max(...ratios)).toBeLessThan(1.5);
  });

  it('uses the same addresses in every step of a loop after a few steps', () => {
    const rng = new Rng(SEED);
    const sizes = Array.from({ length: 60 }, () => randomSize(rng));
    const heap = newHeap();
    let kept: Range[] = []; // until the middle of the next step, as gradients are
    const addresses: string[] = [];
    for (let step = 0; step < 30; step++) {
      const ranges = sizes.slice(0, 30).map((size) => ({ start: heap.take(size), size }));
      for (const { start, size } of kept) heap.give(start, size);
      kept = sizes.slice(30).map((size) => ({ start: heap.take(size), size }));
      for (const { start, size } of ranges) heap.give(start, size);
      addresses.push([...ranges, ...kept].map(({ start }) => start).join());
    }
    expect(new Set(addresses.slice(10)).size).toBe(1);
  });
});

/** From 1 to 10,000 units; the logarithm is uniform. */
const randomSize = (rng: Rng): number => Math.floor(10_000 ** rng.uniform());

/** Size of a heap divided by the peak in use, after 3,000 requests with about `count` in use. */
function reservedToPeak(rng: Rng, count: number, lastFirst: boolean): number {
  const heap = newHeap();
  const used: Range[] = [];
  let [bytes, peak] = [0, 0];
  for (let request = 0; request < 3000; request++) {
    if (used.length === 0 || rng.uniform() < (used.length < count ? 0.6 : 0.4)) {
      const size = randomSize(rng);
      used.push({ start: heap.take(size), size });
      bytes += size;
      peak = Math.max(peak, bytes);
    } else {
      // As in a backward pass, or any range.
      const index = lastFirst && rng.uniform() < 0.8 ? used.length - 1 : rng.below(used.length);
      const [{ start, size }] = used.splice(index, 1);
      heap.give(start, size);
      bytes -= size;
    }
  }
  return heap.size / peak;
}

describe('LinearMemory', () => {
  const START = 1000;
  const memoryOf = (maximum: number): LinearMemory =>
    new LinearMemory(new WebAssembly.Memory({ initial: 1, maximum }), START);

  it('gives out blocks of whole size classes on cache lines, and counts them', () => {
    const memory = memoryOf(100);
    const lengths = [0, 1, 64, 65, 1000, 100_000];
    const addresses = lengths.map((length) => memory.take(length));
    let end = START;
    for (const [index, address] of addresses.entries()) {
      expect(address % 64).toBe(0);
      expect(address).toBeGreaterThanOrEqual(end);
      end = address + 4 * sizeClass(lengths[index]);
      memory.floats(address, lengths[index]).fill(1); // exists
    }
    const bytes = lengths.reduce((sum, length) => sum + 4 * sizeClass(length), 0);
    expect(memory.report).toMatchObject({ live: lengths.length, liveBytes: bytes });
    const { reservedBytes, allocations } = memory.report;
    expect(reservedBytes).toBeGreaterThanOrEqual(bytes);
    expect(reservedBytes).toBeLessThanOrEqual(1.25 * bytes);
    addresses.forEach((address, index) => memory.give(address, lengths[index]));
    expect(memory.take(reservedBytes / 4)).toBe(addresses[0]);
    expect(memory.report).toMatchObject({ live: 1, reservedBytes, allocations });
  });

  it('does not count reserved bytes, and reuses them after their release', () => {
    const memory = memoryOf(100);
    const address = memory.reserve(5000);
    expect(memory.report).toEqual({ live: 0, liveBytes: 0, reservedBytes: 0, allocations: 0 });
    memory.release(address, 5000);
    expect(memory.take(1280)).toBe(address);
    expect(memory.report).toMatchObject({ live: 1, reservedBytes: 5120, allocations: 0 });
  });

  it('rejects a block that is freed twice', () => {
    const memory = memoryOf(1);
    const address = memory.take(10);
    memory.give(address, 10);
    expect(() => memory.give(address, 10)).toThrow(BackendError);
    expect(memory.report.live).toBe(0);
  });

  it('can be used after it was full', () => {
    const memory = memoryOf(2);
    const address = memory.take(10_000);
    expect(() => memory.take(40_000)).toThrow('use a smaller batch');
    memory.give(address, 10_000);
    expect(memory.take(30_000)).toBe(address); // there is no memory for a reserve
    expect(memory.report.reservedBytes).toBe(4 * sizeClass(30_000));
  });
});
