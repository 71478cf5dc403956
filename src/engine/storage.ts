// Storage: one backend buffer and a count of the arrays that look into it. A reshape or a slice is a second array over
// the same storage; the buffer is freed with the last of them.

import type { Backend, Buffer } from './backend.js';
import { DisposedError } from './errors.js';

function disposed(): DisposedError {
  return new DisposedError(
    'array used after dispose(), or after the scope that made it ended: return it from the scope',
  );
}

export class Storage {
  readonly backend: Backend;
  readonly length: number;
  #buffer: Buffer | null;
  #references = 1;

  /** Takes over `buffer`; starts with one reference. */
  constructor(backend: Backend, buffer: Buffer) {
    this.backend = backend;
    this.length = buffer.length;
    this.#buffer = buffer;
  }

  /** The buffer, as long as anything refers to it. */
  get buffer(): Buffer {
    if (this.#buffer === null) throw disposed();
    return this.#buffer;
  }

  /** Whether more than one array looks into this storage. */
  get isShared(): boolean {
    return this.#references > 1;
  }

  /** Counts one more array that looks into this storage. */
  retain(): this {
    if (this.#buffer === null) throw disposed();
    this.#references += 1;
    return this;
  }

  /** Counts one array less and frees the buffer with the last. */
  release(): void {
    this.#references -= 1;
    if (this.#references === 0) {
      this.backend.free(this.buffer);
      this.#buffer = null;
    }
  }

  /** Puts the result of an in-place launch in the place of the buffer it consumed. */
  replace(buffer: Buffer): void {
    this.#buffer = buffer;
  }
}
