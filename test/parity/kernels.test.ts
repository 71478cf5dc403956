// Every kernel alone on the wasm backend, with the inputs of the samples and no donated input: an
// override may work in place only on an input that the caller donates.

import { describe, expect, it } from 'vitest';
import { runKernelSuite } from '../gpu/suite.js';
import { fastBackends, withFreshBackend } from '../support/backends.js';
import { allKernels } from '../support/kernels.js';

describe.each(fastBackends)('kernels alone on $name', ({ make }) => {
  it('agree with the reference, and leave their inputs to the caller', () =>
    withFreshBackend(make, async (backend) => {
      const only = (name: string) => name.startsWith('kernel ');
      const results = await runKernelSuite(backend, { only });
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
      expect(results).toHaveLength(allKernels.length);
    }));
});
