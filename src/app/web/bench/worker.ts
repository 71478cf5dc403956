// The benchmark worker: reports on the device or measures one backend. Each task gets a new worker, so that a lost device
// does not affect the others.

import { chooseDevice, isSoftwareGpu } from '../../device/device.js';
import { measureDevice } from '../../device/deviceBench.js';
import type { MeasureTask, Report, Task } from './protocol.js';

/** Fewer images for backends that take seconds per step, so that their rows appear at all. */
const SLOW_LIMITS = { batch: 8, steps: 2 };

function post(report: Report): void {
  postMessage(report);
}

async function probe(): Promise<void> {
  const { backend, report } = await chooseDevice({ backend: 'auto', threads: undefined });
  await backend.dispose();
  post({ kind: 'probed', device: report });
}

async function measure({ candidate, batch, steps }: MeasureTask): Promise<void> {
  const { backend, report } = await chooseDevice({ backend: candidate, threads: undefined });
  const startMs = report.tried[0].ms;
  post({ kind: 'started', startMs });
  const slow = candidate === 'reference' || isSoftwareGpu(report);
  const batchSize = slow ? Math.min(batch, SLOW_LIMITS.batch) : batch;
  const timedSteps = slow ? Math.min(steps, SLOW_LIMITS.steps) : steps;
  const losses: number[] = [];
  const onStep = (step: number, loss: number): void => {
    losses.push(loss);
    post({ kind: 'step', step, of: timedSteps + 1 });
  };
  const measured = await measureDevice(backend, { batchSize, steps: timedSteps, onStep });
  await backend.dispose();
  post({
    kind: 'measured',
    measured: { device: report, startMs, steps: timedSteps, losses, ...measured },
  });
}

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  (data.kind === 'probe' ? probe() : measure(data)).catch((error: unknown) => {
    post({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  });
});
