// The kernel suite in Node: on gpu.js's WebAssembly, which runs the kernels' text in float32 without a GPU.

import { describe, expect, it } from 'vitest';
import { createGpuBackend } from '../../src/engine/backends/gpu.js';
import { runKernelSuite } from './suite.js';

describe('webasm', () => {
  it('agrees with the reference on every op sample and every kernel', async () => {
    const backend = await createGpuBackend({ mode: 'webasm' });
    const results = await runKernelSuite(backend);
    await backend.dispose();
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
    expect(results.length).toBeGreaterThan(150);
  });
});
