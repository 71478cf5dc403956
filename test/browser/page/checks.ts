// Functions that the browser tests call in the page. Runs in Chromium, minified, under the page's
// policy.

import {
  type CaseResult,
  checkBackend,
  type OpResult,
} from '../../../src/app/check/checkBackend.js';
import { allComputations } from '../../../src/app/check/computations.js';
import { largeSamples } from '../../../src/app/check/largeSamples.js';
import { optimizerSamples } from '../../../src/app/check/optimizerSamples.js';
import { renderGlyph } from '../../../src/data/strokes/glyph.js';
import { smoothStrokes } from '../../../src/data/strokes/smooth.js';
import {
  createGpuBackend,
  type GpuBackend,
  type GpuMode,
} from '../../../src/engine/backends/gpu.js';
import { createWasmBackend, type WasmBackend } from '../../../src/engine/backends/wasm/index.js';
import { runKernelSuite } from '../../gpu/suite.js';
import {
  computeManySizes,
  type LeakReport,
  type SizesReport,
  trainAndCount,
} from '../../gpu/leaks.js';
import {
  compareTraining,
  type TrainingAgreement,
  type TrainingOptions,
} from '../../gpu/training.js';
import * as failures from './failures.js';
import { countObjects, type LiveObjects } from './liveObjects.js';
import { trainOnWasm } from './trainOnWasm.js';

let running: WasmBackend | undefined;

/** Starts a backend with the default number of threads, and returns that number. */
async function startWasm(): Promise<number> {
  running = await createWasmBackend();
  return running.threads;
}

/** Disposes of the backend of `startWasm`. */
async function endWasm(): Promise<void> {
  await running?.dispose();
}

/**
 * The GPU backend that `kernelSuite` and `compareWithCpu` share, so that each kernel is compiled
 * once.
 */
let sharedGpu: GpuBackend | undefined;

/** More kernels than both compile, so none is evicted and compiled again. */
const MAX_KERNELS = 2048;

async function openSharedGpu(mode: GpuMode): Promise<GpuBackend> {
  sharedGpu ??= await createGpuBackend({ mode, maxKernels: MAX_KERNELS });
  return sharedGpu;
}

/** Disposes of the shared backend. */
async function disposeSharedGpu(): Promise<void> {
  await sharedGpu?.dispose();
  sharedGpu = undefined;
}

interface SuiteReport {
  readonly adapter: string;
  readonly software: boolean;
  readonly results: readonly CaseResult[];
}

/** Titles of the computations of an op behind its first one. */
function furtherSamples(): ReadonlySet<string> {
  const ops = new Set<string>();
  const isFurther = ({ title }: { readonly title: string }): boolean => {
    const [op] = title.split(':');
    const isKnown = ops.has(op);
    ops.add(op);
    return isKnown;
  };
  return new Set(allComputations.filter(isFurther).map(({ title }) => title));
}

/** Besides every kernel: edge cases and which samples of each op; or neither. */
type Extent = 'every sample' | 'one sample' | 'kernels only';

/** The kernel suite on a GPU. */
async function kernelSuite(mode: GpuMode, extent: Extent): Promise<SuiteReport> {
  const backend = await openSharedGpu(mode);
  const further = furtherSamples();
  const results = await runKernelSuite(backend, {
    only: (title) =>
      extent === 'kernels only'
        ? title.startsWith('kernel ')
        : extent === 'every sample' || !further.has(title),
  });
  const { adapter, software } = backend.adapter;
  return { adapter, software, results };
}

/** The samples of `doctor --check` that the kernel suite does not run, on a GPU. */
async function largeSamplesOnGpu(mode: GpuMode): Promise<OpResult[]> {
  const computations = [...largeSamples, ...optimizerSamples];
  return checkBackend(await openSharedGpu(mode), { computations });
}

/** Training steps of the network, on a GPU and on the CPU. */
async function compareWithCpu(mode: GpuMode, options: TrainingOptions): Promise<TrainingAgreement> {
  const backend = await openSharedGpu(mode);
  const cpu = await createWasmBackend();
  const agreement = await compareTraining(backend, cpu, options);
  await cpu.dispose();
  return agreement;
}

/** 100 training steps of a small network, and the number of live GPU objects after each. */
async function watchObjects(mode: GpuMode, steps: number): Promise<LeakReport<LiveObjects>> {
  const objects = countObjects();
  const report = await trainAndCount(await createGpuBackend({ mode }), objects.live, steps);
  objects.end();
  return report;
}

/** Memory of a loop over many sizes, and the number of live GPU objects at its end. */
async function watchSizes(mode: GpuMode, sizes: number): Promise<SizesReport<LiveObjects>> {
  const objects = countObjects();
  const report = await computeManySizes(await createGpuBackend({ mode }), objects.live, sizes);
  objects.end();
  return report;
}

/** The kernel suite on the wasm backend. */
async function wasmSuite(threads: number): Promise<CaseResult[]> {
  const backend = await createWasmBackend({ threads });
  const results = await runKernelSuite(backend);
  await backend.dispose();
  return results;
}

/** The 28 x 28 images of drawings, as rendered by the page. */
function glyphs(drawings: readonly (readonly number[][])[]): number[][] {
  return drawings.map((strokes) => [...renderGlyph(smoothStrokes(strokes))]);
}

/** Everything a test may call; arguments and results are transferred as JSON. */
const checks = {
  trainOnWasm,
  startWasm,
  endWasm,
  kernelSuite,
  largeSamplesOnGpu,
  wasmSuite,
  glyphs,
  compareWithCpu,
  disposeSharedGpu,
  watchObjects,
  watchSizes,
  failures,
};

declare global {
  var checks: Checks;
}

type Checks = typeof checks;

globalThis.checks = checks;
