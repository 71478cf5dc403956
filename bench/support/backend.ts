// Opens the wasm backend of a contender. The environment variable INKGRAD_WIDE_SIMD selects the
// SIMD module: 1 requires 256-bit SIMD, 0 excludes it.

import { createWasmBackend, useBackend, type WasmBackend } from '../../src/index.js';

/**
 * Opens the backend and makes it the current one.
 *
 * @throws Error if wide SIMD is required but this build or this Node lacks it
 */
export async function openBackend(threads: number): Promise<WasmBackend> {
  const backend = await createWasmBackend({ threads });
  useBackend(backend);
  const build: string = backend.build;
  if (process.env.INKGRAD_WIDE_SIMD === '1' && build !== 'wide')
    throw new Error(`INKGRAD_WIDE_SIMD=1 requires the module 'wide', but '${build}' was loaded`);
  return backend;
}
