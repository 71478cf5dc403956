// Cost of a training step on a backend (time, launches, compilation, memory), and its losses. Used
// by the device selection (device.ts), by tests and by the page bench.html. No Node imports and no
// output.

import type { Backend } from '../../engine/backend.js';
import { currentBackend, Rng, useBackend } from '../../engine/index.js';
import { DataLoader } from '../../data/loading/dataLoader.js';
import { Normalizer } from '../../data/loading/transform.js';
import { syntheticDataset } from '../../data/strokes/synthetic.js';
import { Adam, type AdamOptions } from '../../nn/index.js';
import { CharacterNet } from '../model/characterNet.js';
import { trainStep } from '../training/trainStep.js';

export interface TrainingRunOptions {
  /** Images per step. */
  readonly batchSize: number;
  readonly steps: number;
  /** Determines weights, dropout and characters. Default 42. */
  readonly seed?: number;
  /** Adam's settings; default the recipe's. */
  readonly adam?: AdamOptions;
  /** Called after each step. */
  readonly onStep?: (step: number, loss: number) => void;
}

export interface TrainingRun {
  /** The mean loss of each step. */
  readonly losses: readonly number[];
  /** Milliseconds of each step; the first ones include compilation. */
  readonly ms: readonly number[];
}

/**
 * Trains the whole network from its initialization on synthetic characters, with dropout and Adam:
 * the recipe's training step.
 */
export async function trainingRun(
  backend: Backend,
  options: TrainingRunOptions,
): Promise<TrainingRun> {
  const { batchSize, steps, seed = 42, adam = { lr: 1e-3 }, onStep } = options;
  const dataset = syntheticDataset({ seed, count: batchSize * steps, part: 'train' });
  const previous = currentBackend();
  useBackend(backend);
  try {
    const model = new CharacterNet({ classes: dataset.classes.length, rng: new Rng(seed) });
    const optimizer = new Adam(model.parameters(), adam);
    const losses: number[] = [];
    const ms: number[] = [];
    const inputs = new Normalizer();
    for (const batch of new DataLoader(dataset, { batchSize, transform: { inputs } }).batches(1)) {
      const start = performance.now();
      const { loss } = await trainStep(model, optimizer, batch);
      ms.push(performance.now() - start);
      losses.push(loss);
      onStep?.(losses.length, loss);
    }
    optimizer.dispose();
    model.dispose();
    return { losses, ms };
  } finally {
    useBackend(previous);
  }
}

/** One row of the table in docs/performance.md. */
export interface DeviceMeasurement {
  /** Name of the backend. */
  readonly backend: string;
  readonly batchSize: number;
  /** Milliseconds of the first step, including compilation, and median of the later ones. */
  readonly firstStepMs: number;
  readonly stepMs: number;
  /** Launches per step, in total and by kernel or routine, the most frequent first. */
  readonly launches: number;
  readonly kernels: readonly { readonly name: string; readonly launches: number }[];
  /** Programs compiled, and milliseconds spent on it; null for a backend without compilation. */
  readonly compiled: number | null;
  readonly compileMs: number | null;
  /** Peak number of bytes in use, and bytes reserved from the system. */
  readonly peakBytes: number;
  readonly reservedBytes: number;
}

export interface MeasureOptions {
  /** Images per step. Default 64. */
  readonly batchSize?: number;
  /** Steps timed after the first. Default 10. */
  readonly steps?: number;
  readonly onStep?: (step: number, loss: number) => void;
}

/** Measures training on a backend. */
export async function measureDevice(
  backend: Backend,
  options: MeasureOptions = {},
): Promise<DeviceMeasurement> {
  const { batchSize = 64, steps = 10, onStep } = options;
  const counter = withCounters(backend);
  const runOptions = { batchSize, steps: steps + 1, ...(onStep === undefined ? {} : { onStep }) };
  const { ms } = await trainingRun(counter.backend, runOptions);
  const sortedMs = ms.slice(1).sort((a, b) => a - b);
  const kernels = [...counter.launches]
    .map(([name, count]) => ({ name, launches: count / (steps + 1) }))
    .sort((a, b) => b.launches - a.launches);
  const { compiled = null, compileMs = null } = compileStatistics(backend);
  return {
    backend: backend.name,
    batchSize,
    firstStepMs: ms[0],
    stepMs: sortedMs[Math.floor(sortedMs.length / 2)],
    launches: kernels.reduce((sum, { launches }) => sum + launches, 0),
    kernels,
    compiled,
    compileMs,
    peakBytes: counter.peakBytes,
    reservedBytes: backend.memory.reservedBytes,
  };
}

/** Compilation statistics of a backend, if it has any. */
function compileStatistics(backend: Backend): { compiled?: number; compileMs?: number } {
  return 'statistics' in backend
    ? (backend.statistics as { compiled: number; compileMs: number })
    : {};
}

/** Wraps a backend and counts its launches and peak memory. */
function withCounters(inner: Backend): {
  readonly backend: Backend;
  readonly launches: ReadonlyMap<string, number>;
  readonly peakBytes: number;
} {
  const launches = new Map<string, number>();
  let peakBytes = 0;
  const count = (name: string): void => {
    launches.set(name, (launches.get(name) ?? 0) + 1);
  };
  const trackPeak = <T>(result: T): T => {
    peakBytes = Math.max(peakBytes, inner.memory.liveBytes);
    return result;
  };
  const routines = Object.entries(inner.routines ?? {}).map(
    ([name, routine]): [string, typeof routine] => [
      name,
      (launch) => {
        count(name);
        return trackPeak(routine(launch));
      },
    ],
  );
  const backend: Backend = {
    name: inner.name,
    dtype: inner.dtype,
    ...(inner.maxTerms === undefined ? {} : { maxTerms: inner.maxTerms }),
    get memory() {
      return inner.memory;
    },
    upload: (values) => trackPeak(inner.upload(values)),
    run: (launch) => {
      count(launch.kernel.name);
      return trackPeak(inner.run(launch));
    },
    read: (buffer) => inner.read(buffer),
    free: (buffer) => inner.free(buffer),
    dispose: () => inner.dispose(),
    routines: Object.fromEntries(routines),
  };
  return {
    backend,
    launches,
    get peakBytes() {
      return peakBytes;
    },
  };
}
