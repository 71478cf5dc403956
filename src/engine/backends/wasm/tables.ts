// Tables of integers that kernels read: the geometry of a convolution, the strides of a view. Each
// is computed at its first use and cached, so steps with repeated shapes do not wait for the queue.

import { sameShape } from '../../shape.js';
import type { LinearMemory } from './memory.js';

/** Writes a table; `address` is for SIMD functions that write part of it. */
export type FillTable = (table: Int32Array, address: number) => void;

/** Number of tables from which on all are dropped; a network with fixed shapes needs a few. */
const MAX_TABLES = 256;

/** Tables start on cache lines. */
const ALIGNMENT = 64;

/**
 * Tables are adjacent in chunks of this size, because each chunk divides the free memory in two as
 * long as the tables exist.
 */
const CHUNK_BYTES = 16_384;

interface Chunk {
  readonly address: number;
  readonly bytes: number;
  usedBytes: number;
}

/** A table whose content is its key. */
interface ConstantTable {
  readonly values: readonly number[];
  readonly address: number;
}

/** The same number for equal lists (FNV-1a). */
function hashOf(values: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193);
  return hash;
}

export class Tables {
  readonly #memory: LinearMemory;
  readonly #flush: () => void;
  readonly #addresses = new Map<string, number>();
  /** By hash: comparing numbers takes less time than building a string of them. */
  readonly #constants = new Map<number, ConstantTable[]>();
  #count = 0;
  readonly #chunks: Chunk[] = [];

  /** @param flush waits until no job is queued */
  constructor(memory: LinearMemory, flush: () => void) {
    this.#memory = memory;
    this.#flush = flush;
  }

  /**
   * Address of a table. It is valid until `trim` is called.
   *
   * @param key everything that `fill` depends on
   * @param words 32-bit integers in the table
   */
  find(key: string, words: number, fill: FillTable): number {
    const cached = this.#addresses.get(key);
    if (cached !== undefined) return cached;
    const address = this.#allocateWords(words);
    fill(this.#memory.integers(address, words), address);
    this.#addresses.set(key, address);
    this.#count += 1;
    return address;
  }

  /** Address of a table with the given 32-bit integers, valid until `trim` is called. */
  findConstant(values: readonly number[]): number {
    const hash = hashOf(values);
    const candidates = this.#constants.get(hash) ?? [];
    const cached = candidates.find((table) => sameShape(table.values, values));
    if (cached !== undefined) return cached.address;
    const address = this.#allocateWords(values.length);
    this.#memory.integers(address, values.length).set(values);
    this.#constants.set(hash, [...candidates, { values, address }]);
    this.#count += 1;
    return address;
  }

  /** Drops all tables if there are too many. Called between launches, when none is in use. */
  trim(): void {
    if (this.#count < MAX_TABLES) return;
    this.#flush();
    for (const { address, bytes } of this.#chunks.splice(0)) this.#memory.release(address, bytes);
    this.#addresses.clear();
    this.#constants.clear();
    this.#count = 0;
  }

  #allocateWords(words: number): number {
    const bytes = Math.ceil((4 * words) / ALIGNMENT) * ALIGNMENT;
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.usedBytes + bytes > chunk.bytes) {
      this.#flush(); // jobs may still use a freed block at the chunk's address
      const size = Math.max(bytes, CHUNK_BYTES);
      chunk = { address: this.#memory.reserve(size), bytes: size, usedBytes: 0 };
      this.#chunks.push(chunk);
    }
    const address = chunk.address + chunk.usedBytes;
    chunk.usedBytes += bytes;
    return address;
  }
}
