// Image files in one folder per class, as torchvision's ImageFolder has them, optionally below
// folders of the parts: `train/a/1.png`, `test/a/2.png`.

import { join } from 'node:path';
import { DataError } from '../../data/errors.js';
import type { DecodedImage } from '../../data/image/workingImage.js';
import { IMAGE_EXTENSION } from '../images/files.js';
import { printable } from '../terminal/printable.js';
import { dataProblem, type Collection, type PartImages } from './collection.js';
import type { PartName } from './formats/storedImages.js';
import { listDeep, listFolder, type Listing } from './listing.js';

/** Names of the folders of parts. */
const PART_FOLDERS: Readonly<Record<PartName, RegExp>> = {
  train: /^train(ing)?$/i,
  validation: /^(val|valid|validation|dev)$/i,
  test: /^test(ing)?$/i,
};

/**
 * Finds the images below a folder; they are decoded on demand. Null if no folder in it contains an
 * image.
 *
 * @throws DataError if a class has no images, or a folder cannot be read
 */
export async function findImageFolder(path: string): Promise<Collection | null> {
  const { folders } = await listFolder(path);
  const partFolder = (part: PartName): string | undefined =>
    folders.find((name) => PART_FOLDERS[part].test(name));
  const name = `images in ${printable(path)}`;
  const base = { name, classNames: null, notes: [] };
  const trainFolder = partFolder('train');
  if (trainFolder === undefined) {
    const train = await findClasses(path);
    return train === null ? null : { ...base, parts: { train } };
  }
  const train = await findClasses(join(path, trainFolder));
  if (train === null) return null;
  const others: Partial<Record<PartName, PartImages>> = {};
  for (const part of ['validation', 'test'] as const) {
    const folder = partFolder(part);
    const images = folder === undefined ? null : await findClasses(join(path, folder), true);
    if (images !== null) others[part] = images;
  }
  return { ...base, parts: { train, ...others } };
}

/** The images of one folder per class; null if there are none. */
async function findClasses(path: string, mayLack = false): Promise<PartImages | null> {
  const { folders }: Listing = await listFolder(path);
  const files: string[] = [];
  const labels: string[] = [];
  const empty: string[] = [];
  for (const label of folders) {
    const all = await listDeep(join(path, label));
    const images = all.filter((file) => IMAGE_EXTENSION.test(file));
    if (images.length === 0) empty.push(label);
    for (const file of images) {
      files.push(file);
      labels.push(label);
    }
  }
  if (files.length === 0) return null;
  if (empty.length > 0 && !mayLack) {
    throw dataProblem(
      printable(join(path, empty[0])),
      'contains no PNG or JPEG image, but each folder is a class',
      'add images, or delete the folder',
    );
  }
  return { labels, areArrays: false, image: (index) => decodeFile(files[index]) };
}

async function decodeFile(path: string): Promise<DecodedImage> {
  // Imported here, because the decoders load slowly and most commands read other data.
  const { decodeImage } = await import('../images/decode.js');
  const { readImageBytes } = await import('../images/files.js');
  const name = printable(path);
  try {
    return decodeImage(await readImageBytes(path), name);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new DataError(`${error.message}; replace or delete this file`);
  }
}
