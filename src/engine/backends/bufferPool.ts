// Free list of memory blocks by size class.
// A freed block is reused by the next request of the same size class. A training loop requests the
// same sizes in every step, so it allocates only in the first.

import type { MemoryReport } from '../backend.js';

/**
 * Rounds up to a multiple of 64 elements, at least 64, so that buffers of nearly equal length share
 * a class.
 */
export function sizeClass(length: number): number {
  return Math.max(64, Math.ceil(length / 64) * 64);
}

/** Keeps freed blocks by capacity. `Block` is the backend's allocation: an array, or an address. */
export class BufferPool<Block> {
  readonly #free = new Map<number, Block[]>();
  readonly #allocate: (capacity: number) => Block;
  readonly #bytesPerElement: number;
  #live = 0;
  #liveBytes = 0;
  #reservedBytes = 0;
  #allocations = 0;

  constructor(bytesPerElement: number, allocate: (capacity: number) => Block) {
    this.#bytesPerElement = bytesPerElement;
    this.#allocate = allocate;
  }

  /** Returns a block for at least `length` elements. Its contents are undefined. */
  take(length: number): Block {
    const capacity = sizeClass(length);
    const bytes = capacity * this.#bytesPerElement;
    let block = this.#free.get(capacity)?.pop();
    if (block === undefined) {
      block = this.#allocate(capacity);
      this.#allocations += 1;
      this.#reservedBytes += bytes;
    }
    this.#live += 1;
    this.#liveBytes += bytes;
    return block;
  }

  /** Returns a block that was taken for `length` elements to the pool. */
  give(block: Block, length: number): void {
    const capacity = sizeClass(length);
    const freeBlocks = this.#free.get(capacity);
    if (freeBlocks === undefined) this.#free.set(capacity, [block]);
    else freeBlocks.push(block);
    this.#live -= 1;
    this.#liveBytes -= capacity * this.#bytesPerElement;
  }

  /** Drops every block, used or free. */
  clear(): void {
    this.#free.clear();
    this.#live = 0;
    this.#liveBytes = 0;
    this.#reservedBytes = 0;
  }

  report(): MemoryReport {
    return {
      live: this.#live,
      liveBytes: this.#liveBytes,
      reservedBytes: this.#reservedBytes,
      allocations: this.#allocations,
    };
  }
}
