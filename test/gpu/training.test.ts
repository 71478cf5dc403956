// Training on the gpu backend in Node, on gpu.js's WebAssembly mode: losses against the CPU, and no
// leaks.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/backend.js';
import { createGpuBackend, type GpuBackend } from '../../src/engine/backends/gpu.js';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import { trainAndCount } from './leaks.js';
import { SMALL_STEPS, compareTraining, RECIPE } from './training.js';
import { timeLimit } from '../support/timeLimit.js';

describe('training on webasm', () => {
  // Both runs on one backend, so that each kernel is compiled once.
  let backend: GpuBackend;
  let cpu: Backend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode: 'webasm' });
    cpu = await createWasmBackend({ threads: 1 });
  });
  afterAll(async () => {
    await backend.dispose();
    await cpu.dispose();
  });

  it.each([
    { title: 'ten steps with a small learning rate', options: SMALL_STEPS },
    { title: "the first steps with the recipe's Adam settings", options: RECIPE },
  ])('has the losses of the CPU: $title', { timeout: timeLimit(240_000) }, async ({ options }) => {
    const agreement = await compareTraining(backend, cpu, { ...options, batchSize: 2 });
    expect(agreement, JSON.stringify(agreement)).toMatchObject({ ok: true });
    expect(agreement.losses).toHaveLength(options.steps);
    expect(agreement.losses[0][0]).toBeGreaterThan(3);
  });

  it(
    'uses the same memory after 100 steps as after three, and none after dispose()',
    { timeout: timeLimit(240_000) },
    async () => {
      const backend = await createGpuBackend({ mode: 'webasm' });
      const count = (): readonly number[] => {
        const { live, liveBytes, reservedBytes } = backend.memory;
        return [live, liveBytes, reservedBytes, backend.statistics.cached];
      };
      const { afterStep, buffersLeft, afterDispose } = await trainAndCount(backend, count, 100);
      expect(afterStep).toHaveLength(100);
      expect(new Set(afterStep.slice(2).map((each) => each.join())).size).toBe(1);
      expect(afterStep[2][0]).toBeGreaterThan(0);
      expect(buffersLeft).toBe(0);
      expect(afterDispose).toEqual([0, 0, 0, 0]);
    },
  );
});
