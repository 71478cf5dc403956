// Starts the backend a command runs on. Imports device.ts, which chooses it.

import { useBackend, type Backend } from '../engine/index.js';
import { chooseDevice, describeDevice, type DeviceChoice, type DeviceReport } from './device.js';

export { BACKENDS } from './device.js';

/** A backend, how to name it in a log, e.g. `wasm (base SIMD, 2 threads)`, and what else was tried. */
export interface StartedBackend {
  readonly backend: Backend;
  readonly description: string;
  readonly report: DeviceReport;
}

/** Starts a backend and makes it the current one. */
export async function startBackend(choice: DeviceChoice): Promise<StartedBackend> {
  const { backend, report } = await chooseDevice(choice);
  useBackend(backend);
  return { backend, description: describeDevice(report), report };
}
