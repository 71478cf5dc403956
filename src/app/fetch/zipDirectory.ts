// Reads the directory of a ZIP archive from its end, without reading the rest. zip.js parses it,
// through any random access; its own range reader has neither retries nor timeouts. The members
// themselves are fetched and resumed by member.ts.

import { Reader, ZipReader, type Entry } from '@zip.js/zip.js';
import { DataError } from '../../data/errors.js';
import { InkgradError } from '../../engine/errors.js';
import { readRange, type RangeSource } from './ranges.js';

/** The official archive has about forty members; an endless directory is an attack. */
const MAX_MEMBERS = 10_000;
const MAX_READ_BYTES = 1 << 22;
/**
 * The end record may have a comment of 64 KB; the directory usually fits in slightly more than
 * that.
 */
const TAIL_BYTES = 66 * 1024;
const LOCAL_HEADER_BYTES = 30;

/** Location of one member, and its expected size and checksum. */
export interface ZipMember {
  /** Its path in the archive. */
  readonly path: string;
  readonly packed: 'stored' | 'deflated';
  /** Offset of its bytes in the archive, and how many there are. */
  readonly start: number;
  readonly packedSize: number;
  /** Unpacked size in bytes, and checksum. */
  readonly size: number;
  readonly crc32: number;
}

/** Random access for zip.js. It caches the tail of the file, because nearly all reads are there. */
class CachedTailReader extends Reader<RangeSource> {
  readonly #source: RangeSource;
  readonly #tailStart: number;
  #tail: Promise<Uint8Array> | undefined;

  constructor(source: RangeSource) {
    super(source);
    this.#source = source;
    this.size = source.size;
    this.#tailStart = Math.max(0, source.size - TAIL_BYTES);
  }

  override async readUint8Array(start: number, length: number): Promise<Uint8Array> {
    const end = Math.min(start + length, this.size);
    if (!(start >= 0 && start <= end)) throw new Error('it points outside the file');
    if (end - start > MAX_READ_BYTES) throw new Error(`it declares a length of ${length} bytes`);
    if (start < this.#tailStart) return readRange(this.#source, start, end);
    this.#tail ??= readRange(this.#source, this.#tailStart, this.size);
    return (await this.#tail).subarray(start - this.#tailStart, end - this.#tailStart);
  }
}

/** Converts zip.js errors into a DataError; InkgradErrors, such as network errors, are rethrown. */
async function withDirectoryErrors<T>(source: RangeSource, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InkgradError || !(error instanceof Error)) throw error;
    throw new DataError(
      `${source.name}: the directory of this ZIP archive is damaged or truncated ` +
        `(${error.message}); download it again`,
    );
  }
}

/** Throws a DataError unless the first bytes are those of a non-empty ZIP archive. */
export function checkZipHead(name: string, head: Uint8Array): void {
  const text = Buffer.from(head).toString('latin1');
  if (text.startsWith('PK\u0003\u0004')) return;
  const problem = /^\s*<(!doctype|html|head|\?xml)/i.test(text)
    ? 'is an HTML page, not a ZIP archive: the archive has moved, or the server requires a login'
    : head.length === 0
      ? 'is empty'
      : 'is not a ZIP archive: it begins with ' +
        `${Buffer.from(head.subarray(0, 4)).toString('hex')}, not 504b0304`;
  throw new DataError(`${name}: ${problem}; the official archive is gzip.zip of EMNIST`);
}

/**
 * Finds members by path.
 *
 * @param paths paths; a missing member is left out of the result
 * @throws DataError for a damaged directory, or a requested member that is duplicated or cannot be
 * unpacked
 */
export async function findMembers(
  source: RangeSource,
  paths: ReadonlySet<string>,
): Promise<Map<string, ZipMember>> {
  const { name } = source;
  const entries = new Map<string, Entry>();
  await withDirectoryErrors(source, async () => {
    let count = 0;
    for await (const entry of new ZipReader(new CachedTailReader(source)).getEntriesGenerator()) {
      if (++count > MAX_MEMBERS) {
        throw new DataError(
          `${name}: has more than ${MAX_MEMBERS} members; this is not the EMNIST archive`,
        );
      }
      if (!paths.has(entry.filename)) continue;
      if (entries.has(entry.filename)) {
        throw new DataError(`${name}: duplicate entry ${entry.filename}; the archive is ambiguous`);
      }
      entries.set(entry.filename, entry);
    }
  });
  const members = new Map<string, ZipMember>();
  for (const [path, entry] of entries) members.set(path, await locate(source, path, entry));
  return members;
}

/**
 * Locates the bytes of a member. Only its local header determines where they begin: it repeats the
 * name and has a separate extra field.
 */
async function locate(source: RangeSource, path: string, entry: Entry): Promise<ZipMember> {
  const { name } = source;
  const {
    offset,
    compressionMethod: method,
    compressedSize: packedSize,
    uncompressedSize: size,
  } = entry;
  const invalidEntry = (problem: string): DataError =>
    new DataError(
      `${name}: invalid directory entry: ${path} ${problem}; the archive is damaged, download ` +
        'it again',
    );
  if (entry.encrypted)
    throw new DataError(`${name}: ${path} is encrypted; EMNIST's archive is not`);
  // A broken ZIP64 extension leaves these fields undefined, despite their types.
  if (![offset, method, packedSize, size, entry.crc32].every(Number.isSafeInteger)) {
    throw invalidEntry('has no valid offset or size');
  }
  if (method !== 0 && method !== 8) {
    throw new DataError(
      `${name}: ${path} uses compression method ${method}; EMNIST's archive uses 0 (stored) ` +
        'or 8 (deflate)',
    );
  }
  if (offset < 0 || offset + LOCAL_HEADER_BYTES + packedSize > source.size) {
    throw invalidEntry(
      `has ${packedSize} bytes from byte ${offset}, but the archive ends at ${source.size}`,
    );
  }
  const header = await readRange(source, offset, offset + LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== 0x04034b50)
    throw invalidEntry(`has no local header at byte ${offset}`);
  const start = offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + packedSize > source.size) {
    throw invalidEntry(
      `has ${packedSize} bytes, but only ${Math.max(0, source.size - start)} follow its header`,
    );
  }
  const packed = method === 0 ? 'stored' : 'deflated';
  return { path, packed, start, packedSize, size, crc32: (entry.crc32 ?? 0) >>> 0 };
}
