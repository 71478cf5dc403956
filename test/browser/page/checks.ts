// What the browser tests call in the page. Runs in Chromium, minified, under the page's policy. Imports the engine and the app.

import { createWasmBackend, type WasmBackend } from '../../../src/engine/backends/wasm/index.js';
import { trainOnWasm } from './training.js';

let running: WasmBackend | undefined;

/** Starts a backend with the default number of threads, and returns that number. */
async function startWasm(): Promise<number> {
  running = await createWasmBackend();
  return running.threads;
}

/** Ends what `startWasm` started. */
async function endWasm(): Promise<void> {
  await running?.dispose();
}

/** Everything a test may call; arguments and results travel as JSON. */
const checks = { trainOnWasm, startWasm, endWasm };

declare global {
  var checks: Checks;
}

type Checks = typeof checks;

globalThis.checks = checks;
