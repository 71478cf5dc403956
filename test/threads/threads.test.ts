// Worker threads: results are bit-for-bit identical for any number of threads, and backends are
// independent.

import { describe, expect, it } from 'vitest';
import { bytes as base } from '#simd/base-threads';
import { bytes as relaxed } from '#simd/relaxed-threads';
import { selectImages } from '../../src/data/loading/imageDataset.js';
import { ArgumentError } from '../../src/engine/errors.js';
import { add, scope, sum, tensor, currentBackend, useBackend } from '../../src/engine/index.js';
import { createWasmBackend, type WasmOptions } from '../../src/engine/backends/wasm/index.js';
import { eventsOf, fingerprint, SMALL, takeSteps, tinyTrainer, train } from '../app/support.js';
import { withFreshBackend } from '../support/backends.js';

describe('the number of threads', () => {
  const trained = (options: WasmOptions): Promise<string> =>
    withFreshBackend(
      () => createWasmBackend(options),
      async () => {
        const images = selectImages(
          train,
          Array.from({ length: 81 }, (_, i) => i),
        );
        const trainer = tinyTrainer({ train: images, batchSize: 60 });
        await takeSteps(trainer, 2); // 60 and 21 images
        const state = await fingerprint(trainer);
        trainer.dispose();
        return state;
      },
    );

  it.for(['base', 'relaxed'] as const)(
    'does not change a training run, bit for bit (module %s: 1, 2, 3 and 4 threads)',
    async (module, { skip }) => {
      const runs = WebAssembly.validate({ base, relaxed }[module]);
      skip(!runs, `no ${module} SIMD in Node ${process.versions.node}; use Node 22 or later`);
      const expected = await trained({ module, threads: 1 });
      for (const threads of [2, 3, 4]) {
        expect(await trained({ module, threads }), `${threads} threads`).toBe(expected);
      }
    },
  );

  it.each([0, -1, 1.5, 65, NaN, Infinity])('cannot be %d', async (threads) => {
    const pending = createWasmBackend({ threads });
    await expect(pending).rejects.toThrow(ArgumentError);
    await expect(pending).rejects.toThrow(`from 1 to 64, got ${threads}`);
  });

  it('rejects an unknown option, such as build for module', async () => {
    const pending = createWasmBackend({ build: 'base' } as object);
    await expect(pending).rejects.toThrow(
      /^createWasmBackend: unknown option build; the options are threads, module, dispatch$/,
    );
  });

  it('is the requested number, or one per processor up to 8', async () => {
    const threeThreads = await createWasmBackend({ threads: 3 });
    const defaultBackend = await createWasmBackend();
    expect(threeThreads.threads).toBe(3);
    expect(defaultBackend.threads).toBeGreaterThanOrEqual(1);
    expect(defaultBackend.threads).toBeLessThanOrEqual(8);
    await threeThreads.dispose();
    await defaultBackend.dispose();
  });
});

describe('two backends at once', () => {
  it('do not affect each other', async () => {
    const run = async (threads: number): Promise<string> =>
      withFreshBackend(
        () => createWasmBackend({ threads }),
        async () => {
          const trainer = tinyTrainer(SMALL);
          await takeSteps(trainer, 4);
          const state = await fingerprint(trainer);
          trainer.dispose();
          return state;
        },
      );
    const expected = await run(2);

    const outer = currentBackend();
    const backends = [
      await createWasmBackend({ threads: 2 }),
      await createWasmBackend({ threads: 3 }),
    ];
    const runs = backends.map((backend) => {
      useBackend(backend);
      const trainer = tinyTrainer(SMALL);
      return { backend, trainer, events: trainer.run() };
    });
    for (let step = 0; step < 4; step++) {
      for (const { backend, events } of runs) {
        useBackend(backend);
        await events.next();
      }
    }
    for (const { backend, trainer } of runs) {
      expect(await fingerprint(trainer), `${backend.threads} threads`).toBe(expected);
      trainer.dispose();
      expect(backend.memory.live).toBe(0);
    }
    // After the first is disposed of, the second still works.
    await backends[0].dispose();
    useBackend(backends[1]);
    const again = tinyTrainer(SMALL);
    await eventsOf(again, () => true);
    again.dispose();
    useBackend(outer);
    await backends[1].dispose();
  });
});

describe('shared memory', () => {
  it('can grow while threads use it', async () => {
    await withFreshBackend(
      () => createWasmBackend({ threads: 3 }),
      async (backend) => {
        const length = 3_000_000;
        const ones = new Float32Array(length).fill(1);
        const { reservedBytes } = backend.memory;
        const totals = await Promise.all(
          scope(() => {
            let x = tensor(ones);
            const pending: Promise<number>[] = [];
            for (let doubling = 0; doubling < 4; doubling++) {
              x = add(x, x);
              pending.push(sum(x).item());
            }
            return pending;
          }),
        );
        expect(totals).toEqual([2, 4, 8, 16].map((value) => value * length));
        // The memory has grown.
        expect(backend.memory.reservedBytes - reservedBytes).toBeGreaterThan(16 * 2 ** 20);
      },
    );
  });
});
