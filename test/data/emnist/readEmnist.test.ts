// Reading EMNIST files: orientation, labels, mapping files, and errors. Real EMNIST is checked
// where it is available.

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { imageAt } from '../../../src/data/loading/imageDataset.js';
import { EMNIST_ARCHIVE, readEmnist } from '../../../src/data/emnist/readEmnist.js';
import { uprightImages } from '../../../src/data/emnist/emnistDataset.js';
import { DataError, DataMissingError } from '../../../src/data/errors.js';
import {
  BALANCED_CLASSES,
  checkSplit,
  EMNIST_SPLITS,
  parseMapping,
} from '../../../src/data/emnist/splits.js';
import { idxImages, idxLabels, temporaryFolder, writeFiles } from '../support.js';
import { emnistDir, emnistMissing } from '../../support/originalModel.js';
import { skipNote } from '../../support/skipping.js';

/** An upright L: a bar down column 4 from row 2 to row 24, and a foot along row 24 to column 12. */
function uprightL(): Uint8Array {
  const image = new Uint8Array(784);
  for (let y = 2; y <= 24; y++) image[y * 28 + 4] = 255;
  for (let x = 4; x <= 12; x++) image[24 * 28 + x] = 200;
  return image;
}

/** The image as EMNIST stores it: column-major. */
function stored(upright: Uint8Array): Uint8Array {
  return upright.map((_, i) => upright[(i % 28) * 28 + Math.floor(i / 28)]);
}

const threeImages = idxImages([
  ...stored(uprightL()),
  ...new Uint8Array(784),
  ...new Uint8Array(784).fill(9),
]);

async function lettersFolder(
  files: { images?: Uint8Array; labels?: Uint8Array } = {},
): Promise<string> {
  const folder = await temporaryFolder();
  await writeFiles(folder, {
    'emnist-letters-test-images-idx3-ubyte.gz': files.images ?? gzipSync(threeImages),
    'emnist-letters-test-labels-idx1-ubyte': files.labels ?? idxLabels([1, 26, 12]),
  });
  return folder;
}

describe('readEmnist', () => {
  it('turns images upright and starts labels at 0', async () => {
    const dataset = await readEmnist({
      dir: await lettersFolder(),
      split: 'letters',
      part: 'test',
    });
    expect([...imageAt(dataset, 0)]).toEqual([...uprightL()]);
    expect([...imageAt(dataset, 2)]).toEqual(new Array(784).fill(9));
    expect([...dataset.labels]).toEqual([0, 25, 11]);
    expect(dataset.classes.join('')).toBe('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    expect(dataset).toMatchObject({
      name: 'EMNIST letters test',
      length: 3,
      height: 28,
      width: 28,
      synthetic: false,
    });
  });

  it('transposes the stored images, which is its own inverse', () => {
    const upright = uprightL();
    expect([...stored(upright)]).not.toEqual([...upright]);
    expect([...uprightImages(stored(upright), 1)]).toEqual([...upright]);
  });

  it('reads only the first `limit` images', async () => {
    const dataset = await readEmnist({
      dir: await lettersFolder(),
      split: 'letters',
      part: 'test',
      limit: 2,
    });
    expect(dataset.length).toBe(2);
    expect(dataset.images.length).toBe(2 * 784);
    await expect(
      readEmnist({ dir: '.', split: 'letters', part: 'test', limit: 0 }),
    ).rejects.toThrow(/limit.*got 0/);
  });

  it('also searches the gzip folder of the official archive', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'gzip'));
    await writeFiles(join(folder, 'gzip'), {
      'emnist-digits-train-images-idx3-ubyte': threeImages,
      'emnist-digits-train-labels-idx1-ubyte.gz': gzipSync(idxLabels([9, 0, 5])),
    });
    const dataset = await readEmnist({ dir: folder, split: 'digits', part: 'train' });
    expect([...dataset.labels]).toEqual([9, 0, 5]);
  });

  it('takes class names from a mapping file if present', async () => {
    const folder = await lettersFolder();
    const lower = Array.from({ length: 26 }, (_, i) => `${i + 1} ${97 + i} ${65 + i}`).join('\n');
    await writeFiles(folder, { 'emnist-letters-mapping.txt': lower });
    const dataset = await readEmnist({ dir: folder, split: 'letters', part: 'test' });
    expect(dataset.classes.join('')).toBe('abcdefghijklmnopqrstuvwxyz');
  });

  it('names missing files, the folder, and how to get them', async () => {
    const nowhere = join(await temporaryFolder(), 'nowhere');
    const noFolder = readEmnist({ dir: nowhere, split: 'balanced', part: 'train' });
    await expect(noFolder).rejects.toThrow(DataMissingError);
    await expect(noFolder).rejects.toThrow(/nowhere does not exist.*EMNIST_DIR.*--data/);
    const noFile = readEmnist({ dir: await lettersFolder(), split: 'letters', part: 'train' });
    await expect(noFile).rejects.toThrow(DataMissingError);
    await expect(noFile).rejects.toThrow(/no emnist-letters-train-images-idx3-ubyte\[\.gz\] in/);
    await expect(noFile).rejects.toThrow(EMNIST_ARCHIVE);
  });

  it.each([
    [
      'a truncated gzip file',
      { images: gzipSync(threeImages).subarray(0, 40) },
      /images-idx3-ubyte\.gz: the gzip data is damaged/,
    ],
    [
      'a flipped checksum',
      { images: flipLastByteOfCrc(gzipSync(threeImages)) },
      /damaged.*download it again/,
    ],
    [
      'a label below the range',
      { labels: idxLabels([1, 0, 2]) },
      /label 0 of image 1 is outside 1 to 26.*letters/,
    ],
    ['a label above the range', { labels: idxLabels([1, 26, 27]) }, /label 27 of image 2/],
    [
      'different numbers of images and labels',
      { labels: idxLabels([1, 2]) },
      /contains 3 images but .*contains 2 labels/,
    ],
    [
      'a file without images',
      { images: idxImages([]), labels: idxLabels([]) },
      /contains no images/,
    ],
  ])('rejects %s', async (_, files, message) => {
    const pending = readEmnist({ dir: await lettersFolder(files), split: 'letters', part: 'test' });
    await expect(pending).rejects.toThrow(DataError);
    await expect(pending).rejects.toThrow(message);
  });

  it('rejects an unknown split', () => {
    expect(checkSplit('bymerge')).toBe('bymerge');
    expect(() => checkSplit('toString')).toThrow(
      /unknown split "toString"; choose one of balanced, letters/,
    );
  });
});

function flipLastByteOfCrc(gzip: Uint8Array): Uint8Array {
  const damaged = Uint8Array.from(gzip);
  damaged[damaged.length - 5] ^= 0xff; // the last 8 bytes are the checksum and the length
  return damaged;
}

describe('the splits', () => {
  it('have the class counts of the paper', () => {
    const counts = Object.values(EMNIST_SPLITS).map(({ classes }) => classes.length);
    expect(
      Object.fromEntries(Object.keys(EMNIST_SPLITS).map((name, i) => [name, counts[i]])),
    ).toEqual({
      balanced: 47,
      letters: 26,
      digits: 10,
      mnist: 10,
      byclass: 62,
      bymerge: 47,
    });
    expect(BALANCED_CLASSES.join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt');
  });

  const good = Array.from({ length: 10 }, (_, i) => `${i} ${48 + i}`);
  it.each([
    ['a line that is not numeric', [...good.slice(0, 9), 'nine 57'], /line 10 is "nine 57"/],
    ['a label without a code', [...good.slice(0, 9), '9'], /line 10 is "9"/],
    ['an unprintable code', ['0 7', ...good.slice(1)], /line 1 is "0 7"/],
    ['a label given twice', [...good.slice(0, 9), '3 57'], /line 10 repeats label 3/],
    ['too few labels', good.slice(0, 9), /maps 9 labels, but the digits split has 10, 0 to 9/],
    ['too many labels', [...good, '10 65'], /maps 11 labels/],
  ])('reject a mapping with %s', (_, lines, message) => {
    const options = { name: 'the-mapping', split: 'digits' } as const;
    expect(parseMapping(good.join('\r\n') + '\n', options).join('')).toBe('0123456789');
    expect(() => parseMapping(lines.join('\n'), options)).toThrow(DataError);
    expect(() => parseMapping(lines.join('\n'), options)).toThrow(message);
    expect(() => parseMapping(lines.join('\n'), options)).toThrow(/^the-mapping: /);
  });
});

describe.skipIf(emnistMissing !== null)(`real EMNIST${skipNote(emnistMissing)}`, () => {
  it('has mapping files that match the built-in classes', async () => {
    for (const split of ['balanced', 'letters', 'digits', 'mnist'] as const) {
      const name = `emnist-${split}-mapping.txt`;
      const text = await readFile(join(emnistDir!, name), 'utf8');
      expect(parseMapping(text, { name, split })).toEqual(EMNIST_SPLITS[split].classes);
    }
  });

  it('is read upright: the bar of a T is at the top', async () => {
    const dataset = await readEmnist({ dir: emnistDir!, split: 'balanced', part: 'test' });
    const label = dataset.classes.indexOf('T');
    let [above, below] = [0, 0];
    for (let i = 0; i < dataset.length; i++) {
      if (dataset.labels[i] !== label) continue;
      const image = imageAt(dataset, i);
      above += image.subarray(0, 9 * 28).reduce((sum, value) => sum + value, 0);
      below += image.subarray(19 * 28).reduce((sum, value) => sum + value, 0);
    }
    expect(above).toBeGreaterThan(1.3 * below);
  });
});
