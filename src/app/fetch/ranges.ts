// Bytes of a file wherever it is, any stretch of them: the interface that the zip directory is read through, and the
// local file as the simpler of its two kinds. The other is remoteFile.ts. Imports node:fs.

import { open, type FileHandle } from 'node:fs/promises';
import { DataError, DataMissingError } from '../../data/errors.js';

/** A file of known size that can be read anywhere. */
export interface RangeSource {
  /** What to call it in messages: a path or an address. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes from `start` to before `end`, in pieces, in order. */
  bytes(start: number, end: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** One stretch as a whole; for small ones. */
export async function readRange(source: RangeSource, start: number, end: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.bytes(start, end)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const PIECE = 1 << 18;

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
   * @param name what to call it in messages; its path by default
   * @throws DataMissingError if there is no such file, DataError if it is none that can be read
   */
  static async open(path: string, name = path): Promise<LocalFile> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(path);
      const stats = await handle.stat();
      if (stats.isFile()) return new LocalFile(name, stats.size, handle);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') throw new DataMissingError(`${path}: there is no such file`);
      throw new DataError(`${path}: cannot be read (${message})`);
    }
    await handle.close();
    throw new DataError(`${path}: is not a file`);
  }

  async *bytes(start: number, end: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < end;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, end - at));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at);
      if (bytesRead === 0)
        throw new DataError(`${this.name}: ends at byte ${at}, cut short while it was read`);
      yield piece.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
