// Tables of whole numbers that kernels read: the geometry of a convolution, the strides of a view. Made at their first use and
// kept, so that a network that repeats itself waits for none. Imports memory and the pool.

import { BufferPool } from '../bufferPool.js';
import type { LinearMemory } from './memory.js';

/** Writes a table; its address is for SIMD functions that fill the rest of it. */
export type FillTable = (table: Int32Array, address: number) => void;

/** Tables kept at most; a network that always sees the same shapes needs a few. */
const MOST = 256;

export class Tables {
  readonly #memory: LinearMemory;
  readonly #settle: () => void;
  /** The machine's own memory: it does not count as in use by arrays. */
  readonly #pool: BufferPool<number>;
  readonly #known = new Map<string, { readonly address: number; readonly words: number }>();

  /** @param settle waits until no job uses a table */
  constructor(memory: LinearMemory, settle: () => void) {
    this.#memory = memory;
    this.#settle = settle;
    this.#pool = new BufferPool(4, (words) => memory.reserve(4 * words));
  }

  /**
   * Address of a table.
   *
   * @param key all that `fill` depends on
   * @param words 32-bit numbers in the table
   */
  find(key: string, words: number, fill: FillTable): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known.address;
    if (this.#known.size === MOST) this.#forget();
    const address = this.#pool.take(words);
    fill(this.#memory.integers(address, words), address);
    this.#known.set(key, { address, words });
    return address;
  }

  #forget(): void {
    this.#settle();
    for (const { address, words } of this.#known.values()) this.#pool.give(address, words);
    this.#known.clear();
  }
}
