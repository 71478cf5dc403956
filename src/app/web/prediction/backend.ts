// What the page computes with on its own thread: WebAssembly SIMD, one thread, started once, since a prediction takes less
// time than waking others does. Workers of the page start their own. Imports the engine and, on demand, the wasm backend.

import { type Backend, useBackend } from '../../../engine/index.js';

let started: Promise<Backend> | undefined;

/**
 * Starts the backend of the page's thread and makes it the current one; later calls return the same.
 *
 * @throws BackendError if the browser has no WebAssembly SIMD; the next call tries again
 */
export function pageBackend(): Promise<Backend> {
  started ??= start().catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function start(): Promise<Backend> {
  const { createWasmBackend } = await import('../../../engine/backends/wasm/index.js');
  const backend = await createWasmBackend({ threads: 1 }); // the relaxed build where the browser takes it
  useBackend(backend);
  return backend;
}
