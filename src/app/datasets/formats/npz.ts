// NumPy's .npz archives of images and labels. Bytes in, images out; runs in a browser too.

import {
  configure,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  type FileEntry,
} from '@zip.js/zip.js';
import { DataError } from '../../../data/errors.js';
import { InkgradError } from '../../../engine/errors.js';
import { imagesOfArrays, labelTexts } from './arrays.js';
import { parseNpy, type HostArray } from './npy.js';
import type { PartName, StoredImages, StoredParts } from './storedImages.js';

configure({ useWebWorkers: false });

/** Names of the arrays of each part, in lower case: images, labels. The first pair present counts. */
const ARRAYS: Readonly<Record<PartName, readonly (readonly [images: string, labels: string])[]>> = {
  train: [
    ['x_train', 'y_train'],
    ['train_images', 'train_labels'],
    ['images', 'labels'],
    ['data', 'labels'],
    ['data', 'target'],
    ['x', 'y'],
  ],
  validation: [
    ['x_val', 'y_val'],
    ['x_valid', 'y_valid'],
    ['val_images', 'val_labels'],
  ],
  test: [
    ['x_test', 'y_test'],
    ['test_images', 'test_labels'],
  ],
};
const CLASS_NAMES = ['class_names', 'classes', 'label_names', 'target_names'];
/** Maximum size of an array: that of a typed array of bytes on every supported Node. */
const MAX_BYTES = 2 ** 32 - 1;

/** The contents of an archive. */
export interface NpzContents {
  readonly parts: StoredParts;
  /** Name of class 0, 1, ...; null if the archive names none. */
  readonly classNames: readonly string[] | null;
}

/**
 * Reads the images of an archive; other arrays are ignored.
 *
 * @param name the file name used in messages
 * @throws DataError if it is damaged or contains no pair of arrays such as `x_train`, `y_train`
 */
export async function parseNpz(bytes: Uint8Array, name: string): Promise<NpzContents> {
  const members = await listMembers(bytes, name);
  const read = async (key: string): Promise<HostArray> => {
    const member = members.get(key)!;
    const label = `${name}: ${member.filename}`;
    if (member.uncompressedSize > MAX_BYTES) {
      throw new DataError(
        `${label}: declares ${member.uncompressedSize} bytes, more than ${MAX_BYTES}; save fewer images`,
      );
    }
    const content = await withDataErrors(label, () => member.getData(new Uint8ArrayWriter()));
    return parseNpy(content, label);
  };
  const parts: Partial<Record<PartName, StoredImages>> = {};
  for (const [part, pairs] of Object.entries(ARRAYS) as [PartName, (typeof ARRAYS)[PartName]][]) {
    const pair = pairs.find((keys) => keys.every((key) => members.has(key)));
    if (pair === undefined) continue;
    const [images, labels] = pair;
    const label = `${name}: ${images}, ${labels}`;
    parts[part] = imagesOfArrays(await read(images), await read(labels), label);
  }
  if (parts.train === undefined) {
    throw new DataError(
      `${name}: contains ${[...members.keys()].slice(0, 8).join(', ') || 'no arrays'}, expected ` +
        'arrays named x_train and y_train, train_images and train_labels, or images and labels; ' +
        'rename them',
    );
  }
  const namesKey = CLASS_NAMES.find((key) => members.has(key));
  const classNames = namesKey === undefined ? null : labelTexts(await read(namesKey), name);
  return { parts, classNames };
}

/** The arrays of the archive by their names in lower case. */
async function listMembers(bytes: Uint8Array, name: string): Promise<Map<string, FileEntry>> {
  const members = new Map<string, FileEntry>();
  await withDataErrors(name, async () => {
    const reader = new ZipReader(new Uint8ArrayReader(bytes), { checkSignature: true });
    for await (const entry of reader.getEntriesGenerator()) {
      const match = /^([^/]+)\.npy$/.exec(entry.filename);
      if (match !== null && !entry.directory) members.set(match[1].toLowerCase(), entry);
    }
  });
  return members;
}

/** Converts the errors of the ZIP library, which does not name the file. */
async function withDataErrors<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InkgradError) throw error;
    throw new DataError(
      `${label}: the archive is damaged or truncated (${(error as Error).message}); download or ` +
        'write it again',
    );
  }
}
