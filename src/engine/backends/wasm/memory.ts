// Linear memory as a heap of float32 blocks: freed blocks are reused by size; new ones come from
// the end of the memory, which grows as needed.

import { BackendError } from '../../errors.js';
import type { MemoryReport } from '../../backend.js';
import { BufferPool } from '../bufferPool.js';

const PAGE_BYTES = 65536;
/** Blocks start on cache lines, so that no SIMD load straddles two. */
const ALIGNMENT = 64;

const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

export class LinearMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #pool: BufferPool<number>;
  #end: number;
  #bytes: ArrayBufferLike;
  #floats: Float32Array;

  /** @param start first byte of the heap; the module's data is below it */
  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#end = alignUp(start);
    this.#pool = new BufferPool<number>(4, (capacity) => this.reserve(capacity * 4));
    this.#bytes = memory.buffer;
    this.#floats = new Float32Array(memory.buffer);
  }

  get report(): MemoryReport {
    return this.#pool.report();
  }

  /** Address of a block for `length` floats, with undefined contents. */
  take(length: number): number {
    return this.#pool.take(length);
  }

  /** Frees a block. */
  give(address: number, length: number): void {
    this.#pool.give(address, length);
  }

  /** Allocates bytes that are never freed, for small tables that live as long as the backend. */
  reserve(bytes: number): number {
    const address = this.#end;
    const end = address + alignUp(bytes);
    const missingBytes = end - this.#memory.buffer.byteLength;
    if (missingBytes > 0) {
      try {
        this.#memory.grow(Math.ceil(missingBytes / PAGE_BYTES));
      } catch {
        throw new BackendError(
          `wasm: out of memory at ${Math.round(end / 2 ** 20)} MiB; ` +
            'use a smaller batch, or wrap each step in scope()',
        );
      }
    }
    this.#end = end;
    return address;
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

  /** Drops every block. */
  clear(): void {
    this.#pool.clear();
  }
}
