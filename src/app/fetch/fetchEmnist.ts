// Brings the files of one EMNIST split into a folder: only them, out of the official archive on its server, by HTTP range;
// out of the whole archive where the server has no ranges; or out of an archive on disk. Imports the rest of this folder.

import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { EMNIST_ARCHIVE } from '../../data/emnist/readEmnist.js';
import { DataError, DataMissingError } from '../../data/errors.js';
import type { EmnistSplit } from '../../data/emnist/splits.js';
import { bringFile } from './member.js';
import { LocalFile, readRange, type RangeSource } from './ranges.js';
import { downloadWhole, probe, RemoteFile } from './remoteFile.js';
import type { RequestOptions } from './request.js';
import { makeFolder } from '../outputFiles.js';
import { onDisk } from './trouble.js';
import { ARCHIVE_BYTES, OFFICIAL_DIGESTS, wantedFiles, type Digests, type WantedFile } from './wanted.js';
import { checkZipHead, findMembers, type ZipMember } from './zipDirectory.js';

export interface FetchOptions extends Omit<RequestOptions, 'url' | 'onRetry'> {
  readonly split: EmnistSplit;
  /** The folder the files come to; made if need be. */
  readonly dir: string;
  /** Where the archive is; default the address in INKGRAD_EMNIST_URL (a mirror, say), or else the official one. */
  readonly url?: string;
  /** An archive on disk, instead. */
  readonly from?: string;
  /** Less patience with the first request, which tells whether there is a network and an archive at all. */
  readonly firstContact?: Pick<RequestOptions, 'tries' | 'answerWithin'>;
  /** SHA-256 of files; default the official ones. */
  readonly digests?: Digests;
  /** Told how far it is, in packed bytes. */
  readonly onProgress?: (done: number, total: number, name: string) => void;
  /** Told what a person may want to know on the way, such as a second try. */
  readonly onNote?: (sentence: string) => void;
}

export interface FetchedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether it was there before, whole. */
  readonly present: boolean;
}

export interface FetchResult {
  /** The archive's path or address; null if nothing was needed of it. */
  readonly source: string | null;
  readonly files: readonly FetchedFile[];
}

/**
 * Brings images, labels and mapping of both parts. A file that is there and right is left alone.
 *
 * @throws FetchError for the network or the disk, DataMissingError for an archive or a member that is not there,
 *   DataError for an archive that is damaged or another
 */
export async function fetchEmnist(options: FetchOptions): Promise<FetchResult> {
  const { dir, split, digests = OFFICIAL_DIGESTS, onProgress, onNote = () => undefined } = options;
  const wanted = wantedFiles(split, digests);
  const files = new Map<string, FetchedFile>();
  for (const file of wanted) {
    const found = await examine(dir, file, null);
    if (found) files.set(file.name, found);
  }
  if (files.size === wanted.length) return { source: null, files: [...files.values()] };

  const archive = await openArchive(options);
  const { source } = archive;
  try {
    const members = await findMembers(source, new Set(wanted.map(({ path }) => path)));
    const missing: { file: WantedFile; member: ZipMember }[] = [];
    for (const file of wanted) {
      const member = memberOf(source, members, file);
      const found = files.get(file.name) ?? (await examine(dir, file, member));
      if (found) files.set(file.name, found);
      else missing.push({ file, member });
    }
    await makeDataFolder(dir);
    const total = missing.reduce((sum, { member }) => sum + member.packedSize, 0);
    let before = 0;
    for (const { file, member } of missing) {
      options.signal?.throwIfAborted();
      const done = before;
      const onBytes = (bytes: number): void => onProgress?.(done + bytes, total, file.name);
      const sha256 = await bringFile({
        source,
        remote: archive.remote,
        member,
        wanted: file,
        dir,
        onBytes,
        onNote,
      });
      files.set(file.name, { name: file.name, bytes: member.size, sha256, present: false });
      before += member.packedSize;
    }
    return { source: source.name, files: wanted.map(({ name }) => files.get(name)!) };
  } finally {
    await archive.close();
  }
}

/** A file that is there and right, or null. Right is what a digest, the archive's directory or the contents tell. */
async function examine(
  dir: string,
  wanted: WantedFile,
  member: ZipMember | null,
): Promise<FetchedFile | null> {
  const path = join(dir, wanted.name);
  const file = await LocalFile.open(path).catch(() => null); // if it cannot be replaced either, that will be told then
  if (file === null || file.size > wanted.most) return null;
  const [sha256, small] = [
    createHash('sha256'),
    wanted.check !== null ? await readRange(file, 0, file.size) : null,
  ];
  let crc = 0;
  for await (const piece of file.bytes(0, file.size)) {
    sha256.update(piece);
    crc = crc32(piece, crc);
  }
  await file.close();
  const found = { name: wanted.name, bytes: file.size, sha256: sha256.digest('hex'), present: true };
  if (wanted.sha256 !== null) return found.sha256 === wanted.sha256 ? found : null;
  if (member) return file.size === member.size && crc === member.crc32 ? found : null;
  if (wanted.check === null || small === null) return null;
  try {
    wanted.check(small, path);
    return found;
  } catch {
    return null;
  }
}

function memberOf(
  source: RangeSource,
  members: ReadonlyMap<string, ZipMember>,
  { path, most }: WantedFile,
): ZipMember {
  const member = members.get(path);
  if (!member) {
    throw new DataMissingError(`${source.name}: has no member ${path}; this is not the archive of EMNIST`);
  }
  if (member.size > most || member.packedSize > most) {
    throw new DataError(
      `${source.name}: ${path} claims to be ${member.size} bytes, but no such file of EMNIST has more than ${most};` +
        ' the directory lies',
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
  const { from, dir, onProgress, onNote } = options;
  const { INKGRAD_EMNIST_URL: mirror = '' } = process.env;
  const url = options.url ?? (mirror === '' ? EMNIST_ARCHIVE : mirror);
  if (from !== undefined) {
    const source = await LocalFile.open(from);
    const archive = { source, remote: false, close: () => source.close() };
    return checked(archive, await readRange(source, 0, Math.min(64, source.size)));
  }
  const request: RequestOptions = { ...options, url, ...(onNote && { onRetry: onNote }) };
  const { head, size, ranges, etag } = await probe({ ...request, ...options.firstContact });
  checkZipHead(url, head);
  if (ranges && size !== null) {
    const source = new RemoteFile(request, size, etag);
    return { source, remote: true, close: () => source.close() };
  }
  onNote?.(`${url}: the server has no ranges, so the whole archive is fetched, and anew after a break`);
  await makeDataFolder(dir);
  // Only for a while: what is wanted is taken out of it, and half of it is of no use to a later run.
  const path = join(dir, 'emnist-archive.zip.partial');
  try {
    await downloadWhole(request, path, (done, total) =>
      onProgress?.(done, Math.max(done, total ?? ARCHIVE_BYTES), 'the whole archive'),
    );
    const source = await LocalFile.open(path, url);
    return { source, remote: false, close: () => source.close().then(() => rm(path, { force: true })) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Made as late as can be, so that nothing is left where nothing came. */
async function makeDataFolder(dir: string): Promise<void> {
  await onDisk(dir, () => Promise.resolve().then(() => makeFolder(dir)));
}

async function checked(archive: OpenArchive, head: Buffer): Promise<OpenArchive> {
  try {
    checkZipHead(archive.source.name, head);
    return archive;
  } catch (error) {
    await archive.close();
    throw error;
  }
}
