// The wasm backend: hand-written SIMD kernels in WebAssembly.
// A kernel without a SIMD version runs in the reference backend's loop over the same
// memory: slower, never an error.

import type { SimdExports } from '#simd/interface';
import type {
  Backend,
  Buffer,
  FloatArray,
  Launch,
  MemoryReport,
  RoutineImplementation,
  RoutineLaunch,
} from '../../backend.js';
import { ArgumentError, BackendError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { backendDisposed, checkLaunch, runInLoop } from '../reference.js';
import { type Dispatch, Machine, type RoutineOverride, type WasmBuffer } from './machine.js';
import { LinearMemory } from './memory.js';
import { checkFingerprint } from './moduleCheck.js';
import { overrideOf, routines } from './overrides.js';
import { wideSimdObstacle } from './wideSupport.js';
import { ThreadPool } from './threadPool.js';

/** 16 MiB to start with; it grows as needed, up to the 4 GiB that 32-bit addresses reach. */
const INITIAL_PAGES = 256;
const MAXIMUM_PAGES = 65536;

/** Build of the SIMD kernels, see `WasmOptions`. */
export type ModuleBuild = 'base' | 'relaxed' | 'wide';

/** Options of `createWasmBackend`. */
export interface WasmOptions {
  /** Number of threads, including the calling one. Default: one for each processor, at most 8. */
  readonly threads?: number;
  /**
   * Build of the kernels. `base` runs everywhere; `relaxed` fuses multiply and add; `wide` computes the
   * same as `relaxed` with 256-bit SIMD (Node 24 and later, x86-64). Default: `relaxed` if this
   * JavaScript engine supports it, otherwise `base`, whose results differ in the last bits. `wide` sets
   * an experimental flag of V8 during 0.2 seconds, which may affect other WebAssembly modules that V8
   * is optimizing at that time.
   */
  readonly module?: ModuleBuild;
  /** Forces an implementation; for tests. Default `auto`. */
  readonly dispatch?: Dispatch;
}

/**
 * Starts the SIMD backend.
 *
 * @throws BackendError if this JavaScript engine lacks WebAssembly SIMD or the requested build, or
 *   if the SIMD module was compiled from other sources
 * @throws ArgumentError if `threads` is not a whole number from 1 to 64, or an option is unknown
 * @example useBackend(await createWasmBackend({ threads: 2 }));
 */
export async function createWasmBackend(options: WasmOptions = {}): Promise<WasmBackend> {
  checkOptions('createWasmBackend', options, { threads: true, module: true, dispatch: true });
  const threads = await checkThreads(options.threads);
  const shared = threads > 1;
  const { bytes, build } = await chooseModule(shared, options.module);
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared });
  const module =
    build === 'wide'
      ? await (await import('./wide.js')).compileWide(bytes, shared)
      : await WebAssembly.compile(bytes);
  const instance = await WebAssembly.instantiate(module, { env: { memory, thread: 0 } });
  const simd = instance.exports as unknown as SimdExports;
  const heap = new LinearMemory(memory, simd.heapBase.value as number);
  const threadPool = shared
    ? await ThreadPool.start(threads, { module, memory }, heap, instance.exports)
    : null;
  return new WasmBackend(new Machine(heap, simd, threadPool, options.dispatch), build);
}

/** Maximum number of threads if none is requested. */
export const MAX_DEFAULT_THREADS = 8;

/** Threads need shared memory, which a web page has only if it is cross-origin isolated. */
async function checkThreads(requested: number | undefined): Promise<number> {
  if (
    requested !== undefined &&
    !(Number.isSafeInteger(requested) && requested >= 1 && requested <= 64)
  ) {
    throw new ArgumentError(`wasm: threads must be a whole number from 1 to 64, got ${requested}`);
  }
  if (typeof process === 'undefined') {
    const { crossOriginIsolated, navigator } = globalThis;
    return crossOriginIsolated
      ? (requested ?? Math.min(navigator.hardwareConcurrency, MAX_DEFAULT_THREADS))
      : 1;
  }
  const { availableParallelism } = await import('node:os');
  return requested ?? Math.min(availableParallelism(), MAX_DEFAULT_THREADS);
}

async function chooseModule(
  shared: boolean,
  requested: ModuleBuild | undefined,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; build: ModuleBuild }> {
  const builds = {
    base: () => (shared ? import('#simd/base-threads') : import('#simd/base')),
    relaxed: () => (shared ? import('#simd/relaxed-threads') : import('#simd/relaxed')),
    wide: () => {
      // A bundler for the web removes the rest.
      if (typeof process === 'undefined') throw new BackendError(NO_WIDE_IN_BROWSER);
      return shared ? import('#simd/wide-threads') : import('#simd/wide');
    },
  };
  if (typeof WebAssembly === 'undefined') throw new BackendError(NO_WEBASSEMBLY);
  for (const build of requested === undefined ? (['relaxed', 'base'] as const) : [requested]) {
    const module = await builds[build]();
    if (!WebAssembly.validate(module.bytes)) continue;
    checkFingerprint(module);
    return { bytes: module.bytes, build };
  }
  throw new BackendError(
    `wasm: this JavaScript engine does not support the ${requested ?? 'SIMD'} module; ` +
      'use the reference backend or a newer engine',
  );
}

const NO_WEBASSEMBLY =
  'wasm: WebAssembly is not available; allow it in the settings, use a newer browser, or use the ' +
  'reference backend';

const NO_WIDE_IN_BROWSER = 'wasm: a web page cannot use the wide module';

/** WebAssembly features of this JavaScript engine. */
export interface WasmFeatures {
  readonly simd: boolean;
  /** Fused multiply and add. */
  readonly relaxedSimd: boolean;
  /** Memory that threads can share. */
  readonly threads: boolean;
  /** 256-bit SIMD, with the `wide` module. */
  readonly wideSimd: boolean;
}

export async function wasmFeatures(): Promise<WasmFeatures> {
  const { bytes: base } = await import('#simd/base');
  const { bytes: relaxed } = await import('#simd/relaxed');
  return {
    simd: WebAssembly.validate(base),
    relaxedSimd: WebAssembly.validate(relaxed),
    threads: typeof process !== 'undefined' || globalThis.crossOriginIsolated,
    wideSimd: (await wideSimdObstacle()) === null,
  };
}

/**
 * Whether the output or an input has no elements. SIMD functions divide by sizes and read at least
 * one element, so the reference loop handles these launches.
 */
const isEmpty = ({ inputs, length }: Launch): boolean =>
  length === 0 || inputs.some((input) => input.length === 0);

/** SIMD kernels in WebAssembly on all cores; create one with `createWasmBackend`. */
export class WasmBackend implements Backend {
  readonly name = 'wasm';
  readonly dtype = 'float32';
  readonly routines: Readonly<Record<string, RoutineImplementation>>;
  /** Build of the kernels. */
  readonly build: ModuleBuild;
  readonly threads: number;
  readonly #machine: Machine;
  #disposed = false;

  constructor(machine: Machine, build: ModuleBuild) {
    this.#machine = machine;
    this.build = build;
    this.threads = machine.threads;
    this.routines = Object.fromEntries(
      Object.entries(routines).map(([name, routine]) => [
        name,
        (launch) => this.#runRoutine(routine, launch),
      ]),
    );
  }

  get memory(): MemoryReport {
    return this.#machine.memory.report;
  }

  upload(values: ArrayLike<number>): Buffer {
    this.#checkAlive();
    const buffer = this.#machine.allocate(values.length);
    this.#machine.floats(buffer.address, buffer.length).set(values);
    return buffer;
  }

  run(launch: Launch): Buffer {
    checkLaunch(launch);
    this.#checkAlive();
    const inputs = launch.inputs as WasmBuffer[];
    const override = isEmpty(launch) ? undefined : overrideOf(launch.kernel);
    const machine = this.#machine;
    const output = machine.launch(
      () => override?.(machine, inputs, launch) ?? this.#runInLoop(inputs, launch),
    );
    if (launch.donate !== undefined) machine.packedCopies.invalidate(inputs[launch.donate]);
    return output;
  }

  #runRoutine(routine: RoutineOverride, launch: RoutineLaunch): Buffer[] {
    this.#checkAlive();
    const inputs = launch.inputs as WasmBuffer[];
    const outputs = this.#machine.launch(() => routine(this.#machine, inputs, launch));
    for (const donated of launch.donate) {
      if (donated >= 0) this.#machine.packedCopies.invalidate(inputs[donated]);
    }
    return outputs;
  }

  /** Queues a copy, and waits for it only after the caller's synchronous code has run. */
  async read(buffer: Buffer): Promise<FloatArray> {
    this.#checkAlive();
    const { length } = buffer;
    const machine = this.#machine;
    const address = machine.launch(() => machine.rowMajor(buffer as WasmBuffer));
    const copy = machine.memory.take(length);
    machine.run('copy', [address, copy, length]);
    await Promise.resolve();
    const values = machine.floats(copy, length).slice();
    if (!this.#disposed) machine.memory.give(copy, length);
    return values;
  }

  /** Finishes the queued jobs on this thread and the workers. Null while a buffer is channels-last. */
  peek(buffer: Buffer): ArrayLike<number> | null {
    this.#checkAlive();
    const { address, length, layout } = buffer as WasmBuffer;
    return layout === null ? this.#machine.floats(address, length) : null;
  }

  free(buffer: Buffer): void {
    if (this.#disposed) return;
    this.#machine.free(buffer as WasmBuffer);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#machine.dispose();
  }

  #checkAlive(): void {
    if (this.#disposed) throw backendDisposed(this.name);
  }

  /** The reference backend's loop, over views of linear memory. */
  #runInLoop(inputs: WasmBuffer[], launch: Launch): Buffer {
    const machine = this.#machine;
    // May grow the memory, which detaches views.
    const addresses = inputs.map((input) => machine.rowMajor(input));
    const output =
      launch.donate === undefined ? machine.allocate(launch.length) : inputs[launch.donate];
    const arrays = inputs.map((input, index) => machine.floats(addresses[index], input.length));
    runInLoop(launch, arrays, machine.floats(output.address, launch.length));
    return output;
  }
}
