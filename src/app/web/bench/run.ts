// Runs the benchmark candidates one after the other, each in a separate worker, and collects their results. No DOM.

import type { DeviceReport } from '../../device/device.js';
import type { Candidate, Measured, MeasureTask, Report, Task } from './protocol.js';

/** Reason of a failure. */
export interface Failure {
  readonly reason: string;
}

/** Result of one candidate. */
export type Outcome = Measured | Failure;

/** Runs a task in a new worker. Always resolves: with the result of `resultOf` for a report, or with a failure. */
function inWorker<Result>(
  task: Task,
  resultOf: (report: Report) => Result | undefined,
  signal: AbortSignal,
): Promise<Result | Failure> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Result | Failure>((resolve) => {
    const onAbort = (): void => resolve({ reason: 'stopped' });
    signal.addEventListener('abort', onAbort, { once: true });
    worker.onmessage = ({ data }: MessageEvent<Report>) => {
      const result = data.kind === 'failed' ? { reason: data.reason } : resultOf(data);
      if (result !== undefined) resolve(result);
    };
    worker.onerror = ({ message }) => resolve({ reason: `the worker does not run: ${message}` });
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** The devices of this browser and the choice of `auto`. `signal` stops it. */
export function probeDevice(signal: AbortSignal): Promise<DeviceReport | Failure> {
  return inWorker(
    { kind: 'probe' },
    (report) => (report.kind === 'probed' ? report.device : undefined),
    signal,
  );
}

/** Measures one backend. `signal` stops it. */
export function measureCandidate(
  task: Omit<MeasureTask, 'kind'>,
  onReport: (report: Report) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const resultOf = (report: Report): Measured | undefined => {
    onReport(report);
    return report.kind === 'measured' ? report.measured : undefined;
  };
  return inWorker({ kind: 'measure', ...task }, resultOf, signal);
}

/** Usually fastest first; the one that always works is last. */
export const CANDIDATES: readonly Candidate[] = ['webgpu', 'webgl2', 'wasm', 'reference'];

export const NAMES: Readonly<Record<Candidate, string>> = {
  webgpu: 'WebGPU',
  webgl2: 'WebGL2',
  wasm: 'WebAssembly',
  reference: 'Reference',
};
