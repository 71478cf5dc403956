// Counter-based random number generator with named, independent streams. Not for cryptography.
//
// The state of a stream is small enough for a checkpoint. Streams split by name never share draws.
//
// The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011), as in JAX. Block n under a key gives two 32-bit words. It
// uses only additions, rotations and exclusive ors, so JavaScript and WebAssembly agree on every
// bit.

import { ArgumentError } from './errors.js';

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;
const END_OF_NAME = 0x110000; // one more than the largest code point

/**
 * The Threefry-2x32-20 block function.
 *
 * @returns the two words as unsigned integers
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
): [number, number] {
  const keys = [key0, key1, key0 ^ key1 ^ PARITY];
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = ROTATIONS[round % 8];
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4; // every fourth round adds the key again
      x0 = (x0 + keys[injection % 3]) | 0;
      x1 = (x1 + keys[(injection + 1) % 3] + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** The complete state of a stream. JSON-compatible, so it can be stored in a checkpoint. */
export interface RngState {
  /** Two unsigned 32-bit integers. */
  readonly key: readonly [number, number];
  /** Number of 32-bit words drawn so far. */
  readonly drawn: number;
}

/**
 * A seeded stream of random numbers.
 *
 * @example
 * const rng = new Rng(1);
 * const dropout = rng.split('dropout'); // independent of other draws
 * print(dropout.below(10) < 10); // true
 */
export class Rng {
  readonly #key: readonly [number, number];
  #drawn = 0;
  #block: readonly [number, number] = [0, 0];

  /**
   * @param seed a non-negative safe integer; the same seed gives the same stream on every machine.
   *   Or the state of a stream to continue
   * @throws ArgumentError if the seed is not such an integer
   */
  constructor(seed: number | RngState) {
    if (typeof seed !== 'number') {
      this.#key = seed.key;
      this.#drawn = seed.drawn;
      if (seed.drawn % 2 === 1) this.#fill();
      return;
    }
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new ArgumentError(`rng: seed must be a whole number from 0 to 2^53 - 1, got ${seed}`);
    }
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
  }

  #fill(): void {
    const block = Math.floor(this.#drawn / 2);
    this.#block = threefry2x32(
      this.#key[0],
      this.#key[1],
      block | 0,
      Math.floor(block / 2 ** 32) | 0,
    );
  }

  /** The next 32 random bits, as an unsigned integer. */
  bits(): number {
    const odd = this.#drawn % 2;
    if (odd === 0) this.#fill();
    this.#drawn += 1;
    return this.#block[odd];
  }

  /** The next number in [0, 1), a multiple of 2^-24 and therefore exact in float32. */
  uniform(): number {
    return (this.bits() >>> 8) * 2 ** -24;
  }

  /** The next number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /**
   * The next standard normal number (Box-Muller). Uses only the cosine half, so one number takes
   * two draws.
   */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The next integer in [0, n), uniform to within 2^-32. */
  below(n: number): number {
    return Math.floor((this.bits() * n) / 2 ** 32);
  }

  /** A random permutation of 0 .. n-1 (Fisher-Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  /**
   * A separate stream for one purpose (`init`, `shuffle`, `dropout`, ...). It depends only on this
   * stream's key and the name, not on the number of draws. An additional draw in one stream
   * therefore changes no other.
   */
  split(name: string): Rng {
    let [k0, k1] = this.#key;
    for (const character of name) {
      // The high bit of the second word separates these blocks from the blocks that `bits` draws.
      [k0, k1] = threefry2x32(k0, k1, character.codePointAt(0)!, 0x80000000);
    }
    // An end mark that no character equals. Without it, `split('ab')` would equal
    // `split('a').split('b')`.
    [k0, k1] = threefry2x32(k0, k1, END_OF_NAME, 0x80000000);
    return new Rng({ key: [k0, k1], drawn: 0 });
  }

  /** The state for a checkpoint; `new Rng(state)` continues the stream exactly. */
  state(): RngState {
    return { key: this.#key, drawn: this.#drawn };
  }
}
