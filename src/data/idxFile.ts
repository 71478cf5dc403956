// One IDX file from disk, packed with gzip or not, in no more memory than its header promises, and that is bounded. One of
// the two files of src/data that touch `node:` modules, so they are imported only when a file is read.

import type { FileHandle } from 'node:fs/promises';
import type { NdArray } from 'ndarray';
import { DataError } from './errors.js';
import { checkIdxLength, isGzip, parseIdx, readIdxHeader, type ParseIdxOptions } from './idx.js';

const LONGEST_HEADER = 16;

/** Opens a file for reading; a folder, a device or a pipe (which could keep one waiting for ever) is refused. */
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

/** The first `length` bytes of a file, or all if there are fewer. */
export async function readFirst(handle: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for (let got = 1; got > 0 && filled < length; filled += got) {
    got = (await handle.read(bytes, filled, length - filled, filled)).bytesRead;
  }
  return bytes.subarray(0, filled);
}

/**
 * Reads one IDX file; one that begins with the gzip signature is unpacked.
 *
 * @returns images as `[n, 28, 28]` or labels as `[n]`, exactly as stored
 * @throws DataError if the file cannot be read or is not what it must be
 */
export async function readIdxFile(
  path: string,
  expect: ParseIdxOptions['expect'],
): Promise<NdArray<Uint8Array>> {
  const options = { name: path, expect };
  const { handle, size } = await openFile(path);
  try {
    const head = await readFirst(handle, LONGEST_HEADER);
    if (isGzip(head)) return parseIdx(await unpack(handle, size, options), options);
    checkIdxLength(readIdxHeader(head, options), size, path);
    return parseIdx(await readFirst(handle, size), options);
  } finally {
    await handle.close();
  }
}

/** Unpacks into an array of the length that the header promises; whatever comes beyond is not kept. */
async function unpack(handle: FileHandle, size: number, options: ParseIdxOptions): Promise<Uint8Array> {
  const { createGunzip } = await import('node:zlib');
  const packed = handle.createReadStream({ start: 0, autoClose: false });
  const unpacker = createGunzip();
  packed.on('error', (error) => unpacker.destroy(error));
  packed.pipe(unpacker);
  let head: Uint8Array = new Uint8Array(0);
  let bytes: Uint8Array | null = null; // as soon as the header is there
  let length = 0;
  try {
    for await (const piece of unpacker as AsyncIterable<Uint8Array>) {
      const more: Uint8Array = bytes === null ? joined(head, piece) : piece;
      if (bytes === null && more.length < LONGEST_HEADER) {
        head = more;
        continue;
      }
      bytes ??= new Uint8Array(readIdxHeader(more, options).totalLength);
      if (length + more.length > bytes.length) throw surplus(bytes.length, options);
      bytes.set(more, length);
      length += more.length;
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(
      `${options.name}: the gzip data is damaged or cut short (${reason}); download it again`,
    );
  } finally {
    packed.destroy();
  }
  // Node stops without a word at bytes behind the end of the gzip data.
  const behind = size - unpacker.bytesWritten;
  if (behind > 0) {
    throw new DataError(
      `${options.name}: ${behind} bytes follow the end of the gzip data, the file is damaged: download it again`,
    );
  }
  return bytes?.subarray(0, length) ?? head;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function surplus(promised: number, { name }: ParseIdxOptions): DataError {
  return new DataError(
    `${name}: unpacks to more than the ${promised} bytes that its header promises, the file is damaged: download it again`,
  );
}
