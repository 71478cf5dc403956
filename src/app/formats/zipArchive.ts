// ZIP archives whose members are stored as they are, which is how torch.save writes: named bytes in, named bytes out.
// Not a general unzipper: compressed and encrypted members are refused, so that no member can be larger than the
// file it came in. A browser can run it. Imports errors and zip.js.

import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
  type FileEntry,
} from '@zip.js/zip.js';
import { FormatError } from '../../engine/errors.js';

configure({ useWebWorkers: false }); // nothing here is compressed: there is no work to hand out

/** Longest list of members that is read; a model has a few dozen. */
const MAX_MEMBERS = 100_000;
/** Members carry no true date, so that equal contents give equal bytes. */
const NO_DATE = new Date(1980, 0, 1);

function fail(reason: string): never {
  throw new FormatError(`zip: ${reason}`);
}

/** Passes a FormatError on and turns what the library says about a broken archive into one. */
async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    return fail(`${(error as Error).message}; the file is damaged or was cut short`);
  }
}

/** The members of an archive, by name; each is read, and its checksum verified, when asked for. */
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
   * @throws FormatError if the archive is damaged or could mean two things: members that share a name, for one
   */
  static open(bytes: Uint8Array): Promise<StoredArchive> {
    return translated(async () => {
      const reader = new ZipReader(new Uint8ArrayReader(bytes), {
        checkSignature: true,
        checkOverlappingEntry: true,
      });
      const members = new Map<string, FileEntry>();
      for await (const entry of reader.getEntriesGenerator()) {
        if (members.size >= MAX_MEMBERS) fail(`more than ${MAX_MEMBERS} members`);
        if (members.has(entry.filename)) fail(`two members are called ${JSON.stringify(entry.filename)}`);
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

  /** How many bytes a member has by the list; `read` checks it. */
  size(name: string): number {
    return this.#find(name).uncompressedSize;
  }

  #find(name: string): FileEntry {
    return this.#members.get(name) ?? fail(`there is no member ${JSON.stringify(name)}`);
  }

  /**
   * The bytes of a member.
   *
   * @throws FormatError if it is absent, compressed, encrypted, or not the bytes that were written
   */
  read(name: string): Promise<Uint8Array> {
    const entry = this.#find(name);
    const where = `member ${JSON.stringify(name)}`;
    if (entry.encrypted) fail(`${where} is encrypted`);
    if (entry.compressionMethod !== 0) {
      fail(`${where} is compressed, which torch.save never does; pack the archive without compression`);
    }
    const { compressedSize, uncompressedSize } = entry;
    if (compressedSize !== uncompressedSize || uncompressedSize > this.#size) {
      fail(`${where} is said to have ${uncompressedSize} bytes, more or fewer than are stored`);
    }
    return translated(async () => {
      const bytes = await entry.getData(new Uint8ArrayWriter());
      return bytes.length === uncompressedSize ? bytes : fail(`${where} is cut short`);
    });
  }
}

/** An archive of stored members, in the order given. Equal contents give equal bytes. */
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
