// Chooses the backend a command runs on. Imports the backends.

import { ArgumentError } from '../engine/errors.js';
import { ReferenceBackend, useBackend, type Backend } from '../engine/index.js';
import { createWasmBackend } from '../engine/backends/wasm/index.js';

export const BACKENDS = ['auto', 'wasm', 'reference'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Starts a backend and makes it the current one. `auto` is the fastest there is: wasm. */
export async function startBackend(name: string): Promise<Backend> {
  const backend = await create(name);
  useBackend(backend);
  return backend;
}

function create(name: string): Promise<Backend> {
  switch (name) {
    case 'auto':
    case 'wasm':
      return createWasmBackend();
    case 'reference':
      return Promise.resolve(new ReferenceBackend());
    default:
      throw new ArgumentError(`--backend ${name}: must be one of ${BACKENDS.join(', ')}`);
  }
}
