// Edge cases with known results, on every backend: both precisions of the reference, both builds of
// the SIMD kernels, one to three threads. A GPU runs them in test/browser/gpu.test.ts.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../src/engine/index.js';
import { allBackends } from '../support/backends.js';
import { runEdgeCase } from '../../src/app/check/edgeCase.js';
import { edgeCases } from '../../src/app/check/edgeCases.js';

/** To five digits after the decimal point: float32 kernels of exp and log err by about 1e-7. */
const rounded = (lists: readonly (readonly number[])[]): number[][] =>
  lists.map((list) => list.map((value) => Math.round(value * 1e5) / 1e5 + 0)); // + 0: no -0

describe.each(await allBackends())('$name', ({ make }) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await make();
  });
  afterAll(() => backend.dispose());

  it.each(edgeCases)('$title', async (edgeCase) => {
    const results = await runEdgeCase(edgeCase, backend);
    expect(rounded(results)).toEqual(rounded(edgeCase.expected));
    expect(backend.memory.live, 'buffers still in use').toBe(0);
  });
});
