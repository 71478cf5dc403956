// Selects the compute backend, and reports which ones were tried and why each was or was not
// chosen. Used by the command line and by the page, so it has no Node imports and no output.
//
// `auto` selects a GPU under three conditions: it is real hardware, two training steps give correct
// losses, and it is faster than the CPU. A software GPU ranks below inkgrad's CPU kernels. A
// backend requested by name is used, or there is an error with the reason: there is no silent
// fallback.

import { ArgumentError, BackendError, InkgradError } from '../../engine/errors.js';
import type { Backend } from '../../engine/backend.js';
import { ReferenceBackend } from '../../engine/backends/reference.js';
import {
  createWasmBackend,
  wasmFeatures,
  type WasmBackend,
  type WasmOptions,
} from '../../engine/backends/wasm/index.js';

export const BACKENDS = ['auto', 'wasm', 'webgpu', 'webgl2', 'headlessgl', 'reference'] as const;

/**
 * The backends that `doctor` can check. `webasm` is gpu.js without a GPU: it runs the kernels' GPU
 * text as WebAssembly, too slow for anything else.
 */
export const CHECKED_BACKENDS = [...BACKENDS, 'webasm'] as const;

type Mode = Exclude<(typeof CHECKED_BACKENDS)[number], 'auto'>;

/** One backend that was tried. */
export interface DeviceAttempt {
  readonly mode: Mode;
  /** Whether it works on this machine. */
  readonly ok: boolean;
  /** Why it does not work, or works and was not chosen; empty for the chosen one. */
  readonly reason: string;
  /** Milliseconds that the attempt took. */
  readonly ms: number;
}

export interface DeviceReport {
  readonly requested: string;
  readonly chosen: Mode;
  /**
   * What the backend runs on: the adapter's name, or the build and the threads of the CPU kernels.
   */
  readonly adapter: string;
  /** Whether it runs on the CPU: inkgrad's kernels, or a software GPU. */
  readonly software: boolean;
  readonly tried: readonly DeviceAttempt[];
}

export interface DeviceChoice {
  /** One of `CHECKED_BACKENDS`. */
  readonly backend: string;
  /** CPU threads; default one per processor. */
  readonly threads: number | undefined;
  /**
   * Whether wasm may use 256-bit SIMD, which does not change results. Default: unless the environment
   * variable INKGRAD_WIDE_SIMD is 0.
   */
  readonly wideSimd?: boolean | undefined;
  /**
   * Whether so little will be computed that the start of the backend matters most: `auto` then
   * tries no GPU, wasm has one thread by default, and 256-bit SIMD, which has to be checked first,
   * is not used. Default false.
   */
  readonly brief?: boolean;
}

export interface ChosenDevice {
  readonly backend: Backend;
  readonly report: DeviceReport;
}

/** An opened backend with its adapter name. */
export interface OpenedBackend {
  readonly backend: Backend;
  readonly adapter: string;
  readonly software: boolean;
}

/** Operations needed for the choice; tests replace them. */
export interface DeviceProbe {
  readonly open: (mode: Mode, threads: number | undefined) => Promise<OpenedBackend>;
  /** Throws unless the backend's results match the CPU's. */
  readonly checkResults: (backend: Backend, cpu: Backend) => Promise<void>;
  /** Milliseconds per training step. */
  readonly stepTime: (backend: Backend) => Promise<number>;
}

const GPU_MODES = ['webgpu', 'webgl2', 'headlessgl'] as const;

/**
 * Opens the requested backend, or the best one for `auto`.
 *
 * @throws BackendError if a backend requested by name is unavailable; ArgumentError if there is no
 * such name
 */
export async function chooseDevice({
  backend: requested,
  threads,
  wideSimd = true,
  brief = false,
}: DeviceChoice): Promise<ChosenDevice> {
  const open = (mode: Mode): Promise<OpenedBackend> =>
    openMode(mode, brief ? (threads ?? 1) : threads, wideSimd && !brief);
  const probe = { open, checkResults, stepTime };
  if (requested === 'auto') return brief ? chooseCpu(threads, probe) : chooseBest(threads, probe);
  const mode = CHECKED_BACKENDS.find((name): name is Mode => name === requested && name !== 'auto');
  if (mode === undefined) {
    throw new ArgumentError(`--backend ${requested}: must be one of ${BACKENDS.join(', ')}`);
  }
  if (mode === 'reference' && threads !== undefined && threads !== 1) {
    throw new ArgumentError(
      `--threads ${threads}: the reference backend has one thread; use --backend wasm`,
    );
  }
  const start = performance.now();
  const opened = await open(mode);
  const tried = [{ mode, ok: true, reason: '', ms: performance.now() - start }];
  return { backend: opened.backend, report: reportOf(requested, mode, opened, tried) };
}

/** One line for a log: `webgpu (google swiftshader, software emulation: slow)`. */
export function describeDevice(report: DeviceReport): string {
  const { chosen, adapter } = report;
  return `${chosen} (${adapter}${isSoftwareGpu(report) ? ', software emulation: slow' : ''})`;
}

/** Whether the chosen GPU backend is emulated on the CPU. */
export function isSoftwareGpu({ chosen, software }: DeviceReport): boolean {
  return software && chosen !== 'wasm' && chosen !== 'reference';
}

/** Describes an attempt: `works: slower than wasm: 60.0 ms per step, wasm 50.0 ms (812 ms)`. */
export function describeAttempt({ ok, reason, ms }: DeviceAttempt): string {
  const verdict = reason === '' ? 'chosen' : `${ok ? 'works' : 'failed'}: ${reason}`;
  return `${verdict} (${ms.toFixed(0)} ms)`;
}

async function openMode(
  mode: Mode,
  threads: number | undefined,
  wideSimd: boolean,
): Promise<OpenedBackend> {
  switch (mode) {
    case 'reference':
      return { backend: new ReferenceBackend(), adapter: 'plain loops, 1 thread', software: true };
    case 'wasm': {
      const { backend, note } = await openWasm(threads === undefined ? {} : { threads }, wideSimd);
      const count = backend.threads === 1 ? '1 thread' : `${backend.threads} threads`;
      return { backend, adapter: `${backend.build} SIMD, ${count}${note}`, software: true };
    }
    default: {
      const { createGpuBackend } = await import('../../engine/backends/gpu.js');
      const backend = await createGpuBackend({ mode });
      return { backend, ...backend.adapter };
    }
  }
}

/**
 * The wide module where it is supported and correct, otherwise the default one.
 *
 * @returns also a note for the report if the wide module failed its check
 */
async function openWasm(
  options: WasmOptions,
  wideSimd: boolean,
): Promise<{ readonly backend: WasmBackend; readonly note: string }> {
  if (!wideSimd || isWideSimdDisabled() || !(await wasmFeatures()).wideSimd) {
    return { backend: await createWasmBackend(options), note: '' };
  }
  try {
    return { backend: await createWasmBackend({ ...options, module: 'wide' }), note: '' };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { backend: await createWasmBackend(options), note: `; ${error.message}` };
  }
}

/** Whether the environment variable INKGRAD_WIDE_SIMD is 0. */
export const isWideSimdDisabled = (): boolean =>
  typeof process !== 'undefined' && process.env.INKGRAD_WIDE_SIMD === '0';

function reportOf(
  requested: string,
  chosen: Mode,
  { adapter, software }: OpenedBackend,
  tried: readonly DeviceAttempt[],
): DeviceReport {
  return { requested, chosen, adapter, software, tried };
}

/** Chooses the CPU, or a GPU that is correct and faster. */
export async function chooseBest(
  threads: number | undefined,
  probe: DeviceProbe,
): Promise<ChosenDevice> {
  const tried: DeviceAttempt[] = [];
  const cpu = await openCpu(threads, tried, probe);
  let best: { readonly mode: Mode; readonly opened: OpenedBackend } = cpu;
  let fastestMs = 0; // milliseconds per step of the best so far; 0 means not measured yet
  for (const mode of GPU_MODES) {
    const start = performance.now();
    const record = (ok: boolean, reason: string): void => {
      tried.push({ mode, ok, reason, ms: performance.now() - start });
    };
    let opened: OpenedBackend | null = null;
    try {
      opened = await probe.open(mode, threads);
      if (opened.software) {
        record(
          true,
          `${opened.adapter} emulates a GPU in software, which is slower than the CPU ` +
            `kernels; force it with --backend ${mode}`,
        );
      } else {
        await probe.checkResults(opened.backend, cpu.opened.backend);
        if (fastestMs === 0) fastestMs = await probe.stepTime(best.opened.backend);
        const stepMs = await probe.stepTime(opened.backend);
        const [time, bestTime] = [stepMs.toFixed(1), fastestMs.toFixed(1)];
        const slower = `slower than ${best.mode}: ${time} ms per step, ${best.mode} ${bestTime} ms`;
        record(true, stepMs < fastestMs ? '' : slower);
        if (stepMs < fastestMs) {
          const reason = `slower than ${mode}: ${bestTime} ms per step, ${mode} ${time} ms`;
          demote(tried, best.mode, reason);
          if (best !== cpu) await best.opened.backend.dispose();
          best = { mode, opened };
          fastestMs = stepMs;
        }
      }
    } catch (error) {
      record(false, reasonOf(mode, error));
    }
    if (opened !== null && opened !== best.opened) await opened.backend.dispose();
  }
  if (best !== cpu) await cpu.opened.backend.dispose();
  return { backend: best.opened.backend, report: reportOf('auto', best.mode, best.opened, tried) };
}

/** Chooses the CPU. */
async function chooseCpu(threads: number | undefined, probe: DeviceProbe): Promise<ChosenDevice> {
  const tried: DeviceAttempt[] = [];
  const { mode, opened } = await openCpu(threads, tried, probe);
  return { backend: opened.backend, report: reportOf('auto', mode, opened, tried) };
}

/** The SIMD kernels, or the reference backend where WebAssembly has no SIMD. */
async function openCpu(
  threads: number | undefined,
  tried: DeviceAttempt[],
  probe: DeviceProbe,
): Promise<{ readonly mode: Mode; readonly opened: OpenedBackend }> {
  for (const mode of ['wasm', 'reference'] as const) {
    const start = performance.now();
    const record = (ok: boolean, reason: string): void => {
      tried.push({ mode, ok, reason, ms: performance.now() - start });
    };
    try {
      const opened = await probe.open(mode, threads);
      record(true, '');
      return { mode, opened };
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      record(false, reasonOf(mode, error));
    }
  }
  throw new BackendError('no backend could be started'); // the reference backend always starts
}

/** Records why the previously best backend is no longer chosen. */
function demote(tried: DeviceAttempt[], mode: Mode, reason: string): void {
  const index = tried.findIndex((attempt) => attempt.mode === mode);
  tried[index] = { ...tried[index], reason };
}

/**
 * Removes the mode's name from the start of an error message, because a report shows it separately.
 */
function reasonOf(mode: Mode, error: unknown): string {
  const { message } = error as Error;
  return message.startsWith(`gpu (${mode}): `) ? message.slice(`gpu (${mode}): `.length) : message;
}

// The training step is imported only where there is a GPU to test.

const PROBE = { batchSize: 4, steps: 2 };

/** Compares the losses of two training steps with the CPU's. */
async function checkResults(backend: Backend, cpu: Backend): Promise<void> {
  const { trainingRun } = await import('./deviceBench.js');
  const [actual, expected] = [await trainingRun(backend, PROBE), await trainingRun(cpu, PROBE)];
  const wrongStep = actual.losses.findIndex(
    (loss, step) => !(Math.abs(loss - expected.losses[step]) <= 1e-3),
  );
  if (wrongStep < 0) return;
  throw new InkgradError(
    `wrong results: the loss of training step ${wrongStep + 1} is ${actual.losses[wrongStep]}, expected ` +
      `${expected.losses[wrongStep]}`,
  );
}

/** Milliseconds per training step of 64 images, after compilation. */
async function stepTime(backend: Backend): Promise<number> {
  const { trainingRun } = await import('./deviceBench.js');
  const { ms } = await trainingRun(backend, { batchSize: 64, steps: 4 });
  return Math.min(...ms.slice(1));
}
