// MATLAB 5 files with EMNIST's structure: `dataset.train.images`, `.labels`, `dataset.test`,
// `dataset.mapping`. Bytes in, images out; runs in a browser too. matElements.ts reads the elements.

import { DataError } from '../../../data/errors.js';
import { imagesOfArrays } from './arrays.js';
import { readMat, type MatValue } from './matElements.js';
import { toRowMajor, type HostArray } from './npy.js';
import { transposeImages, type StoredImages } from './storedImages.js';

/** The contents of EMNIST's file. */
export interface MatContents {
  readonly parts: { readonly train: StoredImages; readonly test?: StoredImages };
  /** Class name of each label; null if the file contains no mapping. */
  readonly classNames: ReadonlyMap<string, string> | null;
}

/**
 * Reads EMNIST from a MATLAB file. The images become upright.
 *
 * @param name the file name used in messages
 * @throws DataError if the file is damaged, of a newer version of MATLAB, or of another structure
 */
export async function parseMat(bytes: Uint8Array, name: string): Promise<MatContents> {
  const variables = await readMat(bytes, name);
  const dataset = variables.get('dataset');
  if (dataset?.kind !== 'struct') {
    throw new DataError(
      `${name}: contains ${[...variables.keys()].slice(0, 8).join(', ') || 'no variable'}, expected ` +
        'the struct dataset of the EMNIST files; use the .mat files of the EMNIST archive',
    );
  }
  const train = partOf(dataset.fields.get('train'), `${name}: dataset.train`);
  if (train === null) {
    throw new DataError(`${name}: dataset.train is missing; download the file again`);
  }
  const test = partOf(dataset.fields.get('test'), `${name}: dataset.test`);
  return {
    parts: { train, ...(test === null ? {} : { test }) },
    classNames: mappingOf(dataset.fields.get('mapping')),
  };
}

function partOf(value: MatValue | undefined, name: string): StoredImages | null {
  if (value?.kind !== 'struct') return null;
  const [images, labels] = ['images', 'labels'].map((field) => value.fields.get(field));
  if (images?.kind !== 'numbers' || labels?.kind !== 'numbers') {
    throw new DataError(`${name}: images or labels are missing; download the file again`);
  }
  return transposeImages(imagesOfArrays(rowMajor(images), rowMajor(labels), name), name);
}

const rowMajor = ({ shape, data }: HostArray): HostArray => toRowMajor({ shape, data });

/** The table `[classes, 2 or 3]` of label and ASCII codes; the first code names the class. */
function mappingOf(value: MatValue | undefined): ReadonlyMap<string, string> | null {
  if (value?.kind !== 'numbers' || value.shape.length !== 2 || value.shape[1] < 2) return null;
  const { shape, data } = toRowMajor(value);
  const table = data as ArrayLike<number>;
  const [rows, columns] = shape;
  return new Map(
    Array.from({ length: rows }, (_, row) => [
      String(table[row * columns]),
      String.fromCharCode(table[row * columns + 1]),
    ]),
  );
}
