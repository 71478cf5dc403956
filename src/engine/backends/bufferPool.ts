// Free list of memory blocks by size class, for memory that cannot be split.
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

/**
 * Upper limit of the reserved bytes when at most `peakBytes` were in use at once.
 *
 * The sizes of a training step are not all in use at its peak, so blocks must be kept in addition to
 * the peak, or every step would allocate. CharacterNet needs up to 1.4 times the peak; 1 MiB more
 * keeps every block of a small network.
 */
export function reservedLimit(peakBytes: number, factor = 1.5): number {
  return factor * peakBytes + 2 ** 20;
}

/**
 * Keeps freed blocks by capacity. `Block` is the backend's allocation.
 *
 * An allocation that would exceed `reservedLimit` first drops free blocks, those of the least
 * recently used size class first. Other requests drop nothing, so a loop that finds all its blocks
 * never allocates.
 */
export class BufferPool<Block> {
  /** Free blocks by capacity, least recently used capacity first. No list is empty. */
  readonly #free = new Map<number, Block[]>();
  readonly #allocate: (capacity: number) => Block;
  readonly #bytesPerElement: number;
  #live = 0;
  #liveBytes = 0;
  #peakBytes = 0;
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
    const peakBytes = Math.max(this.#peakBytes, this.#liveBytes + bytes);
    let block = this.#reuse(capacity);
    if (block === undefined) {
      this.#dropUntil(reservedLimit(peakBytes) - bytes);
      block = this.#allocate(capacity);
      this.#allocations += 1;
      this.#reservedBytes += bytes;
    }
    this.#live += 1;
    this.#liveBytes += bytes;
    this.#peakBytes = peakBytes;
    return block;
  }

  /** Returns a block that was taken for `length` elements to the pool. */
  give(block: Block, length: number): void {
    const capacity = sizeClass(length);
    const blocks = this.#free.get(capacity) ?? [];
    blocks.push(block);
    this.#setNewest(capacity, blocks);
    this.#live -= 1;
    this.#liveBytes -= capacity * this.#bytesPerElement;
  }

  /** Drops every block, used or free. */
  clear(): void {
    this.#free.clear();
    this.#live = 0;
    this.#liveBytes = 0;
    this.#peakBytes = 0;
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

  #reuse(capacity: number): Block | undefined {
    const blocks = this.#free.get(capacity);
    const block = blocks?.pop();
    if (blocks !== undefined) this.#setNewest(capacity, blocks);
    return block;
  }

  #setNewest(capacity: number, blocks: Block[]): void {
    this.#free.delete(capacity);
    if (blocks.length > 0) this.#free.set(capacity, blocks);
  }

  /** Drops free blocks until at most `bytes` are reserved. */
  #dropUntil(bytes: number): void {
    for (const [capacity, blocks] of this.#free) {
      while (this.#reservedBytes > bytes && blocks.length > 0) {
        blocks.pop();
        this.#reservedBytes -= capacity * this.#bytesPerElement;
      }
      if (blocks.length > 0) return;
      this.#free.delete(capacity);
    }
  }
}
