// Linear memory as a heap of float32 blocks. heap.ts chooses the addresses; the memory grows when no
// free range is large enough.

import { BackendError } from '../../errors.js';
import type { MemoryReport } from '../../backend.js';
import { sizeClass } from '../bufferPool.js';
import { Heap } from './heap.js';

const PAGE_BYTES = 65536;
/** Blocks start on cache lines, so that no SIMD load straddles two. */
const ALIGNMENT = 64;
/** Blocks are whole units: the smallest size class. */
const UNIT_BYTES = 4 * sizeClass(1);

/**
 * When the heap grows for a buffer, it gets at least this many times the peak of live bytes. The
 * blocks of a training loop still move in its first steps and after an evaluation; with this reserve
 * the heap does not grow again. First fit prefers low addresses, so most of the reserve is never
 * written and takes no physical memory.
 */
const RESERVE = 1.25;

const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Units of a block for `length` floats. */
const unitsOf = (length: number): number => (4 * sizeClass(length)) / UNIT_BYTES;

export class LinearMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #start: number;
  readonly #heap: Heap;
  #live = 0;
  #liveBytes = 0;
  #peakBytes = 0;
  #allocations = 0;
  #otherBytes = 0;
  #cleared = false;
  #bytes: ArrayBufferLike;
  #floats: Float32Array;

  /** @param start first byte of the heap; the module's data is below it */
  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#start = alignUp(start);
    this.#heap = new Heap((minUnits, units) => this.#grow(minUnits, units));
    this.#bytes = memory.buffer;
    this.#floats = new Float32Array(memory.buffer);
  }

  /** Blocks from `take`; the reserved bytes are the heap without what `reserve` allocated. */
  get report(): MemoryReport {
    const reservedBytes = this.#cleared ? 0 : this.#heap.size * UNIT_BYTES - this.#otherBytes;
    return {
      live: this.#live,
      liveBytes: this.#liveBytes,
      reservedBytes,
      allocations: this.#allocations,
    };
  }

  /** Address of a block for `length` floats, with undefined contents. */
  take(length: number): number {
    const units = unitsOf(length);
    const liveBytes = this.#liveBytes + units * UNIT_BYTES;
    const peakBytes = Math.max(this.#peakBytes, liveBytes);
    const heapBytes = this.#otherBytes + RESERVE * peakBytes;
    const before = this.#heap.size;
    const unit = this.#heap.take(units, Math.floor(heapBytes / UNIT_BYTES));
    if (this.#heap.size > before) this.#allocations += 1;
    this.#peakBytes = peakBytes;
    if (!this.#cleared) {
      this.#live += 1;
      this.#liveBytes = liveBytes;
    }
    return this.#addressOf(unit);
  }

  /** Frees a block. */
  give(address: number, length: number): void {
    if (this.#cleared) return;
    const units = unitsOf(length);
    this.#free(address, units);
    this.#live -= 1;
    this.#liveBytes -= units * UNIT_BYTES;
  }

  /**
   * Allocates bytes that are not part of the report, for tables. Queued jobs may still use a freed
   * block at this address, so flush before JavaScript writes there.
   */
  reserve(bytes: number): number {
    const units = Math.ceil(bytes / UNIT_BYTES);
    const address = this.#addressOf(this.#heap.take(units));
    this.#otherBytes += units * UNIT_BYTES;
    return address;
  }

  /** Frees bytes from `reserve`. */
  release(address: number, bytes: number): void {
    const units = Math.ceil(bytes / UNIT_BYTES);
    this.#free(address, units);
    this.#otherBytes -= units * UNIT_BYTES;
  }

  /** View of the floats at an address. Growing the memory detaches it, so do not store it. */
  floats(address: number, length: number): Float32Array {
    if (this.#bytes !== this.#memory.buffer) {
      this.#bytes = this.#memory.buffer;
      this.#floats = new Float32Array(this.#bytes);
    }
    return this.#floats.subarray(address / 4, address / 4 + length);
  }

  /** View of the 32-bit integers at an address. */
  integers(address: number, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, address, length);
  }

  /** Drops every block; later calls of `give` have no effect. */
  clear(): void {
    this.#cleared = true;
    this.#live = 0;
    this.#liveBytes = 0;
  }

  #addressOf(unit: number): number {
    return this.#start + unit * UNIT_BYTES;
  }

  /** Freeing a block twice would give it to two owners, so it is an error. */
  #free(address: number, units: number): void {
    const unit = (address - this.#start) / UNIT_BYTES;
    if (!this.#heap.isUsed(unit, units)) {
      throw new BackendError(`wasm: the block at ${address} is not in use (internal error)`);
    }
    this.#heap.give(unit, units);
  }

  /** Makes `units` units available, or `minUnits` if there is no memory for more. */
  #grow(minUnits: number, units: number): number {
    if (this.#growTo(this.#addressOf(units))) return units;
    const end = this.#addressOf(minUnits);
    if (this.#growTo(end)) return minUnits;
    throw new BackendError(
      `wasm: out of memory at ${Math.round(end / 2 ** 20)} MiB; ` +
        'use a smaller batch, or wrap each step in scope()',
    );
  }

  #growTo(end: number): boolean {
    const missingBytes = end - this.#memory.buffer.byteLength;
    if (missingBytes <= 0) return true;
    try {
      this.#memory.grow(Math.ceil(missingBytes / PAGE_BYTES));
      return true;
    } catch {
      return false;
    }
  }
}
