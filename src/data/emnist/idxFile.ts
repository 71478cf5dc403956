// Reads one IDX file from disk, gzip-compressed or not. Memory is bounded by the size in the
// header, which is itself bounded. This file and readEmnist.ts are the only ones in src/data that
// use `node:` modules, so they import them only when a file is read.

import type { FileHandle } from 'node:fs/promises';
import { DataError } from '../errors.js';
import { checkIdxLength, damagedGzip, isGzip, readIdxHeader } from './idx.js';
import type { IdxContents, ParseIdxOptions } from './idx.js';
import { readIdxStream, type ReadIdxStreamOptions } from './idxStream.js';

const MAX_HEADER_LENGTH = 16;

/**
 * Opens a regular file for reading. Rejects folders, devices and pipes: a pipe could block forever.
 *
 * @throws DataError if the path is not a regular file or cannot be opened
 */
export async function openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
  const { open, stat } = await import('node:fs/promises');
  try {
    const stats = await stat(path);
    if (!stats.isFile()) throw new DataError(`${path}: is not a file`);
    return { handle: await open(path), size: stats.size };
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${path}: cannot be read (${(error as Error).message})`);
  }
}

/** Reads the first `length` bytes of a file, or all of them if there are fewer. */
export async function readFirst(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let bytesRead = 1; bytesRead > 0 && filled < length; filled += bytesRead) {
    bytesRead = (await handle.read(bytes, filled, length - filled, filled)).bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * Reads one IDX file; a file that begins with the gzip signature is decompressed.
 *
 * @param limit number of images or labels to read, from the first; default: all
 * @throws DataError if the file cannot be read or is not a valid IDX file of the expected kind
 */
export async function readIdxFile(
  path: string,
  expect: ParseIdxOptions['expect'],
  limit?: number,
): Promise<IdxContents> {
  const options: ReadIdxStreamOptions = { name: path, expect, limit };
  const { handle, size } = await openFile(path);
  try {
    const head = await readFirst(handle, MAX_HEADER_LENGTH);
    if (isGzip(head)) return await decompress(handle, size, options);
    checkIdxLength(readIdxHeader(head, options), size, path);
    return await readIdxStream(handle.createReadStream({ start: 0, autoClose: false }), options);
  } finally {
    await handle.close();
  }
}

async function decompress(
  handle: FileHandle,
  size: number,
  options: ReadIdxStreamOptions,
): Promise<IdxContents> {
  const { createGunzip } = await import('node:zlib');
  const compressed = handle.createReadStream({ start: 0, autoClose: false });
  const gunzip = createGunzip();
  compressed.on('error', (error) => gunzip.destroy(error));
  compressed.pipe(gunzip);
  let contents: IdxContents;
  try {
    contents = await readIdxStream(gunzip as AsyncIterable<Uint8Array>, options);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw damagedGzip(options.name, error);
  } finally {
    compressed.destroy();
  }
  // Node silently ignores bytes after the end of the gzip data.
  const trailingBytes = size - gunzip.bytesWritten;
  if (trailingBytes > 0) {
    throw new DataError(
      `${options.name}: ${trailingBytes} bytes follow the end of the gzip data, the file is damaged: download it again`,
    );
  }
  return contents;
}
