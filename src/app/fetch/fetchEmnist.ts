// Downloads the files of one EMNIST split into a folder. Only these members are fetched from the
// official archive, by HTTP range requests. Without range support the whole archive is downloaded;
// an archive on disk works too.

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { EMNIST_ARCHIVE } from '../../data/emnist/readEmnist.js';
import { DataError, DataMissingError } from '../../data/errors.js';
import type { EmnistSplit } from '../../data/emnist/splits.js';
import { fetchMember } from './member.js';
import { LocalFile, readRange, type RangeSource } from './ranges.js';
import { downloadWhole, probe, RemoteFile } from './remoteFile.js';
import type { RequestOptions } from './request.js';
import { makeFolder } from '../outputFiles.js';
import { withDiskErrors } from './networkErrors.js';
import {
  ARCHIVE_BYTES,
  OFFICIAL_DIGESTS,
  requiredFiles,
  type Digests,
  type RequiredFile,
} from './splitMembers.js';
import { checkZipHead, findMembers, type ZipMember } from './zipDirectory.js';

export interface FetchOptions extends Omit<RequestOptions, 'url' | 'onRetry'> {
  readonly split: EmnistSplit;
  /** Target folder; created if necessary. */
  readonly dir: string;
  /**
   * Address of the archive; default INKGRAD_EMNIST_URL (a mirror, for example), or else the
   * official one.
   */
  readonly url?: string;
  /** Path of an archive on disk, used instead of `url`. */
  readonly from?: string;
  /**
   * Fewer tries and a shorter timeout for the first request, which checks that the network and the
   * archive are available.
   */
  readonly firstRequest?: Pick<RequestOptions, 'maxTries' | 'responseTimeout'>;
  /** SHA-256 of files; default the official ones. */
  readonly digests?: Digests;
  /** Called with the progress, in packed bytes. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
  /** Called with messages for the user, for example about a retry. */
  readonly onMessage?: (message: string) => void;
}

/** A file of a split in the data folder. */
export interface FetchedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether a valid copy existed before. */
  readonly present: boolean;
}

/** The result of `fetchEmnist`. */
export interface FetchResult {
  /** The archive's path or address; null if it was not needed. */
  readonly source: string | null;
  readonly files: readonly FetchedFile[];
}

/**
 * Fetches images, labels and mapping of both parts. An existing valid file is left unchanged.
 *
 * @throws FetchError for the network or the disk; DataMissingError for a missing archive or member;
 * DataError for an archive that is damaged or not EMNIST
 */
export async function fetchEmnist(options: FetchOptions): Promise<FetchResult> {
  const {
    dir,
    split,
    digests = OFFICIAL_DIGESTS,
    onProgress,
    onMessage = () => undefined,
  } = options;
  const required = requiredFiles(split, digests);
  const files = new Map<string, FetchedFile>();
  for (const file of required) {
    const existing = await findValidFile(dir, file, null);
    if (existing) files.set(file.name, existing);
  }
  if (files.size === required.length) return { source: null, files: [...files.values()] };

  const archive = await openArchive(options);
  const { source } = archive;
  try {
    const members = await findMembers(source, new Set(required.map(({ path }) => path)));
    const missing: { file: RequiredFile; member: ZipMember }[] = [];
    for (const file of required) {
      const member = checkedMember(source, members, file);
      const existing = files.get(file.name) ?? (await findValidFile(dir, file, member));
      if (existing) files.set(file.name, existing);
      else missing.push({ file, member });
    }
    await makeDataFolder(dir);
    const total = missing.reduce((sum, { member }) => sum + member.packedSize, 0);
    let completedBytes = 0;
    for (const { file, member } of missing) {
      options.signal?.throwIfAborted();
      const startBytes = completedBytes;
      const onBytes = (bytes: number): void => onProgress?.(startBytes + bytes, total, file.name);
      const sha256 = await fetchMember({
        source,
        remote: archive.remote,
        member,
        required: file,
        dir,
        onBytes,
        onMessage,
      });
      files.set(file.name, { name: file.name, bytes: member.size, sha256, present: false });
      completedBytes += member.packedSize;
    }
    return { source: source.name, files: required.map(({ name }) => files.get(name)!) };
  } finally {
    await archive.close();
  }
}

/**
 * An existing valid file, or null. It is validated by its digest, the archive's directory or its
 * contents.
 */
async function findValidFile(
  dir: string,
  required: RequiredFile,
  member: ZipMember | null,
): Promise<FetchedFile | null> {
  const path = join(dir, required.name);
  // An unreadable file counts as absent; replacing it reports any lasting error.
  const file = await LocalFile.open(path).catch(() => null);
  if (file === null || file.size > required.maxBytes) return null;
  const [sha256, contents] = [
    createHash('sha256'),
    required.check !== null ? await readRange(file, 0, file.size) : null,
  ];
  let crc = 0;
  for await (const chunk of file.bytes(0, file.size)) {
    sha256.update(chunk);
    crc = crc32(chunk, crc);
  }
  await file.close();
  const existing = {
    name: required.name,
    bytes: file.size,
    sha256: sha256.digest('hex'),
    present: true,
  };
  if (required.sha256 !== null) return existing.sha256 === required.sha256 ? existing : null;
  if (member) return file.size === member.size && crc === member.crc32 ? existing : null;
  if (required.check === null || contents === null) return null;
  try {
    required.check(contents, path);
    return existing;
  } catch {
    return null;
  }
}

function checkedMember(
  source: RangeSource,
  members: ReadonlyMap<string, ZipMember>,
  { path, maxBytes }: RequiredFile,
): ZipMember {
  const member = members.get(path);
  if (!member) {
    throw new DataMissingError(
      `${source.name}: has no member ${path}; this is not the EMNIST archive`,
    );
  }
  if (member.size > maxBytes || member.packedSize > maxBytes) {
    throw new DataError(
      `${source.name}: the archive declares ${member.size} bytes for ${path}, more than the ` +
        `maximum of ${maxBytes} for this file of EMNIST; the archive is damaged`,
    );
  }
  return member;
}

interface OpenArchive {
  readonly source: RangeSource;
  /** Whether its bytes come over a network. */
  readonly remote: boolean;
  close(): Promise<void>;
}

async function openArchive(options: FetchOptions): Promise<OpenArchive> {
  const { from, dir, onProgress, onMessage } = options;
  const { INKGRAD_EMNIST_URL: mirror = '' } = process.env;
  const url = options.url ?? (mirror === '' ? EMNIST_ARCHIVE : mirror);
  if (from !== undefined) {
    const source = await LocalFile.open(from);
    const archive = { source, remote: false, close: () => source.close() };
    return checkedArchive(archive, await readRange(source, 0, Math.min(64, source.size)));
  }
  const request: RequestOptions = { ...options, url, ...(onMessage && { onRetry: onMessage }) };
  const { head, size, ranges, etag } = await probe({ ...request, ...options.firstRequest });
  checkZipHead(url, head);
  if (ranges && size !== null) {
    const source = new RemoteFile(request, size, etag);
    return { source, remote: true, close: () => source.close() };
  }
  onMessage?.(
    `${url}: the server does not support range requests; downloading the whole archive, ` +
      'without resuming',
  );
  await makeDataFolder(dir);
  // Temporary: the required members are extracted, and a partial archive is of no use to a later
  // run.
  const path = join(dir, 'emnist-archive.zip.partial');
  try {
    await downloadWhole(request, path, (done, total) =>
      onProgress?.(done, Math.max(done, total ?? ARCHIVE_BYTES), 'whole archive'),
    );
    const source = await LocalFile.open(path, url);
    return {
      source,
      remote: false,
      close: () => source.close().then(() => rm(path, { force: true })),
    };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Created as late as possible, so that a failed download leaves no empty folder. */
async function makeDataFolder(dir: string): Promise<void> {
  await withDiskErrors(dir, () => Promise.resolve().then(() => makeFolder(dir)));
}

async function checkedArchive(archive: OpenArchive, head: Buffer): Promise<OpenArchive> {
  try {
    checkZipHead(archive.source.name, head);
    return archive;
  } catch (error) {
    await archive.close();
    throw error;
  }
}
