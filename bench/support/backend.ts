// Opens the wasm backend of a contender. The environment variable INKGRAD_WIDE_SIMD selects the
// SIMD module: 1 selects 256-bit SIMD, anything else excludes it.

import { createWasmBackend, useBackend, type WasmBackend } from '../../src/index.js';

/**
 * Opens the backend and makes it the current one.
 *
 * @throws BackendError if wide SIMD is required but unsupported
 */
export async function openBackend(threads: number): Promise<WasmBackend> {
  const isWide = process.env.INKGRAD_WIDE_SIMD === '1';
  const backend = await createWasmBackend({ threads, ...(isWide ? { module: 'wide' } : {}) });
  useBackend(backend);
  return backend;
}
