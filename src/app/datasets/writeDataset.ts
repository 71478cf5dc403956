// Writes a data set in two layouts that `--data` and other programs read: MNIST's IDX files, and a
// folder of PNG images per class.

import { join } from 'node:path';
import { encode } from 'fast-png';
import { DataError } from '../../data/errors.js';
import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';
import { makeFolder, writeAtomically } from '../outputFiles.js';
import { printable } from '../terminal/printable.js';
import type { PartName } from './formats/storedImages.js';

/** The data set of each part. */
export type Parts = Readonly<Partial<Record<PartName, ImageDataset>>>;

/** Beginning of MNIST's file names. */
const IDX_PREFIXES = { train: 'train', test: 't10k' } as const;
const PART_FOLDERS = { train: 'train', validation: 'val', test: 'test' } as const;
/** Characters that some file systems do not allow in names, or names with another meaning. */
const UNSAFE_NAME = /[<>:"/\\|?*]|^\.|[. ]$/;

/** Writes `train-images-idx3-ubyte` and so on, upright, and `classes.txt`; returns the names. */
export async function writeIdx(
  folder: string,
  parts: Readonly<Partial<Record<'train' | 'test', ImageDataset>>>,
): Promise<string[]> {
  const names: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeAtomically(join(folder, name), content);
    names.push(name);
  };
  for (const [part, dataset] of Object.entries(parts)) {
    const prefix = IDX_PREFIXES[part as keyof typeof IDX_PREFIXES];
    const { images, labels, length, height, width } = dataset;
    await write(`${prefix}-images-idx3-ubyte`, idx([length, height, width], images));
    await write(`${prefix}-labels-idx1-ubyte`, idx([length], labels));
  }
  const [{ classes }] = Object.values(parts);
  await write('classes.txt', `${classes.join('\n')}\n`);
  return names;
}

/** Big-endian: type 8 (bytes), number of axes, sizes, then the values. */
function idx(sizes: readonly number[], values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + sizes.length);
  sizes.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, 4 + 4 * sizes.length);
  return bytes;
}

/**
 * Writes `train/CLASS/00001.png` and so on; returns the folders of the parts.
 *
 * @throws DataError, before anything is written, if the name of a class cannot be a folder's
 */
export async function writeImages(
  folder: string,
  parts: Parts,
  onProgress: (done: number, total: number) => void,
): Promise<string[]> {
  const datasets = Object.entries(parts) as [PartName, ImageDataset][];
  checkFolderNames(datasets[0][1].classes);
  const total = datasets.reduce((sum, [, { length }]) => sum + length, 0);
  let done = 0;
  for (const [part, dataset] of datasets) {
    const { classes, labels, height, width, channels } = dataset;
    const base = join(folder, PART_FOLDERS[part]);
    for (const name of classes) makeFolder(join(base, name));
    for (let index = 0; index < dataset.length; index++) {
      const data = interleaved(imageAt(dataset, index), channels);
      const file = `${String(index + 1).padStart(6, '0')}.png`;
      const png = encode({ data, width, height, channels: channels, depth: 8 });
      await writeAtomically(join(base, classes[labels[index]], file), png);
      onProgress(++done, total);
    }
  }
  return datasets.map(([part]) => PART_FOLDERS[part]);
}

function checkFolderNames(classes: readonly string[]): void {
  const unsafe = classes.find((name) => UNSAFE_NAME.test(name));
  if (unsafe === undefined) return;
  throw new DataError(
    `class ${printable(unsafe)}: this name cannot be the name of a folder; convert with --to idx`,
  );
}

function interleaved(planes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return planes;
  const pixels = planes.length / channels;
  return Uint8Array.from(
    planes,
    (_, i) => planes[(i % channels) * pixels + Math.floor(i / channels)],
  );
}
