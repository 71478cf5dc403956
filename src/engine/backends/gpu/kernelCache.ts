// LRU cache of compiled kernels, by name, sizes and constants, which gpu.js compiles into the
// program.

import type { Constants, Kernel } from '../../../../kernels/kernel.js';
import { ArgumentError, BackendError } from '../../errors.js';
import type { DeviceValue, GpuMode, LibraryInstance, LibraryKernel } from './library.js';

/**
 * gpu.js needs a limit only for `while` loops and loop bounds from arguments; its own limit
 * silently truncates them.
 */
const LOOP_LIMIT = 2 ** 24;

/** A kernel compiled for given sizes, and its device resources. */
export interface CompiledKernel {
  readonly run: LibraryKernel;
  readonly source: string;
  /** Bytes of one output. */
  readonly bytes: number;
  /** Whether it has run once, and so is compiled and checked. */
  started: boolean;
  /**
   * Outputs still in use. gpu.js deletes or loses them with the kernel, so the kernel must outlive
   * them.
   */
  outstanding: number;
  /** The newest output; null after it was freed, when gpu.js keeps its memory for the next run. */
  newest: object | null;
  /** Evicted from the cache; destroyed with its last output. */
  retired: boolean;
}

export interface KernelStatistics {
  /** Kernels compiled so far, and kernels in the cache now. */
  readonly compiled: number;
  readonly cached: number;
}

export class KernelCache {
  readonly #gpu: LibraryInstance;
  readonly #mode: GpuMode;
  readonly #limit: number;
  readonly #kernels = new Map<string, CompiledKernel>(); // least recently used first
  readonly #retired = new Set<CompiledKernel>();
  #compiled = 0;

  constructor(gpu: LibraryInstance, mode: GpuMode, limit: number) {
    this.#gpu = gpu;
    this.#mode = mode;
    this.#limit = limit;
  }

  get statistics(): KernelStatistics {
    return { compiled: this.#compiled, cached: this.#kernels.size };
  }

  /** Bytes that kernels keep for their next output, in addition to the outputs in use. */
  get idleBytes(): number {
    let bytes = 0;
    for (const compiled of [...this.#kernels.values(), ...this.#retired]) {
      if (compiled.started && compiled.newest === null) bytes += compiled.bytes;
    }
    return bytes;
  }

  /**
   * The kernel for arrays of these lengths; its first run compiles it.
   *
   * @throws ArgumentError if two kernels with different source have the same name
   */
  get(
    kernel: Kernel,
    constants: Constants,
    inputs: readonly number[],
    length: number,
  ): CompiledKernel {
    const key = `${kernel.name} ${inputs.join()} ${length} ${JSON.stringify(constants)}`;
    let compiled = this.#kernels.get(key);
    if (compiled === undefined) compiled = this.#create(kernel, constants, length);
    else this.#kernels.delete(key);
    this.#kernels.set(key, compiled);
    if (compiled.source !== kernel.source) {
      throw new ArgumentError(
        `gpu: two different kernels are named ${kernel.name}; kernel names must be unique`,
      );
    }
    if (this.#kernels.size > this.#limit) this.#evict();
    return compiled;
  }

  /**
   * Checks that the kernel ran in the requested mode: gpu.js falls back to plain JavaScript instead
   * of failing.
   *
   * @throws BackendError otherwise
   */
  checkMode(name: string, { run: { kernel } }: CompiledKernel): void {
    // `constructor.mode` cannot be used: it is `gpu` for every kind of WebGL.
    if (kernel.constructor !== this.#gpu.Kernel || (kernel.fallbackReason ?? null) !== null) {
      const actualMode =
        'mode' in kernel.constructor ? String(kernel.constructor.mode) : 'another mode';
      throw new BackendError(
        `gpu (${this.#mode}): kernel ${name} ran on ${actualMode} instead ` +
          `(${kernel.fallbackReason ?? 'no reason given'})`,
      );
    }
  }

  /** Counts a new output of a kernel. */
  addOutput(compiled: CompiledKernel, output: object): void {
    compiled.outstanding += 1;
    compiled.newest = output;
  }

  /** Deletes an output. An evicted kernel is destroyed with its last output. */
  deleteOutput(compiled: CompiledKernel, output: object, value: DeviceValue): void {
    if ('delete' in value) value.delete();
    compiled.outstanding -= 1;
    if (compiled.newest === output) compiled.newest = null;
    if (compiled.retired && compiled.outstanding === 0) this.#destroy(compiled);
  }

  /** Destroys all kernels; their outputs must be freed before. */
  clear(): void {
    for (const compiled of [...this.#kernels.values(), ...this.#retired]) this.#destroy(compiled);
    this.#kernels.clear();
  }

  #create(kernel: Kernel, constants: Constants, length: number): CompiledKernel {
    this.#compiled += 1;
    const run: LibraryKernel = this.#gpu.createKernel(kernel.source, {
      output: [length],
      constants: { ...constants },
      pipeline: true,
      immutable: true,
      precision: 'single',
      tactic: 'precision',
      loopMaxIterations: LOOP_LIMIT,
      onRequestFallback: () => {
        throw new Error(run.kernel.fallbackReason ?? 'gpu.js would run it in plain JavaScript');
      },
    });
    const state = { started: false, outstanding: 0, newest: null, retired: false };
    return { run, source: kernel.source, bytes: 4 * length, ...state };
  }

  #evict(): void {
    const [key, oldest] = this.#kernels.entries().next().value!;
    this.#kernels.delete(key);
    oldest.retired = true;
    if (oldest.outstanding === 0) this.#destroy(oldest);
    else this.#retired.add(oldest);
  }

  #destroy(compiled: CompiledKernel): void {
    this.#retired.delete(compiled);
    compiled.run.destroy();
  }
}
