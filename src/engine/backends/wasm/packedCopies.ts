// Packed copies of buffers (weights in panels, transformed filters): each is computed once and
// cached until the buffer's elements change.

import { sameShape } from '../../shape.js';
import type { LinearMemory } from './memory.js';

interface PackedBlock {
  /** What is packed and how. */
  readonly key: string;
  readonly address: number;
  readonly length: number;
  /** Versions of the other buffers that the copy depends on; null until it is computed. */
  dependencyVersions: readonly number[] | null;
}

/** The fields of a buffer that belong to this cache. */
export interface Versioned {
  /** Packed copies, at most a few, valid until the elements change. */
  packed: PackedBlock[] | null;
  /** Changes whenever the elements change; unique among all buffers. */
  version: number;
}

export class PackedCopies {
  readonly #memory: LinearMemory;
  #versions = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** The version of a new or changed buffer. */
  nextVersion(): number {
    return this.#versions++;
  }

  /**
   * Address of a packed copy of a buffer. The first call computes it with `pack`; it is cached
   * until the buffer changes or is freed. In inference, weights are packed once.
   *
   * @param key what is packed and how; everything that `pack` depends on besides the elements
   * @param others further buffers that `pack` reads: if one of them changes, the copy is recomputed
   */
  find(
    buffer: Versioned,
    key: string,
    length: number,
    pack: (address: number) => void,
    others: readonly Versioned[] = [],
  ): number {
    buffer.packed ??= [];
    let block = buffer.packed.find((candidate) => candidate.key === key);
    if (block === undefined) {
      block = { key, address: this.#memory.take(length), length, dependencyVersions: null };
      buffer.packed.push(block); // before packing, so that it is freed even if packing fails
    }
    const versions = others.map(({ version }) => version);
    if (block.dependencyVersions === null || !sameShape(block.dependencyVersions, versions)) {
      block.dependencyVersions = versions;
      pack(block.address);
    }
    return block.address;
  }

  /** Invalidates the packed copies of a buffer whose elements have changed. */
  invalidate(buffer: Versioned): void {
    buffer.version = this.nextVersion();
    if (buffer.packed === null) return;
    for (const { address, length } of buffer.packed) this.#memory.give(address, length);
    buffer.packed = null;
  }
}
