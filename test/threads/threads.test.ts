// Worker threads: that their number changes no bit of a result, that each unit of a job is done exactly once, and
// that a process with threads ends. The last takes processes of their own, which run the built package.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytes as base } from '#simd/base-threads';
import { bytes as relaxed } from '#simd/relaxed-threads';
import { ArgumentError } from '../../src/engine/errors.js';
import { add, scope, sum, tensor, useBackend } from '../../src/engine/index.js';
import { Crew } from '../../src/engine/backends/wasm/crew.js';
import { createWasmBackend, type WasmOptions } from '../../src/engine/backends/wasm/index.js';
import { LinearMemory } from '../../src/engine/backends/wasm/memory.js';
import { eventsOf, fingerprint, takeSteps, tinyTrainer } from '../app/support.js';
import { withFreshBackend } from '../support/backends.js';

describe('the number of threads', () => {
  const trained = (options: WasmOptions): Promise<string> =>
    withFreshBackend(
      () => createWasmBackend(options),
      async () => {
        const trainer = tinyTrainer({ batchSize: 60 });
        await takeSteps(trainer, 3); // 60, 60 and 21 images
        const state = await fingerprint(trainer);
        trainer.dispose();
        return state;
      },
    );

  it.for(['base', 'relaxed'] as const)(
    'changes no byte of a training run (module %s: 1, 2, 3 and 4 threads)',
    async (module, { skip }) => {
      const runs = WebAssembly.validate({ base, relaxed }[module]);
      skip(!runs, `Node ${process.versions.node} does not run the ${module} module; Node 22 and later do`);
      const alone = await trained({ module, threads: 1 });
      for (const threads of [2, 3, 4]) {
        expect(await trained({ module, threads }), `${threads} threads`).toBe(alone);
      }
    },
  );

  it.each([0, -1, 1.5, 65, NaN, Infinity])('cannot be %d', async (threads) => {
    const refused = createWasmBackend({ threads });
    await expect(refused).rejects.toThrow(ArgumentError);
    await expect(refused).rejects.toThrow(`from 1 to 64, got ${threads}`);
  });

  it('is what was asked for, or one for each processor', async () => {
    const three = await createWasmBackend({ threads: 3 });
    const some = await createWasmBackend();
    expect(three.threads).toBe(3);
    expect(some.threads).toBeGreaterThanOrEqual(1);
    expect(some.threads).toBeLessThanOrEqual(8);
    await three.dispose();
    await some.dispose();
  });
});

describe('two backends at once', () => {
  it('do not disturb each other', async () => {
    const run = async (threads: number): Promise<string> =>
      withFreshBackend(
        () => createWasmBackend({ threads }),
        async () => {
          const trainer = tinyTrainer();
          await takeSteps(trainer, 4);
          const state = await fingerprint(trainer);
          trainer.dispose();
          return state;
        },
      );
    const alone = await run(2);

    const backends = [await createWasmBackend({ threads: 2 }), await createWasmBackend({ threads: 3 })];
    const runs = backends.map((backend) => {
      useBackend(backend);
      const trainer = tinyTrainer();
      return { backend, trainer, events: trainer.run() };
    });
    for (let step = 0; step < 4; step++) {
      for (const { backend, events } of runs) {
        useBackend(backend);
        await events.next();
      }
    }
    for (const { backend, trainer } of runs) {
      expect(await fingerprint(trainer), `${backend.threads} threads`).toBe(alone);
      trainer.dispose();
      expect(backend.memory.live).toBe(0);
    }
    // The first ends; the second goes on.
    await backends[0].dispose();
    useBackend(backends[1]);
    const again = tinyTrainer();
    await eventsOf(again, () => true);
    again.dispose();
    await backends[1].dispose();
  });
});

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

    /** sums += summand over the first `units` numbers, `chunk` at a time. */
    const addUp = (summand: { address: number }, units: number, chunk: number): void => {
      crew.run({ name: 'add', args: [sums.address, summand.address, sums.address], units, chunk });
    };
    /** Which threads took part in a job: each writes 1 + 2 where its own numbers are. */
    const whoCame = (): number[] => {
      own.values.fill(0);
      const scratch = { argument: 2, bytes: 4 * length };
      crew.run({
        ...{ name: 'add', args: [ones.address, twos.address, own.address] },
        ...{ units: length, chunk: 4, scratch },
      });
      const parts = Array.from({ length: size }, (_, thread) =>
        own.values.subarray(thread * length, (thread + 1) * length),
      );
      for (let unit = 0; unit < length; unit++) {
        expect(
          parts.reduce((total, part) => total + part[unit], 0),
          `unit ${unit}`,
        ).toBe(3);
      }
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

  it('does each unit of 20,000 small jobs exactly once, with twice as many threads as processors', async () => {
    const { sums, ones, twos, addUp, assembled } = await startCrew(4, 2048);
    await assembled();
    for (let job = 0; job < 10_000; job++) {
      addUp(ones, 2048, 16);
      addUp(twos, 32, 8); // other arguments, fewer units: one that comes late must not mix the two jobs up
    }
    const wrong = sums.findIndex((value, unit) => value !== (unit < 32 ? 30_000 : 10_000));
    expect(wrong, `unit ${wrong} has ${sums[wrong]}`).toBe(-1);
    await assembled(); // and all are still there
  });

  it('does units that chunks do not divide, and more chunks than there are units', async () => {
    const { sums, ones, addUp } = await startCrew(3, 64);
    for (let units = 1; units <= 64; units++) addUp(ones, units, 4);
    for (let units = 1; units <= 64; units++) addUp(ones, units, 100);
    expect(Array.from(sums)).toEqual(Array.from({ length: 64 }, (_, i) => 2 * (64 - i)));
  });

  it('wakes from sleep, and goes home from sleep', async () => {
    const { crew, sums, ones, addUp, assembled } = await startCrew(4, 2048);
    await assembled();
    for (let job = 0; job < 5; job++) {
      await asleep();
      addUp(ones, 2048, 16);
    }
    expect(new Set(sums)).toEqual(new Set([5]));
    await assembled();
    await asleep();
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

  it('survives growth of the memory that its threads share', async () => {
    await withFreshBackend(
      () => createWasmBackend({ threads: 3 }),
      async (backend) => {
        const length = 3_000_000;
        const ones = new Float32Array(length).fill(1);
        const { reservedBytes } = backend.memory;
        const totals = await Promise.all(
          scope(() => {
            let x = tensor(ones);
            const read: Promise<number>[] = [];
            for (let doubling = 0; doubling < 4; doubling++) {
              x = add(x, x);
              read.push(sum(x).item());
            }
            return read;
          }),
        );
        expect(totals).toEqual([2, 4, 8, 16].map((value) => value * length));
        expect(backend.memory.reservedBytes - reservedBytes).toBeGreaterThan(16 * 2 ** 20); // it had to grow
      },
    );
  });
});

describe('a process with threads', () => {
  const entry = new URL('../../dist/src/index.js', import.meta.url);

  interface Ended {
    /** Null if it had to be killed. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }

  let folder: string;
  beforeAll(async () => {
    expect(existsSync(entry), 'the package must be built: npm run build').toBe(true);
    folder = await mkdtemp(join(tmpdir(), 'inkgrad-threads-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Runs a script that has a backend of four threads, on which it has computed. */
  async function runScript(body: string): Promise<Ended> {
    const file = join(folder, 'script.mjs');
    const script = `
      import { createWasmBackend, useBackend, tensor, add } from ${JSON.stringify(entry.href)};
      const backend = await createWasmBackend({ threads: 4 });
      useBackend(backend);
      const x = tensor(new Float32Array(100_000).fill(1));
      const values = await add(x, x).data();
      console.log(values.every((value) => value === 2) ? 'computed' : 'wrong');
      ${body}`;
    await writeFile(file, script);
    return new Promise((resolve) => {
      const limits = { timeout: 30_000, killSignal: 'SIGKILL' } as const;
      const child = execFile(process.execPath, [file], limits, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  }

  it.each([
    ['without a word', '', 0, 'computed\n'],
    ['after dispose', "await backend.dispose(); console.log('disposed');", 0, 'computed\ndisposed\n'],
    ['after disposing twice', 'await backend.dispose(); await backend.dispose();', 0, 'computed\n'],
    ['by process.exit, with its code', 'process.exit(7);', 7, 'computed\n'],
    ['by an error nobody catches', "throw new Error('on purpose');", 1, 'computed\n'],
    ['while a timer is running out', "setTimeout(() => console.log('late'), 100);", 0, 'computed\nlate\n'],
  ])('ends %s', async (_, body, code, stdout) => {
    const ended = await runScript(body);
    expect(ended).toMatchObject({ code, stdout });
    expect(ended.stderr).toEqual(code === 1 ? expect.stringContaining('on purpose') : '');
  });
});
