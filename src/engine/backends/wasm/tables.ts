// Tables of integers that kernels read: the geometry of a convolution, the strides of a view. Each
// is computed at its first use and cached, so steps with repeated shapes do not wait for the queue.

import { BufferPool } from '../bufferPool.js';
import type { LinearMemory } from './memory.js';

/** Writes a table; `address` is for SIMD functions that write part of it. */
export type FillTable = (table: Int32Array, address: number) => void;

/** Maximum number of cached tables; a network with fixed shapes needs a few. */
const MAX_TABLES = 256;

export class Tables {
  readonly #memory: LinearMemory;
  readonly #flush: () => void;
  /** Memory of the tables; it is not part of the memory report. */
  readonly #pool: BufferPool<number>;
  readonly #tables = new Map<string, { readonly address: number; readonly words: number }>();

  /** @param flush waits until no job uses a table */
  constructor(memory: LinearMemory, flush: () => void) {
    this.#memory = memory;
    this.#flush = flush;
    this.#pool = new BufferPool(4, (words) => memory.reserve(4 * words));
  }

  /**
   * Address of a table.
   *
   * @param key everything that `fill` depends on
   * @param words 32-bit integers in the table
   */
  find(key: string, words: number, fill: FillTable): number {
    const cached = this.#tables.get(key);
    if (cached !== undefined) return cached.address;
    if (this.#tables.size === MAX_TABLES) this.#evictAll();
    const address = this.#pool.take(words);
    fill(this.#memory.integers(address, words), address);
    this.#tables.set(key, { address, words });
    return address;
  }

  #evictAll(): void {
    this.#flush();
    for (const { address, words } of this.#tables.values()) this.#pool.give(address, words);
    this.#tables.clear();
  }
}
