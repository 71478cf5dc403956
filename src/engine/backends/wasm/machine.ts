// The machine: linear memory, the SIMD module, and buffers that may hold images in the layout the kernels like.
// What the overrides (one file a family) work with. Imports memory, tables, exports, errors.
//
// Order. With several threads, a SIMD function does not run when it is called for: it becomes a job of the crew's queue,
// and jobs run in the order of the calls. So a block that is given back may be handed out again at once: whoever writes to
// it does so in a later job. Only JavaScript that touches the numbers itself has to wait, which `floats` and `table` do.
//
// Layout. Public arrays are [N, C, H, W]; SIMD wants the channels of a pixel side by side, [N, H, W, C]. A buffer
// that a convolution or a pool made stays channels-last and says so in `layout`; the next layer takes it as it is.
// Whoever needs the public order calls `plain`, which converts the buffer itself, once. No result ever differs:
// only the moment at which numbers are moved does.

import type { Buffer } from '../../backend.js';
import { DisposedError } from '../../errors.js';
import type { Crew } from './crew.js';
import type { SimdExports } from './exports.js';
import type { JobName, RangedName, WithoutRange } from './jobTypes.js';
import type { LinearMemory } from './memory.js';
import { Tables, type FillTable } from './tables.js';

/** Images whose channels lie innermost: memory holds [images][spatial][channels]. */
export interface ChannelsLast {
  readonly images: number;
  readonly channels: number;
  readonly spatial: number;
}

export interface WasmBuffer extends Buffer {
  /** Where the numbers are; -1 once freed. */
  address: number;
  /** How they are ordered; null is the public row-major order. */
  layout: ChannelsLast | null;
  /** Rearranged copies (weights in panels), by name, for as long as the numbers stay the same. */
  packed: Map<string, PackedBlock> | null;
  /** Another number whenever the numbers are others, and different from that of every other buffer. */
  version: number;
}

interface Block {
  readonly address: number;
  readonly length: number;
}

type PackedBlock = Block & { stamp: string };

export interface ParallelOptions {
  /** Units that are worth a thread's while; if there are no more, the calling thread does them alone. Default 1. */
  readonly least?: number;
  /** Chunks begin at multiples of this: whole tiles, whole SIMD lanes, whole cache lines. Default 1. */
  readonly multiple?: number;
  /** Units a thread takes at a time. Default: a quarter of its share. */
  readonly chunk?: number;
  /** Which argument is the address of scratch memory, and how many bytes of it each thread has. */
  readonly scratch?: { readonly argument: number; readonly bytes: number };
}

const sameLayout = (a: ChannelsLast, b: ChannelsLast): boolean =>
  a.images === b.images && a.channels === b.channels && a.spatial === b.spatial;

/** With one channel, or one pixel, both orders are the same. */
const isTrivial = ({ channels, spatial }: ChannelsLast): boolean => channels === 1 || spatial === 1;

export class Machine {
  readonly memory: LinearMemory;
  /** The module. Call its functions only to ask about sizes; what computes goes through `run` and `parallel`. */
  readonly simd: SimdExports;
  /** Columns of a packed panel: what packed weights are rounded up to. */
  readonly panel: number;
  /** Rows of the register tile. */
  readonly tileRows: number;
  /** Rows of a block in the column reductions. */
  readonly rowBlock: number;

  readonly #crew: Crew | null;
  /** Blocks that conversions left behind during this launch. */
  readonly #outdated: Block[] = [];
  readonly #tables: Tables;
  #version = 0;

  /** @param crew worker threads, or null to compute on this thread alone */
  constructor(memory: LinearMemory, simd: SimdExports, crew: Crew | null) {
    this.memory = memory;
    this.simd = simd;
    this.#tables = new Tables(memory, () => this.settle());
    this.#crew = crew;
    this.panel = simd.PANEL.value as number;
    this.tileRows = simd.TILE_ROWS.value as number;
    this.rowBlock = simd.ROW_BLOCK.value as number;
  }

  /** How many threads may run a job at once: what scratch memory is needed for. */
  get threads(): number {
    return this.#crew?.size ?? 1;
  }

  /** Runs a SIMD function over `units` units of work, on all threads if there is enough to do. */
  parallel<Name extends RangedName>(
    name: Name,
    args: WithoutRange<Name>,
    units: number,
    { least = 1, multiple = 1, chunk, scratch }: ParallelOptions = {},
  ): void {
    if (this.#crew === null) {
      const run: (...all: number[]) => void = this.simd[name];
      run(...args, 0, units);
      return;
    }
    // Four chunks a thread: an even finish without much counting.
    const share = Math.max(least, Math.ceil(units / (4 * this.#crew.size)));
    const piece = units <= least ? units : (chunk ?? Math.ceil(share / multiple) * multiple);
    this.#crew.enqueue({ name, args, units, chunk: piece, scratch });
  }

  /** Runs a SIMD function once, as a whole. */
  run<Name extends JobName>(name: Name, args: Parameters<SimdExports[Name]> & readonly number[]): void {
    const run: (...all: number[]) => void = this.simd[name];
    if (this.#crew === null) run(...args);
    else this.#crew.enqueue({ name, args, units: 1, chunk: 1 });
  }

  /** Waits until everything that was called for has been computed. */
  settle(): void {
    this.#crew?.settle();
  }

  /** The numbers at an address, after all that was called for; growing the memory ends the view, so do not keep it. */
  floats(address: number, length: number): Float32Array {
    this.settle();
    return this.memory.floats(address, length);
  }

  /** Address of a table that kernels read: see tables.ts. */
  table(key: string, words: number, fill: FillTable): number {
    return this.#tables.find(key, words, fill);
  }

  /** Ends the threads. */
  async dispose(): Promise<void> {
    await this.#crew?.dispose();
    this.memory.clear();
  }

  /**
   * Runs one launch. A buffer may be two of its operands in two orders (a Gram matrix, filters that are the image);
   * so the block that a conversion leaves behind stays readable until the launch ends.
   */
  launch<T>(body: () => T): T {
    try {
      return body();
    } finally {
      for (const { address, length } of this.#outdated.splice(0)) this.memory.give(address, length);
    }
  }

  /** A buffer with undefined contents, for an override to fill. */
  allocate(length: number, layout: ChannelsLast | null = null): WasmBuffer {
    const address = this.memory.take(length);
    const own = layout === null || isTrivial(layout) ? null : layout;
    return { address, length, layout: own, packed: null, version: this.#version++ };
  }

  free(buffer: WasmBuffer): void {
    this.changed(buffer);
    this.memory.give(this.#address(buffer), buffer.length);
    buffer.address = -1;
  }

  /** Address of the numbers in public order; converts the buffer if it is channels-last. */
  plain(buffer: WasmBuffer): number {
    if (buffer.layout !== null) {
      const { images, channels, spatial } = buffer.layout;
      this.#transpose(buffer, images, spatial, channels, null);
    }
    return this.#address(buffer);
  }

  /** Address of the numbers in channels-last order; converts the buffer if it is in another. */
  channelsLast(buffer: WasmBuffer, layout: ChannelsLast): number {
    if (isTrivial(layout)) return this.plain(buffer);
    if (buffer.layout === null || !sameLayout(buffer.layout, layout)) {
      this.plain(buffer);
      this.#transpose(buffer, layout.images, layout.channels, layout.spatial, layout);
    }
    return this.#address(buffer);
  }

  /**
   * Address of a rearranged copy of a buffer. Made once by `pack` and kept until the buffer changes or is freed: a
   * network that only reads packs its weights once.
   *
   * @param key what is rearranged and how; all that `pack` depends on besides the numbers
   * @param others further buffers whose numbers enter: if one of them changes, the copy is made again
   */
  packedCopy(
    buffer: WasmBuffer,
    key: string,
    length: number,
    pack: (address: number) => void,
    others: readonly WasmBuffer[] = [],
  ): number {
    buffer.packed ??= new Map();
    const stamp = others.map(({ version }) => version).join(' ');
    let block = buffer.packed.get(key);
    if (block?.stamp !== stamp) {
      block ??= { address: this.memory.take(length), length, stamp };
      block.stamp = stamp;
      pack(block.address);
      buffer.packed.set(key, block);
    }
    return block.address;
  }

  /** Says that a buffer has new numbers: its rearranged copies are void. */
  changed(buffer: WasmBuffer): void {
    for (const { address, length } of buffer.packed?.values() ?? []) this.memory.give(address, length);
    buffer.packed = null;
    buffer.version = this.#version++;
  }

  /** Runs `body` with blocks of the given lengths that are given back at its end. */
  withScratch<T>(lengths: readonly number[], body: (...addresses: number[]) => T): T {
    const addresses = lengths.map((length) => this.memory.take(length));
    try {
      return body(...addresses);
    } finally {
      addresses.forEach((address, index) => this.memory.give(address, lengths[index]));
    }
  }

  /** [batch, rows, columns] -> [batch, columns, rows], into a new block that takes the old one's place. */
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
