// Every layout gives the images, labels and classes that were written.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildDataset } from '../../../src/app/datasets/buildDataset.js';
import { listFolder } from '../../../src/app/datasets/listing.js';
import { openCollection } from '../../../src/app/datasets/openCollection.js';
import type { OpenedCollection } from '../../../src/app/datasets/openCollection.js';
import { DataError, DataMissingError } from '../../../src/data/errors.js';
import { classCounts, type ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { csv, npy, npz } from '../../support/arrayFiles.js';
import { LAYOUTS, smallData, transposed } from '../../support/dataLayouts.js';
import { buildPng, filterless, grayPng } from '../../support/imageFiles.js';
import { idxImages, idxLabels, temporaryFolder, writeFiles } from '../../data/support.js';

const data = smallData(4, 6);

async function open(
  path: string,
  options: Partial<Parameters<typeof openCollection>[1]> = {},
): Promise<OpenedCollection> {
  const opened = await openCollection(path, { split: 'balanced', ...options });
  if ('emnist' in opened) throw new Error(`EMNIST in ${opened.emnist}`);
  return opened;
}

async function build(
  opened: OpenedCollection,
  part: 'train' | 'validation' | 'test',
  wanted = {},
): Promise<ImageDataset> {
  return (await buildDataset(opened, part, { wanted })).dataset;
}

describe('a data set is read unchanged from', () => {
  const arrays = Object.entries(LAYOUTS).filter(([name]) => !name.startsWith('a folder'));
  it.each(arrays)('%s', async (_, write) => {
    const opened = await open(await write(await temporaryFolder(), data), { split: 'digits' });
    expect(opened.classes).toEqual(['0', '1', '2', '3']);
    for (const part of ['train', 'test'] as const) {
      const { images, labels } = await build(opened, part);
      expect(images).toEqual(data[part].images);
      expect([...labels]).toEqual([...data[part].labels]);
    }
  });

  it('a folder of images per class, where the ink is extracted', async () => {
    const opened = await open(
      await LAYOUTS['a folder of images per class'](await temporaryFolder(), data),
    );
    const { dataset, input } = await buildDataset(opened, 'test', { wanted: {} });
    expect(input).toEqual({ size: 28, channels: 1, preprocess: 'ink' });
    expect([...classCounts(dataset)]).toEqual([...classCounts(data.test)]);
    // Black ink on white became light ink on black, as in EMNIST.
    const mean = dataset.images.reduce((sum, value) => sum + value, 0) / dataset.images.length;
    expect(mean).toBeGreaterThan(20);
    expect(mean).toBeLessThan(90);
    const resized = await build(opened, 'test', { preprocess: 'resize' });
    expect(Math.max(...resized.images.subarray(0, 28))).toBe(255); // white paper
  });
});

describe('CSV', () => {
  const labels = [...data.train.labels];
  const header = ['label', ...Array.from({ length: 784 }, (_, i) => `pixel${i}`)].join(',');

  it('is turned upright if the ink is wider than tall, and says so', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      'a.csv': csv(labels, transposed(data.train.images)),
      'b.csv': csv(labels, data.train.images),
    });
    const [wide, tall] = [await open(join(folder, 'a.csv')), await open(join(folder, 'b.csv'))];
    expect(wide.notes[0]).toContain('stored transposed, as in EMNIST');
    expect(tall.notes[0]).toContain('stored upright, as in MNIST');
    expect((await build(wide, 'train')).images).toEqual((await build(tall, 'train')).images);
    const kept = await open(join(folder, 'a.csv'), { orientation: 'upright' });
    expect((await build(kept, 'train')).images).not.toEqual((await build(tall, 'train')).images);
  });

  it('may have a header; a test part without labels is reported', async () => {
    const folder = await temporaryFolder();
    const unlabeled = csv(
      labels.slice(0, 3).map((_, i) => data.train.images[784 * i]),
      Uint8Array.from({ length: 3 * 783 }, (_, i) => i % 256),
      header.slice('label,'.length),
    );
    await writeFiles(folder, {
      'train.csv': csv(labels, data.train.images, header),
      'test.csv': unlabeled,
      'sample_submission.csv': 'ImageId,Label\n1,0\n',
    });
    const opened = await open(folder);
    expect(opened.notes.some((note) => note.includes('test.csv has no labels'))).toBe(true);
    const [train, test] = [await build(opened, 'train'), await build(opened, 'test')];
    expect(train.length + test.length).toBe(labels.length);
    expect(test.length).toBe(4); // a tenth of 6 images, rounded, of each of 4 classes
    await expect(open(join(folder, 'test.csv'))).rejects.toThrow(/has pixels but no labels/);
  });

  it('may have text labels, named columns and color', async () => {
    const folder = await temporaryFolder();
    const pixels = Uint8Array.from({ length: 4 * 192 }, (_, i) => i % 251);
    const lines = ['cat', 'dog', 'cat', 'dog'].map((label, i) =>
      [...pixels.subarray(192 * i, 192 * (i + 1)), label].join(','),
    );
    const columns = [...Array.from({ length: 192 }, (_, i) => `p${i}`), 'class'].join(',');
    await writeFiles(folder, { 'pets.csv': [columns, ...lines].join('\r\n') });
    const opened = await open(join(folder, 'pets.csv'), { orientation: 'upright' });
    expect(opened.classes).toEqual(['cat', 'dog']);
    const { images } = opened.parts.train;
    expect(images.image(1)).toEqual({
      data: pixels.subarray(192, 384),
      width: 8,
      height: 8,
      channels: 3,
    });
  });

  it.each([
    ['a missing pixel', '0,1,2\n', /line 1 has 3 columns, expected a label and the pixels/],
    ['a truncated line', '0,1,2,3,4\n1,2,3\n', /line 2 has 3 columns, but the first has 5/],
    ['a value above 255', '0,1,2,3,256\n', /line 1, column 5 is "256", expected a pixel/],
    ['a fraction', 'label,a,b,c,d\n0,1,2,3,0.5\n', /line 2, column 5 is "0.5"/],
    ['an empty value', '0,1,2,3,4\n0,1,,3,4\n', /line 2, column 3 is ""/],
    ['no label', 'label,a,b,c,d\n,1,2,3,4\n', /line 2 has no label/],
    ['nothing', '', /contains no images/],
  ])('with %s is rejected', async (_, text, message) => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'a.csv': text });
    await expect(open(join(folder, 'a.csv'))).rejects.toThrow(DataError);
    await expect(open(join(folder, 'a.csv'))).rejects.toThrow(message);
  });
});

describe('a folder of images', () => {
  const gray = (value: number): Uint8Array => grayPng(new Uint8Array(64).fill(value), 8, 8);
  /** An image of 8 x 8 pixels of one color. */
  const filled = (color: readonly [red: number, green: number, blue: number]): Uint8Array =>
    buildPng({
      width: 8,
      height: 8,
      color: 2,
      rows: filterless(
        Array.from({ length: 192 }, (_, i) => color[i % 3]),
        24,
      ),
    });
  const red = filled([200, 10, 10]);

  async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
    const folder = await temporaryFolder();
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    return folder;
  }

  it('is divided by a seed if it has no test part, and skips hidden and other files', async () => {
    const files = ['10', '9'].flatMap((name) =>
      Array.from({ length: 10 }, (_, i) => [`${name}/${i}.png`, gray(i)] as const),
    );
    const folder = await folderOf({
      ...Object.fromEntries(files),
      '9/._0.png': Uint8Array.of(1),
      '9/notes.txt': Uint8Array.of(1),
      '.cache/0.png': gray(1),
    });
    const [first, second] = [await open(folder), await open(folder)];
    expect(first.classes).toEqual(['9', '10']);
    const wanted = { preprocess: 'resize' };
    const test = await build(first, 'test', wanted);
    expect([...classCounts(test)]).toEqual([1, 1]);
    expect((await build(second, 'test', wanted)).images).toEqual(test.images);
    expect((await build(first, 'train', wanted)).length).toBe(18);
  });

  it('has color inputs if an image is colored, and the size asked for', async () => {
    const folder = await folderOf({
      'train/cat/1.png': gray(7),
      'train/dog/1.png': red,
      'val/cat/1.png': gray(8),
      'test/dog/1.png': gray(9),
    });
    const opened = await open(folder);
    const { dataset, input } = await buildDataset(opened, 'train', { wanted: { size: 8 } });
    expect(input).toEqual({ size: 8, channels: 3, preprocess: 'resize' });
    expect(dataset.shapes.inputs).toEqual([3, 8, 8]);
    expect([...dataset.images.subarray(0, 192)]).toEqual([...new Uint8Array(192).fill(7)]);
    expect([...dataset.images.subarray(192, 192 + 65)]).toEqual([
      ...new Uint8Array(64).fill(200),
      10,
    ]);
    expect((await build(opened, 'validation')).length).toBe(1);
    expect((await build(opened, 'test')).labels[0]).toBe(1);
  });

  it.each([
    ['yellowish paper', [220, 200, 170], 1, 'ink'],
    ['colorful images', [220, 150, 150], 3, 'resize'],
  ] as const)('of single characters: %s', async (_, color, channels, preprocess) => {
    const opened = await open(
      await folderOf({
        'train/a/1.png': gray(1),
        'train/b/1.png': filled(color),
        'test/a/1.png': gray(1),
      }),
    );
    const { input } = await buildDataset(opened, 'train', { wanted: {} });
    expect(input).toEqual({ size: 28, channels, preprocess });
    const asInk = await buildDataset(opened, 'train', { wanted: { preprocess: 'ink' } });
    expect(asInk.input).toEqual({ size: 28, channels: 1, preprocess: 'ink' });
  });

  it('names the file that is damaged, the class without images, and the link to itself', async () => {
    const damaged = await folderOf({ 'a/1.png': gray(1), 'b/1.png': gray(1).subarray(0, 40) });
    const opened = await open(damaged);
    await expect(build(opened, 'train')).rejects.toThrow(/b.1\.png: .*; replace or delete this/);
    const empty = await folderOf({ 'a/1.png': gray(1), 'b/1.txt': gray(1) });
    await expect(open(empty)).rejects.toThrow(/b: contains no PNG or JPEG image, but each folder/);
    const looped = await folderOf({ 'a/1.png': gray(1), 'b/1.png': gray(1) });
    await symlink(join(looped, 'a'), join(looped, 'a', 'again'));
    await expect(open(looped)).rejects.toThrow(/again: is a link to a folder that contains it/);
  });

  it('needs two classes, and a test part without other classes', async () => {
    await expect(open(await folderOf({ 'a/1.png': gray(1) }))).rejects.toThrow(
      /has 1 class, expected 2 to 1000/,
    );
    const strange = await folderOf({
      'train/a/1.png': gray(1),
      'train/b/1.png': gray(1),
      'test/c/1.png': gray(1),
    });
    await expect(open(strange)).rejects.toThrow(/the test part has the class "c"/);
  });
});

describe('names of classes', () => {
  it('come from a list next to the files', async () => {
    const folder = await temporaryFolder();
    await LAYOUTS['MNIST file names'](folder, data);
    await writeFiles(folder, { 'classes.txt': 'shirt\ntrouser\ncoat\nbag\n' });
    const opened = await open(folder);
    expect(opened.classes).toEqual(['shirt', 'trouser', 'coat', 'bag']);
    expect((await buildDataset(opened, 'test', { wanted: {} })).input.preprocess).toBe('resize');
    await writeFiles(folder, { 'classes.txt': 'shirt\ntrouser\n' });
    await expect(open(folder)).rejects.toThrow(/label "2" has no name/);
    await writeFiles(folder, { 'classes.txt': 'a\na\na\na\n' });
    await expect(open(folder)).rejects.toThrow(/two classes are named a/);
  });

  it('come from the split that a CSV file is named after', async () => {
    const folder = await temporaryFolder();
    const labels = Array.from(data.train.labels, (label) => label + 1);
    await writeFiles(folder, { 'emnist-letters-train.csv': csv(labels, data.train.images) });
    const opened = await open(folder, { split: 'letters', orientation: 'upright' });
    expect(opened.classes).toEqual(['A', 'B', 'C', 'D']);
  });
});

describe('a folder is rejected if', () => {
  it('it has several data sets', async () => {
    const folder = await temporaryFolder();
    const images = npy('|u1', [2, 8, 8], new Uint8Array(128));
    const archive = npz({ images, labels: npy('|u1', [2], Uint8Array.of(0, 1)) });
    await writeFiles(folder, { 'a.npz': archive, 'b.npz': archive });
    await expect(open(folder)).rejects.toThrow(/several data files \(a.npz, b.npz\); pass one/);
    const root = await temporaryFolder();
    await LAYOUTS['torchvision cache'](root, data);
    await mkdir(join(root, 'KMNIST', 'raw'), { recursive: true });
    await writeFiles(join(root, 'KMNIST', 'raw'), {
      'train-images-idx3-ubyte': idxImages(new Uint8Array(784)),
      'train-labels-idx1-ubyte': idxLabels([0]),
    });
    await expect(open(root)).rejects.toThrow(/several data sets \(KMNIST, MNIST\)/);
  });

  it('it has nothing known, only processed tensors, or no labels', async () => {
    const folder = await temporaryFolder();
    await expect(open(folder)).rejects.toThrow(DataMissingError);
    await expect(open(join(folder, 'absent'))).rejects.toThrow(/does not exist/);
    await mkdir(join(folder, 'processed'));
    await expect(open(folder)).rejects.toThrow(/torchvision's processed files/);
    await writeFiles(folder, { 'train-images-idx3-ubyte': idxImages(new Uint8Array(784)) });
    await expect(open(folder)).rejects.toThrow(/train-labels-idx1-ubyte, is missing/);
    await writeFiles(folder, { 'a.zip': 'PK' });
    await expect(open(join(folder, 'a.zip'))).rejects.toThrow(/extract the archive/);
  });
});

it('limits a part to images of all classes, the same ones every time', async () => {
  const opened = await open(await LAYOUTS['.npz'](await temporaryFolder(), data));
  const limited = async () =>
    (await buildDataset(opened, 'train', { wanted: {}, limit: 12 })).dataset;
  const first = await limited();
  expect(first.length).toBe(12);
  expect(classCounts(first).every((count) => count > 0)).toBe(true);
  expect((await limited()).images).toEqual(first.images);
});

it('a path that the system cannot read is an error with its cause and remedy', async () => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { file: '' });
  await expect(listFolder(join(folder, 'file', 'inner'))).rejects.toThrow(
    /file.inner: cannot be read: a parent of the path is a file \(ENOTDIR\); check the path$/,
  );
});
