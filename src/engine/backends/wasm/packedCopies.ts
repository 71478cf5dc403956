// Packed copies of buffers (weights in panels, transformed filters): each is made once and cached until the numbers change.

import type { LinearMemory } from './memory.js';

interface PackedBlock {
  readonly address: number;
  readonly length: number;
  /** Versions of the other buffers that the copy depends on. */
  stamp: string;
}

/** The fields of a buffer that belong to this cache. */
export interface Versioned {
  /** Packed copies by key, valid as long as the numbers stay the same. */
  packed: Map<string, PackedBlock> | null;
  /** Changes with the numbers; no two buffers have the same. */
  version: number;
}

export class PackedCopies {
  readonly #memory: LinearMemory;
  #versions = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** The fields of a new buffer. */
  fields(): Versioned {
    return { packed: null, version: this.#versions++ };
  }

  /**
   * Address of a packed copy of a buffer. `pack` makes it at the first call; it stays until the buffer changes or is freed.
   * A network that only predicts packs its weights once.
   *
   * @param key what is packed and how; everything that `pack` depends on besides the numbers
   * @param others further buffers that `pack` reads: if one of them changes, the copy is made again
   */
  find(
    buffer: Versioned,
    key: string,
    length: number,
    pack: (address: number) => void,
    others: readonly Versioned[] = [],
  ): number {
    buffer.packed ??= new Map();
    const stamp = others.map(({ version }) => version).join(' ');
    let block = buffer.packed.get(key);
    if (block?.stamp !== stamp) {
      block ??= { address: this.#memory.take(length), length, stamp };
      block.stamp = stamp;
      pack(block.address);
      buffer.packed.set(key, block);
    }
    return block.address;
  }

  /** Invalidates the packed copies of a buffer whose numbers have changed. */
  invalidate(buffer: Versioned): void {
    for (const { address, length } of buffer.packed?.values() ?? [])
      this.#memory.give(address, length);
    buffer.packed = null;
    buffer.version = this.#versions++;
  }
}
