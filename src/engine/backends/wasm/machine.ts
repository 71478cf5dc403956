// Machine: the linear memory, SIMD module, thread pool and buffer layouts
// that the overrides work with.
//
// Order. With several threads, calling a SIMD function adds a job to the queue of the thread
// pool, and jobs run in the order of the calls. So a block that is freed may be reused at
// once: the next writer is a later job. Only JavaScript that accesses elements itself has to
// wait; `floats` and `table` do. While the queue is empty, this thread runs jobs that are too small to
// be divided: waking the workers for one takes longer.
//
// Layout. Public arrays are [N, C, H, W]; SIMD kernels need the channels of a pixel adjacent,
// [N, H, W, C]. A buffer written by a convolution or pooling layer stays channels-last
// (see `layout`), and the next layer uses it without conversion. `rowMajor` converts a buffer to
// the public order, once. Results do not depend on when the conversion happens.

import type { RangedName, SimdExports } from '#simd/interface';
import type { Buffer, Launch, RoutineLaunch } from '../../backend.js';
import { DisposedError } from '../../errors.js';
import type { LinearMemory } from './memory.js';
import { findFunction, type SimdFunction } from './moduleCheck.js';
import { PackedCopies, type Versioned } from './packedCopies.js';
import { Tables, type FillTable } from './tables.js';
import { jobFailed, type ThreadPool } from './threadPool.js';

export type { RangedName };

/** Functions that compute something, as opposed to those that return a size. */
type JobName = {
  [Name in keyof SimdExports]: SimdExports[Name] extends (...args: never[]) => infer Result
    ? Result extends number
      ? never
      : Name
    : never;
}[keyof SimdExports];

type BeforeRange<F> = F extends (...args: infer All) => void
  ? All extends [...infer Rest, begin: number, end: number]
    ? Rest
    : never
  : never;

/** The arguments before `begin` and `end` of a function that works on a range of units. */
export type WithoutRange<Name extends RangedName> = BeforeRange<SimdExports[Name]> &
  readonly number[];

/** Images whose channels lie innermost: memory holds [images][spatial][channels]. */
export interface ChannelsLast {
  readonly images: number;
  readonly channels: number;
  readonly spatial: number;
}

export interface WasmBuffer extends Buffer, Versioned {
  /** Address of the elements; -1 after `free`. */
  address: number;
  /** Memory order of the elements; null is the public row-major order. */
  layout: ChannelsLast | null;
}

interface Block {
  readonly address: number;
  readonly length: number;
}

/**
 * Number of elements below which one thread runs a whole pass over memory (elementwise,
 * copy, reduction, optimizer step).
 *
 * Measured on one core of an AMD EPYC (Node 20): adding 16,384 elements takes 2.5 us, and 1 us more
 * as a queued job. Two threads save at most half of the 2.5 us, which is about the cost of the job.
 */
export const MIN_FLOATS = 16_384;

export interface ParallelOptions {
  /** Minimum number of units in a chunk: less work is not worth a second thread. Default 1. */
  readonly minUnits?: number;
  /**
   * Chunks begin at multiples of this: whole tiles, whole SIMD lanes, whole cache lines. Default 1.
   */
  readonly multiple?: number;
  /** Units a thread takes at a time. Default: a quarter of its share. */
  readonly chunk?: number;
  /** Index of the argument with the scratch address, and bytes of scratch for each thread. */
  readonly scratch?: { readonly argument: number; readonly bytes: number };
}

/** All arguments of a SIMD function. A copy and `push` take half as long as `[...args, begin, end]`. */
function withRange(args: readonly number[], begin: number, end: number): number[] {
  const all = args.slice();
  all.push(begin, end);
  return all;
}

const sameLayout = (a: ChannelsLast, b: ChannelsLast): boolean =>
  a.images === b.images && a.channels === b.channels && a.spatial === b.spatial;

/** With one channel or one pixel, both orders are equal. */
const isTrivial = ({ channels, spatial }: ChannelsLast): boolean => channels === 1 || spatial === 1;

/** Runs a launch with SIMD, or returns null to leave it to the reference loop. */
export type KernelOverride = (
  machine: Machine,
  inputs: readonly WasmBuffer[],
  launch: Launch,
) => WasmBuffer | null;

/** Runs a routine with SIMD. Returns one buffer for each output. */
export type RoutineOverride = (
  machine: Machine,
  inputs: readonly WasmBuffer[],
  launch: RoutineLaunch,
) => WasmBuffer[];

/**
 * How the backend selects an implementation where it has several: the one that is expected to be
 * the fastest (`auto`), direct convolution only (`direct`), Winograd convolution wherever it applies
 * (`winograd`), or a division of all work among the threads, however little it is (`split`).
 */
export type Dispatch = 'auto' | 'direct' | 'winograd' | 'split';

export class Machine {
  readonly dispatch: Dispatch;
  readonly memory: LinearMemory;
  /**
   * The module's exports. Call only functions that return sizes; all others run
   * through `run` and `parallel`.
   */
  readonly simd: SimdExports;
  /** Packed copies of buffers, such as weights in panels. */
  readonly packedCopies: PackedCopies;
  /** Columns of a packed panel: packed weights are rounded up to a multiple. */
  readonly panel: number;
  /** Rows of the register tile. */
  readonly tileRows: number;
  /** Rows of a block in the column reductions. */
  readonly rowBlock: number;

  readonly #threadPool: ThreadPool | null;
  /** Blocks that layout conversions replaced during this launch. */
  readonly #outdated: Block[] = [];
  readonly #tables: Tables;
  /** The functions that have been called so far: a Map is faster to search than the exports. */
  readonly #functions = new Map<string, SimdFunction>();
  /** The first trap of a SIMD function on this thread, without a thread pool; null if none. */
  #failure: string | null = null;

  /**
   * @param threadPool worker threads, or null to compute on this thread alone
   * @param dispatch default `auto`
   */
  constructor(
    memory: LinearMemory,
    simd: SimdExports,
    threadPool: ThreadPool | null,
    dispatch: Dispatch = 'auto',
  ) {
    this.dispatch = dispatch;
    this.memory = memory;
    this.simd = simd;
    this.packedCopies = new PackedCopies(memory);
    this.#tables = new Tables(memory, () => this.flush());
    this.#threadPool = threadPool;
    this.panel = simd.PANEL.value as number;
    this.tileRows = simd.TILE_ROWS.value as number;
    this.rowBlock = simd.ROW_BLOCK.value as number;
  }

  /** Number of threads that may run a job at once; each needs separate scratch memory. */
  get threads(): number {
    return this.#threadPool?.size ?? 1;
  }

  /** Runs a SIMD function over `units` units of work, on all threads if there are enough units. */
  parallel<Name extends RangedName>(
    name: Name,
    args: WithoutRange<Name>,
    units: number,
    { minUnits: usualMinUnits = 1, multiple = 1, chunk, scratch }: ParallelOptions = {},
  ): void {
    const minUnits = this.dispatch === 'split' ? 1 : usualMinUnits;
    const run = this.#find(name, args.length + 2);
    if (this.#threadPool === null || (units <= minUnits && this.#threadPool.isIdle)) {
      this.#call(run, withRange(args, 0, units));
      return;
    }
    // Four chunks per thread balance the load at little cost.
    const share = Math.max(minUnits, Math.ceil(units / (4 * this.#threadPool.size)));
    const chunkUnits =
      units <= minUnits ? units : (chunk ?? Math.ceil(share / multiple) * multiple);
    this.#threadPool.enqueue({ name, args, units, chunk: chunkUnits, scratch });
  }

  /** Runs a SIMD function once, on one thread. */
  run<Name extends JobName>(
    name: Name,
    args: Parameters<SimdExports[Name]> & readonly number[],
  ): void {
    const run = this.#find(name, args.length);
    if (this.#threadPool === null || this.#threadPool.isIdle) this.#call(run, args);
    else this.#threadPool.enqueue({ name, args, units: 1, chunk: 1 });
  }

  /** A function of the module; see `findFunction`. */
  #find(name: string, argumentCount: number): SimdFunction {
    let run = this.#functions.get(name);
    if (run?.length !== argumentCount) {
      run = findFunction(this.simd, name, argumentCount);
      this.#functions.set(name, run);
    }
    return run;
  }

  /**
   * Runs a SIMD function on this thread.
   *
   * @throws BackendError if it traps, now or before: the memory is in an undefined state
   */
  #call(run: SimdFunction, args: readonly number[]): void {
    this.#checkAlive();
    try {
      run(...args);
    } catch (error) {
      this.#failure = String(error);
      this.#checkAlive();
    }
  }

  #checkAlive(): void {
    if (this.#failure !== null) throw jobFailed(this.#failure);
  }

  /**
   * Waits until all jobs are done.
   *
   * @throws BackendError if a job has failed
   */
  flush(): void {
    this.#checkAlive();
    this.#threadPool?.flush();
  }

  /**
   * View of the elements at an address, after all jobs so far. Growing the memory
   * detaches it, so do not store it.
   */
  floats(address: number, length: number): Float32Array {
    this.flush();
    return this.memory.floats(address, length);
  }

  /** Address of a table that kernels read: see tables.ts. */
  table(key: string, words: number, fill: FillTable): number {
    return this.#tables.find(key, words, fill);
  }

  /** Address of a table with the given 32-bit integers. */
  constantTable(values: readonly number[]): number {
    return this.#tables.findConstant(values);
  }

  /** Ends the threads. */
  async dispose(): Promise<void> {
    await this.#threadPool?.dispose();
    this.memory.clear();
  }

  /**
   * Runs one launch. One buffer may be two operands in two layouts (a Gram matrix, filters equal to
   * the image), so a block replaced by a layout conversion is freed only after the launch.
   */
  launch<T>(body: () => T): T {
    this.#tables.trim();
    try {
      return body();
    } finally {
      if (this.#outdated.length > 0) this.#freeOutdated();
    }
  }

  #freeOutdated(): void {
    for (const { address, length } of this.#outdated.splice(0)) this.memory.give(address, length);
  }

  /** Allocates a buffer with undefined contents. */
  allocate(length: number, layout: ChannelsLast | null = null): WasmBuffer {
    const address = this.memory.take(length);
    const storedLayout = layout === null || isTrivial(layout) ? null : layout;
    const version = this.packedCopies.nextVersion();
    return { address, length, layout: storedLayout, packed: null, version };
  }

  free(buffer: WasmBuffer): void {
    this.packedCopies.invalidate(buffer);
    this.memory.give(this.#address(buffer), buffer.length);
    buffer.address = -1;
  }

  /** Address of the elements in public order; converts the buffer if it is channels-last. */
  rowMajor(buffer: WasmBuffer): number {
    if (buffer.layout !== null) {
      const { images, channels, spatial } = buffer.layout;
      this.#transpose(buffer, images, spatial, channels, null);
    }
    return this.#address(buffer);
  }

  /**
   * Address of the elements in channels-last order; converts the buffer if it has another layout.
   */
  channelsLast(buffer: WasmBuffer, layout: ChannelsLast): number {
    if (isTrivial(layout)) return this.rowMajor(buffer);
    if (buffer.layout === null || !sameLayout(buffer.layout, layout)) {
      this.rowMajor(buffer);
      this.#transpose(buffer, layout.images, layout.channels, layout.spatial, layout);
    }
    return this.#address(buffer);
  }

  /** Runs `body` with blocks of the given lengths, which are freed at its end. */
  withScratch<T>(lengths: readonly number[], body: (...addresses: number[]) => T): T {
    const addresses: number[] = [];
    try {
      for (const length of lengths) addresses.push(this.memory.take(length));
      return body(...addresses);
    } finally {
      addresses.forEach((address, index) => this.memory.give(address, lengths[index]));
    }
  }

  /**
   * [batch, rows, columns] -> [batch, columns, rows], into a new block that replaces the old one.
   */
  #transpose(
    buffer: WasmBuffer,
    batch: number,
    rows: number,
    columns: number,
    layout: ChannelsLast | null,
  ): void {
    const address = this.memory.take(buffer.length);
    this.parallel('transpose', [this.#address(buffer), rows, columns, address], batch);
    this.#outdated.push({ address: buffer.address, length: buffer.length });
    buffer.address = address;
    buffer.layout = layout;
  }

  #address(buffer: WasmBuffer): number {
    if (buffer.address < 0) throw new DisposedError('wasm: this buffer was freed');
    return buffer.address;
  }
}
