// The differential tests on the wasm backend: all builds, with 1, 2 and 3 threads. The bits must not
// depend on the number of threads, and the wide build must compute those of the relaxed one.

import { describe } from 'vitest';
import { bytes as base } from '#simd/base';
import { bytes as relaxed } from '#simd/relaxed';
import { createWasmBackend, wasmFeatures } from '../../src/engine/backends/wasm/index.js';
import { skipNote } from '../support/skipping.js';
import { differentialSuite } from './suite.js';

const { wideSimd } = await wasmFeatures();

describe.each([
  { module: 'base', bytes: base },
  { module: 'relaxed', bytes: relaxed },
] as const)('wasm', ({ module, bytes }) => {
  const missing = WebAssembly.validate(bytes)
    ? null
    : `no ${module} SIMD in Node ${process.versions.node}; use Node 22 or later`;
  describe.skipIf(missing !== null)(`${module} build${skipNote(missing)}`, () => {
    differentialSuite(
      [
        ...[1, 2, 3].map((threads) => ({
          name: threads === 1 ? 'one thread' : `${threads} threads`,
          make: () => createWasmBackend({ threads, module }),
        })),
        {
          name: '3 threads that divide all work',
          make: () => createWasmBackend({ threads: 3, module, dispatch: 'split' }),
        },
        ...(module === 'relaxed' && wideSimd
          ? [{ name: 'wide', make: () => createWasmBackend({ threads: 2, module: 'wide' }) }]
          : []),
      ],
      { sameBits: true },
    );
  });
});
