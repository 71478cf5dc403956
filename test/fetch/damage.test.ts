// Random damage to compressed files and archives: the result is the original data or a data error,
// never other data, another kind of error or an incomplete file. fast-check prints the seed of a
// failure.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { fetchEmnist } from '../../src/app/fetch/fetchEmnist.js';
import { DataError, DataMissingError } from '../../src/data/errors.js';
import { readIdxFile } from '../../src/data/emnist/idxFile.js';
import { idxImages, temporaryFolder } from '../data/support.js';
import { zip } from '../support/zip.js';
import { archiveMembers, splitFiles } from './support.js';

/** One random change, described by numbers so that a failure is readable. */
const changes = fc.record({
  kind: fc.constantFrom('flip', 'fill', 'cut', 'insert'),
  /** Headers are near the ends, so two thirds of the changes are made there. */
  near: fc.constantFrom('start', 'end', 'anywhere'),
  /**
   * Relative position in millionths. Without bias, because fast-check prefers 0, the first byte.
   */
  position: fc.noBias(fc.integer({ min: 0, max: 999_999 })),
  value: fc.integer({ min: 1, max: 255 }),
  count: fc.integer({ min: 1, max: 12 }),
});
type Change = typeof changes extends fc.Arbitrary<infer Inner> ? Inner : never;

const NEAR = 300;

function applyChange(file: Buffer, { kind, near, position, value, count }: Change): Buffer {
  if (file.length === 0) return file;
  const distance = Math.floor(
    (position / 1e6) * (near === 'anywhere' ? file.length : Math.min(NEAR, file.length)),
  );
  const at = near === 'end' ? file.length - 1 - distance : distance;
  const copy = Buffer.from(file);
  switch (kind) {
    case 'flip':
      copy[at] ^= value;
      return copy;
    case 'fill':
      return copy.fill(value, at, Math.min(copy.length, at + count));
    case 'cut':
      return copy.subarray(0, at);
    default:
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(count, value), copy.subarray(at)]);
  }
}

/** One to three changes, applied in sequence. */
const changeLists = fc.array(changes, { minLength: 1, maxLength: 3 });

const isDataError = (error: unknown): boolean =>
  error instanceof DataError || error instanceof DataMissingError;

describe('random damage', () => {
  it('to a gzip file never changes the images that are read', async () => {
    const folder = await temporaryFolder();
    const images = idxImages(Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * i * 31) % 251));
    const [packed, path] = [gzipSync(images), join(folder, 'images.gz')];
    await fc.assert(
      fc.asyncProperty(changeLists, async (all) => {
        writeFileSync(path, all.reduce(applyChange, packed));
        try {
          const { data } = (await readIdxFile(path, 'images')).values;
          return Buffer.from(data).equals(images.subarray(16));
        } catch (error) {
          return isDataError(error);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('to the header of an IDX file is always detected', async () => {
    const path = join(await temporaryFolder(), 'images');
    const images = Buffer.from(idxImages(new Uint8Array(3 * 784)));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 255 }),
        async (position, mask) => {
          const copy = Buffer.from(images);
          copy[position] ^= mask;
          writeFileSync(path, copy);
          return readIdxFile(path, 'images').then(() => false, isDataError);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('to an archive never produces a file with other bytes', async () => {
    const folder = await temporaryFolder();
    const files = splitFiles('digits', 2);
    const [archive, from] = [zip(archiveMembers(files).slice(1)), join(folder, 'gzip.zip')];
    await fc.assert(
      fc.asyncProperty(changeLists, async (all) => {
        writeFileSync(from, all.reduce(applyChange, archive));
        const dir = mkdtempSync(join(folder, 'out-'));
        const failure = await fetchEmnist({ split: 'digits', dir, from }).then(
          () => null,
          (error: unknown) => error,
        );
        const names = readdirSync(dir);
        const isIntact = names.every(
          (name) => name in files && readFileSync(join(dir, name)).equals(files[name]),
        );
        rmSync(dir, { recursive: true });
        return isIntact && (failure === null ? names.length === 5 : isDataError(failure));
      }),
      { numRuns: 150 },
    );
  });
});
