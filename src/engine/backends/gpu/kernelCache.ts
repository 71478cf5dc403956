// LRU cache of compiled kernels, by formula, sizes and constants, which gpu.js compiles into the
// program.

import type { Constants, Kernel } from '../../../../kernels/kernel.js';
import { BackendError } from '../../errors.js';
import { reservedLimit } from '../bufferPool.js';
import type { Device } from './device.js';
import { releaseKeptOutput } from './keptOutput.js';
import type { DeviceValue, LibraryKernel } from './library.js';

/**
 * gpu.js needs a limit only for `while` loops and loop bounds from arguments; its own limit
 * silently truncates them.
 */
const LOOP_LIMIT = 2 ** 24;

/**
 * Reserved bytes are at most this many times the peak, plus 1 MiB. Kernels do not share the memory
 * that they keep, even for equal sizes, so training of CharacterNet needs 1.6 times the peak.
 */
export const RESERVED_FACTOR = 2;

/** A kernel compiled for given sizes, and its device resources. */
export interface CompiledKernel {
  readonly run: LibraryKernel;
  /** Bytes of one output. */
  readonly bytes: number;
  /** Whether it has run once, and so is compiled and checked. */
  started: boolean;
  /**
   * Outputs still in use. gpu.js deletes or loses them with the kernel, so the kernel must outlive
   * them.
   */
  outstanding: number;
  /** The newest output; null after it was freed. */
  newest: object | null;
  /** Evicted from the cache; destroyed with its last output. */
  retired: boolean;
}

export interface KernelStatistics {
  /** Kernels compiled so far, and kernels in the cache now. */
  readonly compiled: number;
  readonly cached: number;
}

/** The properties of a device that the cache uses. */
export type CacheDevice = Pick<Device, 'gpu' | 'mode' | 'reusesOutputs'>;

export class KernelCache {
  readonly #device: CacheDevice;
  readonly #limit: number;
  readonly #kernels = new Map<string, CompiledKernel>(); // least recently used first
  /** Numbers the formulas: two kernels may have the same name. */
  readonly #formulas = new Map<string, number>();
  readonly #retired = new Set<CompiledKernel>();
  /** Kernels whose last output was freed and is kept for the next run, longest unused first. */
  readonly #idle = new Set<CompiledKernel>();
  #idleBytes = 0;
  /** Bytes of the outputs in use, now and at most. */
  #liveBytes = 0;
  #peakBytes = 0;
  #compiled = 0;

  constructor(device: CacheDevice, limit: number) {
    this.#device = device;
    this.#limit = limit;
  }

  get statistics(): KernelStatistics {
    return { compiled: this.#compiled, cached: this.#kernels.size };
  }

  /** Bytes that kernels keep for their next output, in addition to the outputs in use. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  /** Whether a kernel keeps the memory of a freed output, so that its next run allocates none. */
  keepsOutput(compiled: CompiledKernel): boolean {
    return this.#idle.has(compiled);
  }

  /** The kernel for arrays of these lengths; its first run compiles it. */
  get(
    kernel: Kernel,
    constants: Constants,
    inputs: readonly number[],
    length: number,
  ): CompiledKernel {
    const key = `${this.#formulaNumber(kernel.source)} ${inputs.join()} ${length} ${JSON.stringify(constants)}`;
    let compiled = this.#kernels.get(key);
    if (compiled === undefined) compiled = this.#create(kernel, constants, length);
    else this.#kernels.delete(key);
    this.#kernels.set(key, compiled);
    if (this.#kernels.size > this.#limit) this.#evict();
    return compiled;
  }

  #formulaNumber(source: string): number {
    const known = this.#formulas.get(source);
    if (known !== undefined) return known;
    this.#formulas.set(source, this.#formulas.size);
    return this.#formulas.size - 1;
  }

  /**
   * Checks that the kernel ran in the requested mode: gpu.js falls back to plain JavaScript instead
   * of failing.
   *
   * @throws BackendError otherwise
   */
  checkMode(name: string, { run: { kernel } }: CompiledKernel): void {
    // `constructor.mode` cannot be used: it is `gpu` for every kind of WebGL.
    const { gpu, mode } = this.#device;
    if (kernel.constructor !== gpu.Kernel || (kernel.fallbackReason ?? null) !== null) {
      const actualMode =
        'mode' in kernel.constructor ? String(kernel.constructor.mode) : 'another mode';
      throw new BackendError(
        `gpu (${mode}): kernel ${name} ran on ${actualMode} instead ` +
          `(${kernel.fallbackReason ?? 'no reason given'})`,
      );
    }
  }

  /**
   * Counts a new output of a kernel. Memory that kernels keep beyond the limit is released,
   * that of the longest unused kernel first.
   */
  addOutput(compiled: CompiledKernel, output: object): void {
    this.#setIdle(compiled, false);
    compiled.outstanding += 1;
    compiled.newest = output;
    this.#liveBytes += compiled.bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    const limit = reservedLimit(this.#peakBytes, RESERVED_FACTOR);
    for (const idle of this.#idle) {
      if (this.#liveBytes + this.#idleBytes <= limit) break;
      this.#setIdle(idle, false);
      releaseKeptOutput(idle.run);
    }
  }

  /** Deletes an output. An evicted kernel is destroyed with its last output. */
  deleteOutput(compiled: CompiledKernel, output: object, value: DeviceValue): void {
    if ('delete' in value) value.delete();
    compiled.outstanding -= 1;
    this.#liveBytes -= compiled.bytes;
    if (compiled.newest === output) {
      compiled.newest = null;
      if (this.#device.reusesOutputs) this.#setIdle(compiled, true);
      else releaseKeptOutput(compiled.run);
    }
    if (compiled.retired && compiled.outstanding === 0) this.#destroy(compiled);
  }

  /** Destroys all kernels; their outputs must be freed before. */
  clear(): void {
    for (const compiled of [...this.#kernels.values(), ...this.#retired]) this.#destroy(compiled);
    this.#kernels.clear();
  }

  #create(kernel: Kernel, constants: Constants, length: number): CompiledKernel {
    this.#compiled += 1;
    const run: LibraryKernel = this.#device.gpu.createKernel(kernel.source, {
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
    return { run, bytes: 4 * length, ...state };
  }

  #evict(): void {
    const [key, oldest] = this.#kernels.entries().next().value!;
    this.#kernels.delete(key);
    oldest.retired = true;
    if (oldest.outstanding === 0) this.#destroy(oldest);
    else this.#retired.add(oldest);
  }

  #setIdle(compiled: CompiledKernel, idle: boolean): void {
    if (this.#idle.has(compiled) === idle) return;
    if (idle) this.#idle.add(compiled);
    else this.#idle.delete(compiled);
    this.#idleBytes += idle ? compiled.bytes : -compiled.bytes;
  }

  #destroy(compiled: CompiledKernel): void {
    this.#setIdle(compiled, false);
    this.#retired.delete(compiled);
    compiled.run.destroy();
  }
}
