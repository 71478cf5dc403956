// ZIP archives with uncompressed members, as torch.save writes them: named bytes in, named bytes
// out. Not a general unzipper: compressed and encrypted members are rejected, so that no member can
// be larger than the file. Runs in a browser too.

import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
  type FileEntry,
} from '@zip.js/zip.js';
import { FormatError } from '../../engine/errors.js';

// Nothing here is compressed, so workers would have nothing to do.
configure({ useWebWorkers: false });

/** Maximum number of members; a model has a few dozen. */
const MAX_MEMBERS = 100_000;
/** Members have no true date, so that equal contents give equal bytes. */
const NO_DATE = new Date(1980, 0, 1);

function fail(reason: string): never {
  throw new FormatError(`zip: ${reason}`);
}

/** Rethrows a FormatError, and converts the library's errors about a broken archive into one. */
async function withFormatErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    return fail(`${(error as Error).message}; the file is damaged or truncated`);
  }
}

/** The members of an archive, by name; a member is read, and its checksum verified, on demand. */
export class StoredArchive {
  readonly #members: ReadonlyMap<string, FileEntry>;
  readonly #size: number;

  private constructor(members: ReadonlyMap<string, FileEntry>, size: number) {
    this.#members = members;
    this.#size = size;
  }

  /**
   * Reads the list of members.
   *
   * @throws FormatError if the archive is damaged or ambiguous, for example if two members have the
   * same name
   */
  static open(bytes: Uint8Array): Promise<StoredArchive> {
    return withFormatErrors(async () => {
      const reader = new ZipReader(new Uint8ArrayReader(bytes), {
        checkSignature: true,
        checkOverlappingEntry: true,
      });
      const members = new Map<string, FileEntry>();
      for await (const entry of reader.getEntriesGenerator()) {
        if (members.size >= MAX_MEMBERS) fail(`more than ${MAX_MEMBERS} members`);
        if (members.has(entry.filename))
          fail(`duplicate entry ${JSON.stringify(entry.filename)}; the archive is ambiguous`);
        if (!entry.directory) members.set(entry.filename, entry);
      }
      return new StoredArchive(members, bytes.length);
    });
  }

  get names(): string[] {
    return [...this.#members.keys()];
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  /** Size of a member in bytes according to the list; `read` verifies it. */
  size(name: string): number {
    return this.#find(name).uncompressedSize;
  }

  #find(name: string): FileEntry {
    return this.#members.get(name) ?? fail(`no member ${JSON.stringify(name)}`);
  }

  /**
   * The bytes of a member.
   *
   * @throws FormatError if it is absent, compressed, encrypted, or its checksum or size is wrong
   */
  read(name: string): Promise<Uint8Array> {
    const entry = this.#find(name);
    const label = `member ${JSON.stringify(name)}`;
    if (entry.encrypted) fail(`${label} is encrypted`);
    if (entry.compressionMethod !== 0) {
      fail(
        `${label} is compressed, but torch.save does not compress; repack the archive ` +
          'without compression',
      );
    }
    const { compressedSize, uncompressedSize } = entry;
    if (compressedSize !== uncompressedSize || uncompressedSize > this.#size) {
      fail(`${label} declares ${uncompressedSize} bytes, which does not match the stored data`);
    }
    return withFormatErrors(async () => {
      const bytes = await entry.getData(new Uint8ArrayWriter());
      return bytes.length === uncompressedSize ? bytes : fail(`${label} is truncated`);
    });
  }
}

/**
 * Writes an archive of uncompressed members, in the order given. Equal contents give equal bytes.
 */
export async function writeStoredArchive(
  members: readonly (readonly [name: string, bytes: Uint8Array])[],
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    level: 0,
    extendedTimestamp: false,
    dataDescriptor: false,
    lastModDate: NO_DATE,
    keepOrder: true,
  });
  for (const [name, bytes] of members) await writer.add(name, new Uint8ArrayReader(bytes));
  return writer.close();
}
