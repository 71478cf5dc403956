// Writes a small data set in each layout that `--data` accepts.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { imageAt, selectImages, type ImageDataset } from '../../src/data/loading/imageDataset.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { idxImages, idxLabels } from '../data/support.js';
import { columnMajor, csv, mat, matBytes, matStruct, npy, npz } from './arrayFiles.js';
import { grayPng } from './imageFiles.js';

/** Train and test part of `count` synthetic characters of the first classes. */
export interface SmallData {
  readonly train: ImageDataset;
  readonly test: ImageDataset;
}

/** Characters of the classes 0, 1, ...: every class `perClass` times in each part. */
export function smallData(classes: number, perClass: number): SmallData {
  const part = (name: 'train' | 'test'): ImageDataset => {
    const all = syntheticDataset({ seed: 5, count: 47 * perClass, part: name });
    const indices = [...all.labels.keys()].filter((i) => all.labels[i] < classes);
    return selectImages(all, indices).with({ classes: all.classes.slice(0, classes) });
  };
  return { train: part('train'), test: part('test') };
}

/** Exchanges rows and columns of 28 x 28 images. */
export function transposed(pixels: Uint8Array): Uint8Array {
  return pixels.map((_, i) => {
    const [start, y, x] = [i - (i % 784), Math.floor((i % 784) / 28), i % 28];
    return pixels[start + x * 28 + y];
  });
}

const parts = ({ train, test }: SmallData) =>
  [
    ['train', train],
    ['test', test],
  ] as const;

const labelsOf = ({ labels }: ImageDataset): number[] => Array.from(labels);

async function writeMnist(folder: string, data: SmallData): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [part, dataset] of parts(data)) {
    const prefix = part === 'train' ? 'train' : 't10k';
    await writeFile(join(folder, `${prefix}-images-idx3-ubyte`), idxImages(dataset.images));
    await writeFile(join(folder, `${prefix}-labels-idx1-ubyte`), idxLabels(labelsOf(dataset)));
  }
}

/** Writes every layout; each returns the value of `--data`. */
export const LAYOUTS: Readonly<
  Record<string, (folder: string, data: SmallData) => Promise<string>>
> = {
  'a folder of images per class': async (folder, data) => {
    for (const [part, dataset] of parts(data)) {
      for (let i = 0; i < dataset.length; i++) {
        const inner = join(folder, part, dataset.classes[dataset.labels[i]]);
        await mkdir(inner, { recursive: true });
        const blackOnWhite = imageAt(dataset, i).map((value) => 255 - value);
        await writeFile(join(inner, `${i}.png`), grayPng(blackOnWhite, 28, 28));
      }
    }
    return folder;
  },
  "Kaggle's EMNIST CSV": async (folder, data) => {
    for (const [part, dataset] of parts(data)) {
      const text = csv(labelsOf(dataset), transposed(dataset.images));
      await writeFile(join(folder, `emnist-digits-${part}.csv`), text);
    }
    return folder;
  },
  'MNIST file names': async (folder, data) => {
    await writeMnist(folder, data);
    return folder;
  },
  '.npz': async (folder, { train, test }) => {
    const path = join(folder, 'characters.npz');
    const arrays = {
      x_train: npy('|u1', [train.length, 28, 28], train.images),
      y_train: npy('<i8', [train.length], BigInt64Array.from(labelsOf(train), BigInt)),
      x_test: npy('|u1', [test.length, 28, 28], test.images),
      y_test: npy('<i8', [test.length], BigInt64Array.from(labelsOf(test), BigInt)),
    };
    await writeFile(path, npz(arrays));
    return path;
  },
  'EMNIST .mat': async (folder, data) => {
    const path = join(folder, 'emnist-digits.mat');
    const fields = parts(data).map(([part, dataset]) => {
      const images = columnMajor(dataset.length, 784, transposed(dataset.images));
      const struct = matStruct({
        images: matBytes([dataset.length, 784], images),
        labels: matBytes([dataset.length, 1], Uint8Array.from(dataset.labels)),
      });
      return [part, struct] as const;
    });
    const { classes } = data.train;
    const codes = classes.flatMap((text, label) => [label, text.charCodeAt(0)]);
    const mapping = columnMajor(classes.length, 2, Uint8Array.from(codes));
    const dataset = matStruct(
      { ...Object.fromEntries(fields), mapping: matBytes([classes.length, 2], mapping) },
      'dataset',
    );
    await writeFile(path, mat([dataset]));
    return path;
  },
  'torchvision cache': async (folder, data) => {
    await writeMnist(join(folder, 'MNIST', 'raw'), data);
    return folder;
  },
};
