// The thread pool: every unit of every job is computed exactly once; workers sleep, wake and end.

import { afterEach, describe, expect, it } from 'vitest';
import { bytes as base } from '#simd/base-threads';
import { ThreadPool } from '../../src/engine/backends/wasm/threadPool.js';
import { LinearMemory } from '../../src/engine/backends/wasm/memory.js';

describe('ThreadPool', () => {
  const pools: ThreadPool[] = [];
  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
  });

  const untilAsleep = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

  /** A pool with arrays: sums, ones, twos, and one with a separate part for each thread. */
  async function startPool(size: number, length: number) {
    const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true });
    const module = await WebAssembly.compile(base);
    const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
    const heap = new LinearMemory(memory, (exports.heapBase as WebAssembly.Global<'i32'>).value);
    const pool = await ThreadPool.start(size, { module, memory }, heap, exports);
    pools.push(pool);
    const filled = (value: number, count = length): { address: number; values: Float32Array } => {
      const address = heap.take(count);
      return { address, values: heap.floats(address, count).fill(value) };
    };
    const [sums, ones, twos, parts] = [filled(0), filled(1), filled(2), filled(0, size * length)];

    /** Enqueues sums += summand over the first `units` elements, in chunks. */
    const addJob = (summand: { address: number }, units: number, chunk: number): void => {
      pool.enqueue({
        name: 'add',
        args: [sums.address, summand.address, sums.address],
        units,
        chunk,
      });
    };
    /** Indices of the threads that took part in a job: each writes 1 + 2 into its part. */
    const participants = (): number[] => {
      parts.values.fill(0);
      const scratch = { argument: 2, bytes: 4 * length };
      pool.enqueue({
        name: 'add',
        args: [ones.address, twos.address, parts.address],
        units: length,
        chunk: 4,
        scratch,
      });
      pool.flush();
      const written = Array.from({ length: size }, (_, thread) =>
        parts.values.subarray(thread * length, (thread + 1) * length),
      );
      const totals = written[0].map((_, unit) =>
        written.reduce((total, part) => total + part[unit], 0),
      );
      const wrong = totals.findIndex((total) => total !== 3);
      expect(wrong, `unit ${wrong} is ${totals[wrong]}, should be 3`).toBe(-1);
      return written
        .map((part, thread) => (part.includes(3) ? thread : -1))
        .filter((thread) => thread >= 0);
    };
    /** Resolves when every thread has started and computed something. */
    const allThreadsStarted = async (): Promise<void> => {
      const active = new Set<number>();
      while (active.size < size) {
        for (const thread of participants()) active.add(thread);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    return { pool, sums: sums.values, ones, twos, addJob, allThreadsStarted };
  }

  it('computes each unit once with more chunks than a 16-bit counter can count', async () => {
    const units = 70_000; // 2^16 is 65,536
    const { pool, sums, ones, addJob, allThreadsStarted } = await startPool(4, units);
    await allThreadsStarted();
    addJob(ones, units, 1);
    pool.flush();
    expect(sums.every((sum) => sum === 1)).toBe(true);
  });

  it('computes each unit of 20,000 small jobs exactly once', async () => {
    const { pool, sums, ones, twos, addJob, allThreadsStarted } = await startPool(4, 2048);
    await allThreadsStarted();
    for (let job = 0; job < 10_000; job++) {
      addJob(ones, 2048, 16);
      // Other arguments, fewer units: a late thread must not confuse the two jobs.
      addJob(twos, 32, 8);
      // Rounds of fourteen jobs; each job waits for the previous one.
      if (job % 7 === 0) pool.flush();
    }
    pool.flush();
    const wrong = sums.findIndex((value, unit) => value !== (unit < 32 ? 30_000 : 10_000));
    expect(wrong, `unit ${wrong} has ${sums[wrong]}`).toBe(-1);
    await allThreadsStarted(); // no thread has ended
  });

  it('handles units that are not a multiple of the chunk, and larger chunks', async () => {
    const { pool, sums, ones, addJob } = await startPool(3, 64);
    for (let units = 1; units <= 64; units++) addJob(ones, units, 4);
    for (let units = 1; units <= 64; units++) addJob(ones, units, 100);
    pool.flush();
    expect(Array.from(sums)).toEqual(Array.from({ length: 64 }, (_, i) => 2 * (64 - i)));
  });

  it('computes while the main thread continues', async () => {
    const { pool, sums, ones, addJob, allThreadsStarted } = await startPool(2, 2048);
    await allThreadsStarted();
    for (let job = 0; job < 10; job++) addJob(ones, 2048, 16);
    while (!sums.every((value) => value === 10))
      await new Promise((resolve) => setImmediate(resolve));
    pool.flush();
    expect(new Set(sums)).toEqual(new Set([10]));
  });

  it('accepts more jobs than the queue holds, and flushes an empty queue', async () => {
    const { pool, sums, ones, addJob } = await startPool(2, 64);
    for (let job = 0; job < 1000; job++) addJob(ones, 64, 16);
    pool.flush();
    pool.flush();
    expect(new Set(sums)).toEqual(new Set([1000]));
  });

  it('wakes sleeping workers, and ends them', async () => {
    const { pool, sums, ones, addJob, allThreadsStarted } = await startPool(4, 2048);
    await allThreadsStarted();
    for (let job = 0; job < 5; job++) {
      await untilAsleep();
      addJob(ones, 2048, 16);
      await untilAsleep(); // also between jobs of a round
      addJob(ones, 2048, 16);
      pool.flush();
    }
    expect(new Set(sums)).toEqual(new Set([10]));
    await allThreadsStarted();
    await untilAsleep();
    await pool.dispose();
  });

  it('reports a job that traps, on any thread, instead of waiting for it', async () => {
    const { pool, addJob, ones, allThreadsStarted } = await startPool(4, 2048);
    await allThreadsStarted();
    const args = [0x7fff0000, ones.address, ones.address]; // beyond the end of the memory
    pool.enqueue({ name: 'add', args, units: 2048, chunk: 16 });
    const backendLost =
      /^wasm: a job failed \(RuntimeError: memory access out of bounds\); this backend cannot be used any more/;
    expect(() => pool.flush()).toThrow(backendLost);
    expect(() => pool.flush()).toThrow(backendLost);
    expect(() => addJob(ones, 64, 16)).toThrow(backendLost);
    await pool.dispose();
  });

  it('can be disposed before its threads have started, after a job, and twice', async () => {
    const { pool: idle } = await startPool(4, 64);
    await idle.dispose();
    const { pool: busy, ones, addJob } = await startPool(4, 64);
    addJob(ones, 64, 4);
    await busy.dispose();
    await busy.dispose();
  });
});
