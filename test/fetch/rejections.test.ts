// Archives and servers that `fetch` rejects: error class, message, and no file with wrong contents.

import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchEmnist } from '../../src/app/fetch/fetchEmnist.js';
import { FetchError } from '../../src/app/fetch/networkErrors.js';
import { DataError, DataMissingError } from '../../src/data/errors.js';
import { temporaryFolder } from '../data/support.js';
import { zip } from '../support/zip.js';
import { archive, fetchSetup, files, IMAGES, IMAGES_PARTIAL, partialsIn } from './setup.js';
import { archiveMembers, splitFiles, type ServerFaults } from './support.js';
import { skipNote } from '../support/skipping.js';

describe('fetch rejects', () => {
  const flipped = Buffer.from(archive);
  flipped[archive.indexOf(files['emnist-letters-train-labels-idx1-ubyte.gz']) + 30] ^= 0xff;
  const without = zip(archiveMembers(files).filter(({ path }) => !path.includes('test-labels')));

  it.each<[string, ServerFaults, Buffer, new (message: string) => Error, RegExp]>([
    [
      '404',
      { status: 404 },
      archive,
      DataMissingError,
      /gzip\.zip: the server responded 404 Not Found; check the/,
    ],
    [
      'an HTML page',
      { page: '<!DOCTYPE html><p>Moved' },
      archive,
      DataError,
      /is an HTML page, not a ZIP archive/,
    ],
    [
      'a text file',
      {},
      Buffer.from('nothing here'),
      DataError,
      /is not a ZIP archive: it begins with 6e6f7468/,
    ],
    ['an empty file', {}, Buffer.alloc(0), DataError, /gzip\.zip: is empty/],
    [
      'an archive with a changed byte',
      {},
      flipped,
      DataError,
      /train-labels.*does not match the CRC-32/,
    ],
    [
      'an archive without a required member',
      {},
      without,
      DataMissingError,
      /has no member gzip\/emnist-letters-test-labels/,
    ],
    [
      'half an archive',
      {},
      archive.subarray(0, 9e4),
      DataError,
      /directory .* is damaged or truncated/,
    ],
    [
      'wrong ranges',
      { wrongRange: true },
      archive,
      FetchError,
      /sent a different range than requested/,
    ],
    [
      'a file that shrinks',
      { then: archive.subarray(0, 9e4) },
      archive,
      FetchError,
      /a different range than/,
    ],
    ['a permanent 503', { status: 503 }, archive, FetchError, /responded 503 .*\(3 tries\)/],
  ])('%s', async (_, faults, file, type, message) => {
    const { dir, fetch } = await fetchSetup(faults, file);
    const pending = fetch();
    await expect(pending).rejects.toThrow(type);
    await expect(pending).rejects.toThrow(message);
    expect(partialsIn(dir)).toEqual([]);
    // Members before a damaged one are complete and may stay.
    for (const name of readdirSync(dir))
      expect(readFileSync(join(dir, name)).equals(files[name])).toBe(true);
  });

  it('a file with a wrong SHA-256', async () => {
    const { dir, fetch } = await fetchSetup();
    const pending = fetch({ digests: { [IMAGES]: 'ab'.repeat(32) } });
    await expect(pending).rejects.toThrow(DataError);
    await expect(pending).rejects.toThrow(
      /train-images.* has SHA-256 [0-9a-f]{64}, but the official file has abab/,
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it('files with official names but other contents', async () => {
    const balanced = splitFiles('balanced');
    const { dir, fetch } = await fetchSetup({}, zip(archiveMembers(balanced)));
    await expect(fetch({ split: 'balanced' })).rejects.toThrow(/official file has 74295e75/);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('a server that is not reachable, immediately if its address is invalid', async () => {
    const dir = await temporaryFolder();
    const options = { split: 'letters', dir, firstDelay: 1 } as const;
    // Port 9 is the "discard" service, which does not run here.
    const unreachable = fetchEmnist({ ...options, url: 'http://127.0.0.1:9/gzip.zip' });
    await expect(unreachable).rejects.toThrow(FetchError);
    await expect(unreachable).rejects.toThrow(/127\.0\.0\.1:9\/gzip\.zip: download failed/);
    const invalidUrl = fetchEmnist({ ...options, url: 'nonsense://here' });
    await expect(invalidUrl).rejects.toThrow(/nonsense:\/\/here: download failed/);
    expect(readdirSync(dir)).toEqual([]);
  });

  const noFullDisk = existsSync('/dev/full') ? null : 'no /dev/full; run on Linux';
  it.skipIf(noFullDisk !== null)(`a full disk${skipNote(noFullDisk)}`, async () => {
    const { dir, fetch } = await fetchSetup();
    symlinkSync('/dev/full', join(dir, IMAGES_PARTIAL));
    const pending = fetch();
    await expect(pending).rejects.toThrow(FetchError);
    await expect(pending).rejects.toThrow(
      /images.*partial: cannot be written: the disk is full \(ENOSPC\); free some space/,
    );
    expect(readdirSync(dir).filter((name) => name in files)).toEqual([]);
  });

  it('a folder that cannot be created', async () => {
    const { dir, fetch } = await fetchSetup();
    writeFileSync(join(dir, 'file'), '');
    const pending = fetch({ dir: join(dir, 'file') });
    await expect(pending).rejects.toThrow(FetchError);
    await expect(pending).rejects.toThrow(
      /file: cannot be written: a (file of this name exists|parent of the path is a file)/,
    );
  });

  it('a status 404 before it creates a folder', async () => {
    const { dir, fetch } = await fetchSetup({ status: 404 });
    await expect(fetch({ dir: join(dir, 'data', 'emnist') })).rejects.toThrow(/responded 404/);
    expect(readdirSync(dir)).toEqual([]);
  });
});
