// Measures one backend, away from the page, which stays awake. Started anew for each, so that a lost device harms nothing else.
// Imports the backends and the measurement.

import { createGpuBackend } from '../../../engine/backends/gpu.js';
import { createWasmBackend } from '../../../engine/backends/wasm/index.js';
import { type Backend, ReferenceBackend } from '../../../engine/index.js';
import { measureDevice } from '../../deviceBench.js';
import type { Candidate, Report, Started, Task } from './protocol.js';

interface Running {
  readonly backend: Backend;
  /** Asked after the first step: a WebGL adapter is known by then. */
  readonly describe: () => Omit<Started, 'startMs'>;
}

async function start(candidate: Candidate): Promise<Running> {
  switch (candidate) {
    case 'webgpu':
    case 'webgl2': {
      const backend = await createGpuBackend({ mode: candidate });
      return { backend, describe: () => backend.adapter };
    }
    case 'wasm': {
      const backend = await createWasmBackend();
      const threads = backend.threads === 1 ? '1 thread' : `${backend.threads} threads`;
      return {
        backend,
        describe: () => ({ adapter: `${backend.build} SIMD, ${threads}`, software: false }),
      };
    }
    case 'reference':
      return {
        backend: new ReferenceBackend(),
        describe: () => ({ adapter: 'plain loops, 1 thread', software: false }),
      };
  }
}

/** What takes seconds a step gets little to do: a table with fewer images in a row is better than none. */
const SLOW = { batch: 8, steps: 2 };

function post(report: Report): void {
  postMessage(report);
}

async function measure({ candidate, batch, steps }: Task): Promise<void> {
  const begin = performance.now();
  const { backend, describe } = await start(candidate);
  const startMs = performance.now() - begin;
  post({ kind: 'started', startMs });
  const slow = candidate === 'reference' || describe().software;
  const batchSize = slow ? Math.min(batch, SLOW.batch) : batch;
  const timed = slow ? Math.min(steps, SLOW.steps) : steps;
  const losses: number[] = [];
  const onStep = (step: number, loss: number): void => {
    losses.push(loss);
    post({ kind: 'step', step, of: timed + 1 });
  };
  const measured = await measureDevice(backend, { batchSize, steps: timed, onStep });
  const { adapter, software } = describe();
  await backend.dispose();
  post({ kind: 'measured', measured: { adapter, software, startMs, steps: timed, losses, ...measured } });
}

addEventListener('message', ({ data }: MessageEvent<Task>) => {
  measure(data).catch((error: unknown) => {
    post({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  });
});
