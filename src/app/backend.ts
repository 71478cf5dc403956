// Chooses the backend a command runs on. Imports the backends.

import { ArgumentError } from '../engine/errors.js';
import { ReferenceBackend, useBackend, type Backend } from '../engine/index.js';
import { createWasmBackend } from '../engine/backends/wasm/index.js';

export const BACKENDS = ['auto', 'wasm', 'reference'] as const;

export interface BackendChoice {
  /** `auto` is the fastest there is: wasm. */
  readonly backend: string;
  /** Threads that compute; default one for each processor. The reference backend has one. */
  readonly threads: number | undefined;
}

/** A backend, and how to name it in a log: `wasm (base, 2 threads)`. */
export interface StartedBackend {
  readonly backend: Backend;
  readonly description: string;
}

/** Starts a backend and makes it the current one. */
export async function startBackend(choice: BackendChoice): Promise<StartedBackend> {
  const started = await create(choice);
  useBackend(started.backend);
  return started;
}

async function create({ backend: name, threads }: BackendChoice): Promise<StartedBackend> {
  switch (name) {
    case 'auto':
    case 'wasm': {
      const backend = await createWasmBackend(threads === undefined ? {} : { threads });
      const count = backend.threads === 1 ? '1 thread' : `${backend.threads} threads`;
      return { backend, description: `wasm (${backend.build} SIMD, ${count})` };
    }
    case 'reference':
      if (threads !== undefined && threads !== 1) {
        throw new ArgumentError(
          `--threads ${threads}: the reference backend has one thread; use --backend wasm`,
        );
      }
      return { backend: new ReferenceBackend(), description: 'reference (plain loops, 1 thread)' };
    default:
      throw new ArgumentError(`--backend ${name}: must be one of ${BACKENDS.join(', ')}`);
  }
}
