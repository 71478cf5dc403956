// Archives and servers that fetching refuses, each with a sentence, and never with a file of a right name and wrong bytes.

import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchEmnist } from '../../src/app/fetch/fetchEmnist.js';
import { FetchError } from '../../src/app/fetch/networkErrors.js';
import { DataError, DataMissingError } from '../../src/data/errors.js';
import { temporaryFolder } from '../data/support.js';
import { zip } from '../support/zip.js';
import { archive, attempt, files, IMAGES, IMAGES_PARTIAL, partialsIn } from './attempt.js';
import { archiveMembers, splitFiles, type Misdeeds } from './support.js';
import { skipNote } from '../support/skipping.js';

describe('is refused:', () => {
  const flipped = Buffer.from(archive);
  flipped[archive.indexOf(files['emnist-letters-train-labels-idx1-ubyte.gz']) + 30] ^= 0xff;
  const without = zip(archiveMembers(files).filter(({ path }) => !path.includes('test-labels')));

  it.each<[string, Misdeeds, Buffer, new (message: string) => Error, RegExp]>([
    [
      '404',
      { status: 404 },
      archive,
      DataMissingError,
      /gzip\.zip: the server answers 404 Not Found; is the/,
    ],
    [
      'a page',
      { page: '<!DOCTYPE html><p>Moved' },
      archive,
      DataError,
      /is an HTML page, not a ZIP archive/,
    ],
    [
      'text',
      {},
      Buffer.from('nothing here'),
      DataError,
      /is not a ZIP archive: it begins with 6e6f7468/,
    ],
    ['an empty file', {}, Buffer.alloc(0), DataError, /gzip\.zip: is empty/],
    ['a changed byte', {}, flipped, DataError, /train-labels.*has another CRC-32/],
    [
      'a missing member',
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
      /directory .* is damaged or cut off/,
    ],
    [
      'wrong ranges',
      { wrongRange: true },
      archive,
      FetchError,
      /sends other bytes than were asked for/,
    ],
    [
      'a file that shrinks',
      { then: archive.subarray(0, 9e4) },
      archive,
      FetchError,
      /other bytes than/,
    ],
    ['503 for ever', { status: 503 }, archive, FetchError, /answers 503 .*\(tried 3 times\)/],
  ])('%s', async (_, misdeeds, file, type, message) => {
    const { dir, fetch } = await attempt(misdeeds, file);
    const refused = fetch();
    await expect(refused).rejects.toThrow(type);
    await expect(refused).rejects.toThrow(message);
    expect(partialsIn(dir)).toEqual([]);
    // Members before a damaged one are whole, and may stay.
    for (const name of readdirSync(dir))
      expect(readFileSync(join(dir, name)).equals(files[name])).toBe(true);
  });

  it('another SHA-256 than the official one', async () => {
    const { dir, fetch } = await attempt();
    const refused = fetch({ digests: { [IMAGES]: 'ab'.repeat(32) } });
    await expect(refused).rejects.toThrow(DataError);
    await expect(refused).rejects.toThrow(
      /train-images.* has the SHA-256 [0-9a-f]{64}, but the official file has abab/,
    );
    expect(readdirSync(dir)).toEqual([]);
  });

  it('files of the official names that are not the official files', async () => {
    const balanced = splitFiles('balanced');
    const { dir, fetch } = await attempt({}, zip(archiveMembers(balanced)));
    await expect(fetch({ split: 'balanced' })).rejects.toThrow(/official file has 74295e75/);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('a server that is not there, at once if its name does not exist', async () => {
    const dir = await temporaryFolder();
    const options = { split: 'letters', dir, firstPause: 1 } as const;
    const refusal = fetchEmnist({ ...options, url: 'http://127.0.0.1:9/gzip.zip' }); // the port of "discard"
    await expect(refusal).rejects.toThrow(FetchError);
    await expect(refusal).rejects.toThrow(/127\.0\.0\.1:9\/gzip\.zip: cannot be fetched/);
    const nowhere = fetchEmnist({ ...options, url: 'nonsense://here' });
    await expect(nowhere).rejects.toThrow(/nonsense:\/\/here: cannot be fetched/);
    expect(readdirSync(dir)).toEqual([]);
  });

  const noFullDisk = existsSync('/dev/full') ? null : 'no /dev/full; run on Linux';
  it.skipIf(noFullDisk !== null)(`a full disk${skipNote(noFullDisk)}`, async () => {
    const { dir, fetch } = await attempt();
    symlinkSync('/dev/full', join(dir, IMAGES_PARTIAL));
    const refused = fetch();
    await expect(refused).rejects.toThrow(FetchError);
    await expect(refused).rejects.toThrow(
      /images.*partial: cannot be written, the disk is full: make room/,
    );
    expect(readdirSync(dir).filter((name) => name in files)).toEqual([]);
  });

  it('a folder that cannot be made', async () => {
    const { dir, fetch } = await attempt();
    writeFileSync(join(dir, 'file'), '');
    const refused = fetch({ dir: join(dir, 'file') });
    await expect(refused).rejects.toThrow(FetchError);
    await expect(refused).rejects.toThrow(
      /file: cannot be written, a (file has the name|part of the path)/,
    );
  });

  it('before it makes a folder', async () => {
    const { dir, fetch } = await attempt({ status: 404 });
    await expect(fetch({ dir: join(dir, 'data', 'emnist') })).rejects.toThrow(/answers 404/);
    expect(readdirSync(dir)).toEqual([]);
  });
});
