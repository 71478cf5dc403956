// Heap: gives out address ranges by first fit. A free range is split for a smaller request, and
// merged with its free neighbors.
//
// Why first fit: every request goes to the lowest address that is free. So blocks move down from
// step to step of a training loop until each step uses the addresses of the step before. With best
// fit, the addresses of the training step of CharacterNet still changed after 300 steps.
//
// No allocator that leaves blocks in place has a useful bound for every sequence of requests. On
// random sequences with 30 to 300 blocks in use, this one needs 1.1 to 1.4 times the peak of the
// units in use (test/engine/heap.test.ts); in training of CharacterNet, at most 1.12 times.

export class Heap {
  /** Free ranges in increasing order of address. No two of them are adjacent. */
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  /** Sizes of the ranges in use, by address; 0 elsewhere. */
  #used = new Uint32Array(1024);
  readonly #grow: (minSize: number, size: number) => number;
  #size = 0;

  /**
   * @param grow called before the heap grows to `size` units, or at least `minSize`; returns the
   *   number of units that exist, or throws
   */
  constructor(grow: (minSize: number, size: number) => number) {
    this.#grow = grow;
  }

  /** Units that are in use or free; addresses are less than this. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes `size` units, at least 1; returns the address. The heap grows only if no free range is
   * large enough; a free range at its end is extended.
   *
   * The search visits the free ranges below the result. Their number is at most that of the ranges
   * in use; a training step has about 30, and searching 10,000 takes 10 us.
   *
   * @param heapSize size to grow to, if the heap grows. Default: by what is missing
   */
  take(size: number, heapSize = 0): number {
    let index = 0;
    const count = this.#sizes.length;
    while (index < count && this.#sizes[index] < size) index += 1;
    if (index === count) index = this.#extendLast(size, heapSize);
    const start = this.#starts[index];
    if (this.#sizes[index] === size) {
      this.#removeAt(index);
    } else {
      this.#starts[index] += size;
      this.#sizes[index] -= size;
    }
    this.#used[start] = size;
    return start;
  }

  /** Whether `size` units at this address were taken and not given back. */
  isUsed(start: number, size: number): boolean {
    return this.#used[start] === size;
  }

  /** Frees units that were taken. */
  give(start: number, size: number): void {
    this.#used[start] = 0;
    const [starts, sizes] = [this.#starts, this.#sizes];
    const index = this.#indexAfter(start);
    const joinsNext = index < starts.length && starts[index] === start + size;
    if (index > 0 && starts[index - 1] + sizes[index - 1] === start) {
      sizes[index - 1] += size + (joinsNext ? sizes[index] : 0);
      if (!joinsNext) return;
      this.#removeAt(index);
    } else if (joinsNext) {
      starts[index] = start;
      sizes[index] += size;
    } else {
      starts.splice(index, 0, start);
      sizes.splice(index, 0, size);
    }
  }

  /**
   * Grows to `heapSize` units, and until the last free range has `size` units. Returns the index of
   * that range.
   */
  #extendLast(size: number, heapSize: number): number {
    const last = this.#starts.length - 1;
    const endsFree = last >= 0 && this.#starts[last] + this.#sizes[last] === this.#size;
    const start = endsFree ? this.#starts[last] : this.#size;
    this.#size = this.#grow(start + size, Math.max(start + size, heapSize));
    if (this.#size > this.#used.length) {
      const used = new Uint32Array(Math.max(this.#size, 2 * this.#used.length));
      used.set(this.#used);
      this.#used = used;
    }
    const index = endsFree ? last : last + 1;
    this.#starts[index] = start;
    this.#sizes[index] = this.#size - start;
    return index;
  }

  /** Removes a free range from the list, without the list of removed elements that `splice` makes. */
  #removeAt(index: number): void {
    const [starts, sizes] = [this.#starts, this.#sizes];
    for (let next = index + 1; next < starts.length; next++) {
      starts[next - 1] = starts[next];
      sizes[next - 1] = sizes[next];
    }
    starts.pop();
    sizes.pop();
  }

  /** Index of the first free range at a higher address. */
  #indexAfter(start: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle] < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
