// The backend of the page's main thread: WebAssembly SIMD with one thread, started once. Workers start their own backends.
// One thread, because a prediction takes less time than waking other threads.

import { type Backend, useBackend } from '../../../engine/index.js';

let starting: Promise<Backend> | undefined;

/**
 * Starts the backend of the page's thread and makes it the current one; later calls return the same.
 *
 * @throws BackendError if the browser has no WebAssembly SIMD; the next call tries again
 */
export function pageBackend(): Promise<Backend> {
  starting ??= start().catch((error: unknown) => {
    starting = undefined;
    throw error;
  });
  return starting;
}

async function start(): Promise<Backend> {
  const { createWasmBackend } = await import('../../../engine/backends/wasm/index.js');
  const backend = await createWasmBackend({ threads: 1 }); // relaxed SIMD if the browser supports it
  useBackend(backend);
  return backend;
}
