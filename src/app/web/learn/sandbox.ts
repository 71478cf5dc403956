// Starts workers that run the reader's code without access to anything of this site.
//
// A worker from a `data:` address has an opaque origin: it cannot read what this site has stored.
// It inherits the page's content security policy, which allows no other hosts. Its first message is
// the script with the engine, which it evaluates.

import runtimeAddress from 'virtual:cell-runtime';

const BOOTSTRAP = 'data:text/javascript,onmessage=(event)=>{(0,eval)(event.data)}';

let runtime: Promise<string> | null = null;

async function fetchRuntime(): Promise<string> {
  const response = await fetch(runtimeAddress);
  if (!response.ok) throw new Error(`The engine could not be loaded (status ${response.status}).`);
  return response.text();
}

/**
 * Starts a worker with the engine.
 *
 * @throws Error if the engine cannot be downloaded; the next call tries again
 */
export async function startSandbox(): Promise<Worker> {
  runtime ??= fetchRuntime();
  try {
    const text = await runtime;
    const worker = new Worker(BOOTSTRAP);
    worker.postMessage(text);
    return worker;
  } catch {
    runtime = null;
    throw new Error(
      'The engine could not be downloaded. Check your connection, and run the cell again.',
    );
  }
}
