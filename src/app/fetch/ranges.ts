// Random access to the bytes of a file: the interface that the ZIP directory is read through, and
// its implementation for local files. The other implementation is remoteFile.ts.

import { open, type FileHandle } from 'node:fs/promises';
import { DataError, DataMissingError } from '../../data/errors.js';

/** A file of known size with random access. */
export interface RangeSource {
  /** Name in error messages: a path or an address. */
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** Bytes from `start` (inclusive) to `end` (exclusive), in order, in chunks. */
  bytes(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A whole byte range at once; for small ranges. */
export async function readRange(source: RangeSource, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.bytes(start, end)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const CHUNK_BYTES = 1 << 18;

/** A file on this machine. */
export class LocalFile implements RangeSource {
  readonly name: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(name: string, size: number, handle: FileHandle) {
    this.name = name;
    this.size = size;
    this.#handle = handle;
  }

  /**
   * Opens a file.
   *
   * @param name name in error messages; default the path
   * @throws DataMissingError if there is no such file; DataError if it cannot be read
   */
  static async open(path: string, name = path): Promise<LocalFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path);
      const stats = await handle.stat();
      if (stats.isFile()) return new LocalFile(name, stats.size, handle);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new DataMissingError(`${path}: no such file`);
      throw new DataError(`${path}: cannot be read (${message})`);
    }
    await handle.close();
    throw new DataError(`${path}: is not a file`);
  }

  async *bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let position = start; position < end;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - position));
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0)
        throw new DataError(
          `${this.name}: ends at byte ${position}; it was truncated while being read`,
        );
      yield chunk.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
