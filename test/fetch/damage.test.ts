// Random damage to packed files and archives: what comes out is what was put in, or a clean refusal; never other data,
// another kind of error or a file half done. fast-check prints the seed of a failure.

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

/** One wound, in numbers, so that a failure can be read. */
const damages = fc.record({
  kind: fc.constantFrom('flip', 'fill', 'cut', 'insert'),
  /** The headers are near the ends: those are hit as often as anywhere else. */
  near: fc.constantFrom('start', 'end', 'anywhere'),
  /** Millionths of the way; without fast-check's liking for 0, which would always hit the first byte. */
  place: fc.noBias(fc.integer({ min: 0, max: 999_999 })),
  value: fc.integer({ min: 1, max: 255 }),
  count: fc.integer({ min: 1, max: 12 }),
});
type Damage = typeof damages extends fc.Arbitrary<infer One> ? One : never;

const NEAR = 300;

function damaged(file: Buffer, { kind, near, place, value, count }: Damage): Buffer {
  if (file.length === 0) return file;
  const reach = Math.floor(
    (place / 1e6) * (near === 'anywhere' ? file.length : Math.min(NEAR, file.length)),
  );
  const at = near === 'end' ? file.length - 1 - reach : reach;
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

/** One to three wounds, one after the other. */
const manyDamages = fc.array(damages, { minLength: 1, maxLength: 3 });

const isRefusal = (error: unknown): boolean =>
  error instanceof DataError || error instanceof DataMissingError;

describe('damage at random', () => {
  it('to a gzip file never changes the images that are read', async () => {
    const folder = await temporaryFolder();
    const images = idxImages(Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * i * 31) % 251));
    const [packed, path] = [gzipSync(images), join(folder, 'images.gz')];
    await fc.assert(
      fc.asyncProperty(manyDamages, async (all) => {
        writeFileSync(path, all.reduce(damaged, packed));
        try {
          const { data } = (await readIdxFile(path, 'images')).values;
          return Buffer.from(data).equals(images.subarray(16));
        } catch (error) {
          return isRefusal(error);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('to the header of an IDX file is always found', async () => {
    const path = join(await temporaryFolder(), 'images');
    const images = Buffer.from(idxImages(new Uint8Array(3 * 784)));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, mask) => {
          const copy = Buffer.from(images);
          copy[place] ^= mask;
          writeFileSync(path, copy);
          return readIdxFile(path, 'images').then(() => false, isRefusal);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('to an archive never gives a file other bytes', async () => {
    const folder = await temporaryFolder();
    const files = splitFiles('digits', 2);
    const [archive, from] = [zip(archiveMembers(files).slice(1)), join(folder, 'gzip.zip')];
    await fc.assert(
      fc.asyncProperty(manyDamages, async (all) => {
        writeFileSync(from, all.reduce(damaged, archive));
        const dir = mkdtempSync(join(folder, 'out-'));
        const refused = await fetchEmnist({ split: 'digits', dir, from }).then(
          () => null,
          (error: unknown) => error,
        );
        const names = readdirSync(dir);
        const whole = names.every(
          (name) => name in files && readFileSync(join(dir, name)).equals(files[name]),
        );
        rmSync(dir, { recursive: true });
        return whole && (refused === null ? names.length === 5 : isRefusal(refused));
      }),
      { numRuns: 150 },
    );
  });
});
