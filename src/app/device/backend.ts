// Starts the backend for a command, and disposes of it afterwards.

import type { Backend } from '../../engine/backend.js';
import { currentBackend, useBackend } from '../../engine/current.js';
import { affordableThreads } from './addressSpace.js';
import { chooseDevice, describeDevice, type DeviceChoice, type DeviceReport } from './device.js';

export { BACKENDS, CHECKED_BACKENDS } from './device.js';

/**
 * A backend, its description for a log, e.g. `wasm (base SIMD, 2 threads)`, and the other backends
 * that were tried.
 */
export interface StartedBackend {
  readonly backend: Backend;
  readonly description: string;
  readonly report: DeviceReport;
}

/**
 * Starts a backend, makes it the current one while `work` runs, and disposes of it when `work`
 * returns or throws.
 *
 * @returns the result of `work`
 */
export async function withBackend<T>(
  choice: DeviceChoice,
  work: (started: StartedBackend) => Promise<T> | T,
): Promise<T> {
  const usesCpu = choice.backend === 'auto' || choice.backend === 'wasm';
  const threads = usesCpu ? affordableThreads(choice.threads) : choice.threads;
  const { backend, report } = await chooseDevice({ ...choice, threads });
  const previous = currentBackend();
  useBackend(backend);
  try {
    return await work({ backend, description: describeDevice(report), report });
  } finally {
    useBackend(previous);
    await backend.dispose();
  }
}
