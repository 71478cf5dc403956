// The crew itself: that each unit of each job is done exactly once whoever comes late, and that threads fall asleep,
// wake and go home.

import { afterEach, describe, expect, it } from 'vitest';
import { bytes as base } from '#simd/base-threads';
import { Crew } from '../../src/engine/backends/wasm/crew.js';
import { LinearMemory } from '../../src/engine/backends/wasm/memory.js';

describe('the crew', () => {
  const crews: Crew[] = [];
  afterEach(async () => {
    await Promise.all(crews.splice(0).map((crew) => crew.dispose()));
  });

  const asleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

  /** A crew with arrays: one where sums pile up, one of ones, one of twos, and one for each thread to write to. */
  async function startCrew(size: number, length: number) {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
    const module = await WebAssembly.compile(base);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const heap = new LinearMemory(memory, (exports.heapBase as WebAssembly.Global<'i32'>).value);
    const crew = await Crew.start(size, { module, memory }, heap, exports);
    crews.push(crew);
    const filled = (value: number, count = length): { address: number; values: Float32Array } => {
      const address = heap.take(count);
      return { address, values: heap.floats(address, count).fill(value) };
    };
    const [sums, ones, twos, own] = [filled(0), filled(1), filled(2), filled(0, size * length)];

    /** Enqueues: sums += summand over the first `units` numbers, `chunk` at a time. */
    const addUp = (summand: { address: number }, units: number, chunk: number): void => {
      crew.enqueue({ name: 'add', args: [sums.address, summand.address, sums.address], units, chunk });
    };
    /** Which threads took part in a job: each writes 1 + 2 where its own numbers are. */
    const whoCame = (): number[] => {
      own.values.fill(0);
      const scratch = { argument: 2, bytes: 4 * length };
      crew.enqueue({
        name: 'add',
        args: [ones.address, twos.address, own.address],
        units: length,
        chunk: 4,
        scratch,
      });
      crew.settle();
      const parts = Array.from({ length: size }, (_, thread) =>
        own.values.subarray(thread * length, (thread + 1) * length),
      );
      const totals = parts[0].map((_, unit) => parts.reduce((total, part) => total + part[unit], 0));
      const wrong = totals.findIndex((total) => total !== 3);
      expect(wrong, `unit ${wrong} is ${totals[wrong]}, should be 3`).toBe(-1);
      return parts.map((part, thread) => (part.includes(3) ? thread : -1)).filter((thread) => thread >= 0);
    };
    /** Resolves when every thread has started and worked. */
    const assembled = async (): Promise<void> => {
      const seen = new Set<number>();
      while (seen.size < size) {
        for (const thread of whoCame()) seen.add(thread);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { crew, sums: sums.values, ones, twos, addUp, assembled };
  }

  it('does each unit once where there are more chunks than a 16-bit counter holds', async () => {
    const units = 70_000; // 2^16 is 65,536
    const { crew, sums, ones, addUp, assembled } = await startCrew(4, units);
    await assembled();
    addUp(ones, units, 1);
    crew.settle();
    expect(sums.every((sum) => sum === 1)).toBe(true);
  });

  it('does each unit of 20,000 small jobs exactly once, with twice as many threads as processors', async () => {
    const { crew, sums, ones, twos, addUp, assembled } = await startCrew(4, 2048);
    await assembled();
    for (let job = 0; job < 10_000; job++) {
      addUp(ones, 2048, 16);
      addUp(twos, 32, 8); // other arguments, fewer units: one that comes late must not mix the two jobs up
      if (job % 7 === 0) crew.settle(); // rounds of fourteen jobs; each job waits for the one before it
    }
    crew.settle();
    const wrong = sums.findIndex((value, unit) => value !== (unit < 32 ? 30_000 : 10_000));
    expect(wrong, `unit ${wrong} has ${sums[wrong]}`).toBe(-1);
    await assembled(); // and all are still there
  });

  it('does units that chunks do not divide, and more chunks than there are units', async () => {
    const { crew, sums, ones, addUp } = await startCrew(3, 64);
    for (let units = 1; units <= 64; units++) addUp(ones, units, 4);
    for (let units = 1; units <= 64; units++) addUp(ones, units, 100);
    crew.settle();
    expect(Array.from(sums)).toEqual(Array.from({ length: 64 }, (_, i) => 2 * (64 - i)));
  });

  it('computes while the caller does something else', async () => {
    const { crew, sums, ones, addUp, assembled } = await startCrew(2, 2048);
    await assembled();
    for (let job = 0; job < 10; job++) addUp(ones, 2048, 16);
    while (!sums.every((value) => value === 10)) await new Promise((resolve) => setImmediate(resolve));
    crew.settle();
    expect(new Set(sums)).toEqual(new Set([10]));
  });

  it('takes more jobs than the queue holds, and settles when there is none', async () => {
    const { crew, sums, ones, addUp } = await startCrew(2, 64);
    for (let job = 0; job < 1000; job++) addUp(ones, 64, 16);
    crew.settle();
    crew.settle();
    expect(new Set(sums)).toEqual(new Set([1000]));
  });

  it('wakes from sleep, and goes home from sleep', async () => {
    const { crew, sums, ones, addUp, assembled } = await startCrew(4, 2048);
    await assembled();
    for (let job = 0; job < 5; job++) {
      await asleep();
      addUp(ones, 2048, 16);
      await asleep(); // within a round, too
      addUp(ones, 2048, 16);
      crew.settle();
    }
    expect(new Set(sums)).toEqual(new Set([10]));
    await assembled();
    await asleep();
    await crew.dispose();
  });

  it('reports a job that traps, on any thread, instead of waiting for it', async () => {
    const { crew, addUp, ones, assembled } = await startCrew(4, 2048);
    await assembled();
    const args = [0x7fff0000, ones.address, ones.address]; // beyond the end of the memory
    crew.enqueue({ name: 'add', args, units: 2048, chunk: 16 });
    const lost = /^wasm: a job failed \(RuntimeError: memory access out of bounds\); this backend is lost/;
    expect(() => crew.settle()).toThrow(lost);
    expect(() => crew.settle()).toThrow(lost);
    expect(() => addUp(ones, 64, 16)).toThrow(lost);
    await crew.dispose();
  });

  it('can be sent home before its threads have started, after a job, and twice', async () => {
    const { crew: idle } = await startCrew(4, 64);
    await idle.dispose();
    const { crew: busy, ones, addUp } = await startCrew(4, 64);
    addUp(ones, 64, 4);
    await busy.dispose();
    await busy.dispose();
  });
});
