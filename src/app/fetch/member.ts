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
import { withDiskErrors } from './networkErrors.js';
import type { RequiredFile } from './splitMembers.js';
import type { ZipMember } from './zipDirectory.js';

export interface FetchMemberOptions {
  readonly source: RangeSource;
  /** Whether the source is on a network, so that a partial download is worth keeping. */
  readonly remote: boolean;
  readonly member: ZipMember;
  readonly required: RequiredFile;
  readonly dir: string;
  /** Called with the number of packed bytes of this member on disk. */
  readonly onBytes: (done: number) => void;
  readonly onMessage: (message: string) => void;
}

/**
 * Fetches one file into the folder and returns its SHA-256. An existing file of that name is kept
 * as `.old`.
 */
export async function fetchMember(options: FetchMemberOptions): Promise<string> {
  const { source, remote, member, required, dir, onBytes, onMessage } = options;
  const target = join(dir, required.name);
  if (!remote)
    return unpack(
      countBytes(source.bytes(member.start, packedEnd(member)), onBytes),
      options,
      target,
    );
  // The checksum in the file name ties the partial download to these exact bytes, on any server.
  const partial = `${target}.${member.crc32.toString(16).padStart(8, '0')}.partial`;
  const resumedBytes = await transfer(options, partial);
  let digest: string;
  try {
    digest = await unpackLocal(partial, options, target);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    await rm(partial, { force: true });
    if (resumedBytes === 0) throw error;
    onMessage(
      `${required.name}: the partial file of an earlier run does not match the archive; ` +
        'restarting the download',
    );
    await transfer(options, partial);
    digest = await unpackLocal(partial, options, target).catch(async (secondError: unknown) => {
      if (secondError instanceof DataError) await rm(partial, { force: true });
      throw secondError;
    });
  }
  await removePartials(dir, required.name);
  return digest;
}

const packedEnd = ({ start, packedSize }: ZipMember): number => start + packedSize;

async function* countBytes(
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of bytes) {
    yield chunk;
    done += chunk.length;
    onBytes(done);
  }
}

/** Appends the missing packed bytes, and returns how many were already there. */
async function transfer(options: FetchMemberOptions, partial: string): Promise<number> {
  const { source, member, onBytes } = options;
  const file = await withDiskErrors(partial, () => open(partial, 'a'));
  try {
    const { size } = await file.stat();
    const resumedBytes = size > member.packedSize ? 0 : size;
    if (resumedBytes !== size) await file.truncate(0);
    let done = resumedBytes;
    onBytes(done);
    for await (const chunk of source.bytes(member.start + resumedBytes, packedEnd(member))) {
      await withDiskErrors(partial, () => file.appendFile(chunk));
      done += chunk.length;
      onBytes(done);
    }
    return resumedBytes;
  } finally {
    await file.close();
  }
}

async function unpackLocal(
  partial: string,
  options: FetchMemberOptions,
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
  options: FetchMemberOptions,
  target: string,
): Promise<string> {
  const temporary = `${target}.unpacking.partial`;
  const file = await withDiskErrors(temporary, () => open(temporary, 'w'));
  try {
    const check = new IntegrityCheck(options);
    const unpacker = options.member.packed === 'stored' ? new PassThrough() : createInflateRaw();
    await pipeline(packed, unpacker, async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) {
        check.update(chunk);
        await withDiskErrors(temporary, () => file.appendFile(chunk));
      }
    }).catch((error: unknown) => {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code?.startsWith('Z_') !== true) throw error;
      throw check.damaged(`cannot be unpacked (${message})`);
    });
    const digest = check.finish();
    await withDiskErrors(temporary, () => file.sync());
    await withDiskErrors(target, () => replace(temporary, target));
    return digest;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function replace(temporary: string, target: string): Promise<void> {
  const existing = await stat(target).catch(() => null);
  if (existing) await rename(target, `${target}.old`);
  await rename(temporary, target);
}

/**
 * Removes partial downloads of a file that is now complete, including those of other versions of
 * the archive.
 */
async function removePartials(dir: string, name: string): Promise<void> {
  const leftovers = (await readdir(dir)).filter(
    (file) => file.startsWith(`${name}.`) && file.endsWith('.partial'),
  );
  for (const file of leftovers) await rm(join(dir, file), { force: true });
}

/** Verifies the bytes of a file while they stream through. */
class IntegrityCheck {
  readonly #options: FetchMemberOptions;
  readonly #sha256 = createHash('sha256');
  #crc = 0;
  #length = 0;
  #head: Buffer = Buffer.alloc(0);

  constructor(options: FetchMemberOptions) {
    this.#options = options;
  }

  update(chunk: Buffer): void {
    const { member, required } = this.#options;
    this.#length += chunk.length;
    if (this.#length > member.size)
      throw this.damaged(`unpacks to more than its declared ${member.size} bytes`);
    this.#crc = crc32(chunk, this.#crc);
    this.#sha256.update(chunk);
    if (!required.gzip) this.#head = Buffer.concat([this.#head, chunk]);
    else if (this.#head.length < 2) {
      this.#head = Buffer.concat([this.#head, chunk.subarray(0, 2)]);
      if (this.#head.length >= 2 && !isGzip(this.#head)) throw this.damaged('is not gzip data');
    }
  }

  /**
   * Returns the SHA-256 if every check passes.
   *
   * @throws DataError naming the check that failed
   */
  finish(): string {
    const { member, required, source } = this.#options;
    if (this.#length !== member.size) {
      throw this.damaged(`unpacks to ${this.#length} bytes, but declares ${member.size}`);
    }
    if (required.gzip && this.#length < 2) throw this.damaged('is not gzip data');
    if (this.#crc !== member.crc32)
      throw this.damaged('does not match the CRC-32 of the archive directory');
    const digest = this.#sha256.digest('hex');
    if (required.sha256 !== null && digest !== required.sha256) {
      throw this.damaged(`has SHA-256 ${digest}, but the official file has ${required.sha256}`);
    }
    required.check?.(this.#head, `${source.name}: ${member.path}`);
    return digest;
  }

  damaged(problem: string): DataError {
    const { source, member } = this.#options;
    return new DataError(
      `${source.name}: ${member.path} ${problem}; the archive is damaged or a different one; ` +
        'download it again',
    );
  }
}
