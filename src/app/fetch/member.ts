// Fetches one member of the archive into one file. The packed bytes go into a `.partial` file,
// which resumes an earlier try. They are then unpacked and checked by size, CRC-32 and SHA-256;
// only then does the file get its final name.

import { createHash } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';
import { DataError } from '../../data/errors.js';
import { isGzip } from '../../data/emnist/idx.js';
import { LocalFile, type RangeSource } from './ranges.js';
import { onDisk } from './networkErrors.js';
import type { WantedFile } from './splitMembers.js';
import type { ZipMember } from './zipDirectory.js';

export interface BringOptions {
  readonly source: RangeSource;
  /** Whether the source is on a network, so that a partial download is worth keeping. */
  readonly remote: boolean;
  readonly member: ZipMember;
  readonly wanted: WantedFile;
  readonly dir: string;
  /** Called with the number of packed bytes of this member on disk. */
  readonly onBytes: (done: number) => void;
  readonly onNote: (sentence: string) => void;
}

/**
 * Fetches one file into the folder and returns its SHA-256. An existing file of that name is kept
 * as `.old`.
 */
export async function bringFile(options: BringOptions): Promise<string> {
  const { source, remote, member, wanted, dir, onBytes, onNote } = options;
  const target = join(dir, wanted.name);
  if (!remote)
    return unpack(counted(source.bytes(member.start, packedEnd(member)), onBytes), options, target);
  // The checksum in the file name ties the partial download to these exact bytes, on any server.
  const partial = `${target}.${member.crc32.toString(16).padStart(8, '0')}.partial`;
  const kept = await transfer(options, partial);
  let digest: string;
  try {
    digest = await unpackLocal(partial, options, target);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    await rm(partial, { force: true });
    if (kept === 0) throw error;
    onNote(
      `${wanted.name}: the partial file of an earlier run does not match the archive; ` +
        'restarting the download',
    );
    await transfer(options, partial);
    digest = await unpackLocal(partial, options, target).catch(async (again: unknown) => {
      if (again instanceof DataError) await rm(partial, { force: true });
      throw again;
    });
  }
  await removePartials(dir, wanted.name);
  return digest;
}

const packedEnd = ({ start, packedSize }: ZipMember): number => start + packedSize;

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const piece of bytes) {
    yield piece;
    done += piece.length;
    onBytes(done);
  }
}

/** Appends the missing packed bytes, and returns how many were already there. */
async function transfer(options: BringOptions, partial: string): Promise<number> {
  const { source, member, onBytes } = options;
  const file = await onDisk(partial, () => open(partial, 'a'));
  try {
    const { size } = await file.stat();
    const kept = size > member.packedSize ? 0 : size;
    if (kept !== size) await file.truncate(0);
    let done = kept;
    onBytes(done);
    for await (const piece of source.bytes(member.start + kept, packedEnd(member))) {
      await onDisk(partial, () => file.appendFile(piece));
      done += piece.length;
      onBytes(done);
    }
    return kept;
  } finally {
    await file.close();
  }
}

async function unpackLocal(
  partial: string,
  options: BringOptions,
  target: string,
): Promise<string> {
  const file = await LocalFile.open(partial);
  try {
    return await unpack(file.bytes(0, file.size), options, target);
  } finally {
    await file.close();
  }
}

/** Unpacks next to the target, verifies, and renames; removes the temporary file on any error. */
async function unpack(
  packed: AsyncIterable<Uint8Array>,
  options: BringOptions,
  target: string,
): Promise<string> {
  const beside = `${target}.unpacking.partial`;
  const file = await onDisk(beside, () => open(beside, 'w'));
  try {
    const checks = new Checks(options);
    const unpacker = options.member.packed === 'stored' ? new PassThrough() : createInflateRaw();
    await pipeline(packed, unpacker, async (unpacked: AsyncIterable<Buffer>) => {
      for await (const piece of unpacked) {
        checks.take(piece);
        await onDisk(beside, () => file.appendFile(piece));
      }
    }).catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code?.startsWith('Z_') !== true) throw error;
      throw checks.damaged(`cannot be unpacked (${message})`);
    });
    const digest = checks.finish();
    await onDisk(beside, () => file.sync());
    await onDisk(target, () => replace(beside, target));
    return digest;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function replace(beside: string, target: string): Promise<void> {
  const before = await stat(target).catch(() => null);
  if (before) await rename(target, `${target}.old`);
  await rename(beside, target);
}

/**
 * Removes partial downloads of a file that is now complete, including those of other versions of
 * the archive.
 */
async function removePartials(dir: string, name: string): Promise<void> {
  const left = (await readdir(dir)).filter(
    (file) => file.startsWith(`${name}.`) && file.endsWith('.partial'),
  );
  for (const file of left) await rm(join(dir, file), { force: true });
}

/** Verifies the bytes of a file while they stream through. */
class Checks {
  readonly #options: BringOptions;
  readonly #sha256 = createHash('sha256');
  #crc = 0;
  #length = 0;
  #head: Buffer = Buffer.alloc(0);

  constructor(options: BringOptions) {
    this.#options = options;
  }

  take(piece: Buffer): void {
    const { member, wanted } = this.#options;
    this.#length += piece.length;
    if (this.#length > member.size)
      throw this.damaged(`unpacks to more than its declared ${member.size} bytes`);
    this.#crc = crc32(piece, this.#crc);
    this.#sha256.update(piece);
    if (!wanted.gzip) this.#head = Buffer.concat([this.#head, piece]);
    else if (this.#head.length < 2) {
      this.#head = Buffer.concat([this.#head, piece.subarray(0, 2)]);
      if (this.#head.length >= 2 && !isGzip(this.#head)) throw this.damaged('is not gzip data');
    }
  }

  /**
   * Returns the SHA-256 if every check passes.
   *
   * @throws DataError naming the check that failed
   */
  finish(): string {
    const { member, wanted, source } = this.#options;
    if (this.#length !== member.size) {
      throw this.damaged(`unpacks to ${this.#length} bytes, but declares ${member.size}`);
    }
    if (wanted.gzip && this.#length < 2) throw this.damaged('is not gzip data');
    if (this.#crc !== member.crc32)
      throw this.damaged('does not match the CRC-32 of the archive directory');
    const digest = this.#sha256.digest('hex');
    if (wanted.sha256 !== null && digest !== wanted.sha256) {
      throw this.damaged(`has SHA-256 ${digest}, but the official file has ${wanted.sha256}`);
    }
    wanted.check?.(this.#head, `${source.name}: ${member.path}`);
    return digest;
  }

  damaged(what: string): DataError {
    const { source, member } = this.#options;
    return new DataError(
      `${source.name}: ${member.path} ${what}; the archive is damaged or a different one; ` +
        'download it again',
    );
  }
}
