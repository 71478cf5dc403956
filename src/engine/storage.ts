// Storage: a backend buffer with a count of the arrays that refer to it.
// A reshape or a slice is a second array over the same storage. The last release frees the buffer.

import type { Backend, Buffer } from './backend.js';
import { DisposedError } from './errors.js';

function disposedError(): DisposedError {
  return new DisposedError(
    'array used after dispose() or after its scope ended; return it from the scope to keep it',
  );
}

/**
 * A backend buffer of `length` elements with a reference count, shared by all views of an array.
 *
 * @throws DisposedError from `buffer` and `retain` after the last release
 */
export class Storage {
  readonly backend: Backend;
  readonly length: number;
  #buffer: Buffer | null;
  #references = 1;
  #version = 0;

  /** Takes over `buffer`; the reference count starts at one. */
  constructor(backend: Backend, buffer: Buffer) {
    this.backend = backend;
    this.length = buffer.length;
    this.#buffer = buffer;
  }

  /**
   * The buffer.
   *
   * @throws DisposedError if the last reference was released
   */
  get buffer(): Buffer {
    if (this.#buffer === null) throw disposedError();
    return this.#buffer;
  }

  /** Whether more than one array refers to this storage. */
  get isShared(): boolean {
    return this.#references > 1;
  }

  /** Increments the reference count. */
  retain(): this {
    if (this.#buffer === null) throw disposedError();
    this.#references += 1;
    return this;
  }

  /** Decrements the reference count; the last release frees the buffer. */
  release(): void {
    this.#references -= 1;
    if (this.#references === 0) {
      this.backend.free(this.buffer);
      this.#buffer = null;
    }
  }

  /** Number of in-place changes so far; backward compares it with that of forward. */
  get version(): number {
    return this.#version;
  }

  /** Replaces the buffer by the result of an in-place launch, which consumed it. */
  replace(buffer: Buffer): void {
    this.#buffer = buffer;
    this.#version += 1;
  }
}
