// The kernel suite in Node: on gpu.js's WebAssembly mode, which runs the kernels' text in float32
// without a GPU, and on headless-gl if it is installed and has a display.

import { describe, expect, it } from 'vitest';
import { createGpuBackend, type GpuMode } from '../../src/engine/backends/gpu.js';
import { GPU_TOLERANCE } from '../../src/app/check/tolerance.js';
import { runKernelSuite } from './suite.js';
import { skipNote } from '../support/skipping.js';
import { timeLimit } from '../support/timeLimit.js';

/** Why a mode is not available; null if it is. */
async function unavailableReason(mode: GpuMode): Promise<string | null> {
  try {
    await (await createGpuBackend({ mode })).dispose();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

async function expectAgreement(mode: GpuMode): Promise<void> {
  const backend = await createGpuBackend({ mode });
  const results = await runKernelSuite(backend);
  await backend.dispose();
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(results.length).toBeGreaterThan(200);
  expect(backend.memory).toMatchObject({ live: 0, liveBytes: 0, reservedBytes: 0 });
}

const noHeadless =
  (await unavailableReason('headlessgl')) === null
    ? null
    : 'no WebGL2 in Node; npm install --no-save gl, and run with a display or xvfb-run';

describe('every op sample and every kernel agree with the reference', () => {
  it('on webasm', () => expectAgreement('webasm'));

  // Mesa's software renderer takes 0.15 s to compile a kernel, and there are 600.
  it.skipIf(noHeadless !== null)(
    `on headlessgl${skipNote(noHeadless)}`,
    { timeout: timeLimit(400_000) },
    () => expectAgreement('headlessgl'),
  );
});

// Checks that the suite can fail.
it('the suite detects and names a kernel that is computed incorrectly', async () => {
  const backend = await createGpuBackend({ mode: 'webasm' });
  const run = backend.run.bind(backend);
  backend.run = (launch) => {
    const source = 'function (grad, x) { return 7.0 * x[this.thread.x]; }';
    const kernel = launch.kernel.name === 'reluGrad' ? { ...launch.kernel, source } : launch.kernel;
    return run({ ...launch, kernel });
  };
  const results = await runKernelSuite(backend, { only: (name) => /relu|sigmoid/i.test(name) });
  await backend.dispose();
  const wrong = results.filter(({ ok }) => !ok);
  expect(wrong.map(({ name }) => name)).toContain('kernel reluGrad');
  expect(wrong.map(({ name }) => name)).toContain('relu: both signs');
  expect(results.find(({ name }) => name === 'kernel sigmoid')).toMatchObject({ ok: true });
  expect(wrong[0].error).toBeGreaterThan(GPU_TOLERANCE);
  expect(wrong[0].reason).toMatch(/element \d+ is .+, expected /);
});
