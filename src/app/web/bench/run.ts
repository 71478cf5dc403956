// Runs the candidates one after the other, each in a worker of its own, and collects what they report. No page in here.
// Imports the protocol.

import type { Candidate, Measured, Report, Task } from './protocol.js';

/** What came of one candidate. */
export type Outcome = Measured | { readonly reason: string };

/** Runs one task; resolves however it ends. `signal` stops it. */
export function runTask(
  task: Task,
  onReport: (report: Report) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Outcome>((resolve) => {
    const stopped = (): void => resolve({ reason: 'stopped' });
    signal.addEventListener('abort', stopped, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      onReport(data);
      if (data.kind === 'failed') resolve({ reason: data.reason });
      if (data.kind === 'measured') resolve(data.measured);
    };
    worker.onerror = ({ message }) => resolve({ reason: `the worker does not run: ${message}` });
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** Fastest first in the usual case, and the one that always works last. */
export const CANDIDATES: readonly Candidate[] = ['webgpu', 'webgl2', 'wasm', 'reference'];

export const NAMES: Readonly<Record<Candidate, string>> = {
  webgpu: 'WebGPU',
  webgl2: 'WebGL2',
  wasm: 'WebAssembly',
  reference: 'Reference',
};
