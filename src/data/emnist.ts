// Reads EMNIST from a folder of official files, packed or not, and stands its images upright. One of the two files of
// src/data that touch `node:` modules, so they are imported only when a file is read. Fetches nothing.

import type { NdArray } from 'ndarray';
import { makeDataset, type Dataset } from './dataset.js';
import { DataError, DataMissingError } from './errors.js';
import { checkSameCount, IMAGE_PIXELS, IMAGE_SIDE, type IdxKind } from './idx.js';
import { openFile, readFirst, readIdxFile } from './idxFile.js';
import { checkSplit, EMNIST_SPLITS, fileName, mappingName, parseMapping } from './splits.js';
import type { EmnistPart, EmnistSplit } from './splits.js';
import { ArgumentError } from '../engine/errors.js';

export const EMNIST_ARCHIVE = 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip';

export interface ReadEmnistOptions {
  /** The folder of the files, or the one that holds the archive's `gzip/` folder. */
  readonly dir: string;
  readonly split: EmnistSplit;
  readonly part: EmnistPart;
  /** Keep the first so many images only; all by default. */
  readonly limit?: number;
}

/** The longest mapping, of ByClass, has 62 lines of at most a dozen characters. */
const LONGEST_MAPPING = 4096;

/** Where a file is, under any of its names, or null. */
export async function findFile(dir: string, name: string): Promise<string | null> {
  const { access } = await import('node:fs/promises');
  const path = await import('node:path');
  for (const folder of [dir, path.join(dir, 'gzip')]) {
    for (const suffix of ['', '.gz']) {
      const file = path.join(folder, name + suffix);
      const isThere = await access(file).then(
        () => true,
        (error: unknown) => !isAbsence(error),
      );
      if (isThere) return file;
    }
  }
  return null;
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function missing(options: ReadEmnistOptions, name: string): Promise<DataMissingError> {
  const { stat } = await import('node:fs/promises');
  const isFolder = await stat(options.dir).then(
    (found) => found.isDirectory(),
    () => null,
  );
  const looked =
    isFolder === null
      ? `the data folder ${options.dir} does not exist`
      : isFolder
        ? `no ${name}[.gz] in ${options.dir} or its gzip/ folder`
        : `${options.dir} is not a folder`;
  return new DataMissingError(
    `EMNIST ${options.split} ${options.part}: ${looked}. Fetch it with  inkgrad data fetch` +
      `${options.split === 'balanced' ? '' : ` --split ${options.split}`}  (from ${EMNIST_ARCHIVE}), or name the folder that holds it` +
      ' with the environment variable EMNIST_DIR or the flag --data',
  );
}

async function readIdx(
  options: ReadEmnistOptions,
  kind: IdxKind,
): Promise<{ path: string; values: NdArray<Uint8Array> }> {
  const name = fileName(options.split, options.part, kind);
  const path = await findFile(options.dir, name);
  if (path === null) throw await missing(options, name);
  return { path, values: await readIdxFile(path, kind) };
}

async function readClasses({ dir, split }: ReadEmnistOptions): Promise<readonly string[]> {
  const path = await findFile(dir, mappingName(split));
  if (path === null) return EMNIST_SPLITS[split].classes;
  const { handle } = await openFile(path);
  try {
    const text = new TextDecoder().decode(await readFirst(handle, LONGEST_MAPPING));
    return parseMapping(text, { name: path, split });
  } finally {
    await handle.close();
  }
}

/**
 * EMNIST stores every image transposed: byte 28 x + y is the pixel in row y, column x.
 *
 * @returns the first `count` images upright, row by row, in new memory
 */
export function uprightImages(stored: Uint8Array, count: number): Uint8Array {
  const upright = new Uint8Array(count * IMAGE_PIXELS);
  for (let start = 0; start < upright.length; start += IMAGE_PIXELS) {
    for (let y = 0; y < IMAGE_SIDE; y++) {
      for (let x = 0; x < IMAGE_SIDE; x++) {
        upright[start + y * IMAGE_SIDE + x] = stored[start + x * IMAGE_SIDE + y];
      }
    }
  }
  return upright;
}

function classIndices(stored: Uint8Array, count: number, path: string, split: EmnistSplit): Uint8Array {
  const { classes, firstLabel } = EMNIST_SPLITS[split];
  const indices = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const index = stored[i] - firstLabel;
    if (index < 0 || index >= classes.length) {
      throw new DataError(
        `${path}: label ${stored[i]} of image ${i} is outside ${firstLabel} to ${firstLabel + classes.length - 1},` +
          ` the labels of the ${split} split; is this the file of another split?`,
      );
    }
    indices[i] = index;
  }
  return indices;
}

/**
 * Reads one part of one split.
 *
 * @throws DataMissingError when the folder or a file is not there, DataError when a file is damaged
 */
export async function readEmnist(options: ReadEmnistOptions): Promise<Dataset> {
  const { limit } = options;
  const split = checkSplit(options.split);
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new ArgumentError(`emnist: limit must be a whole number of at least 1, got ${limit}`);
  }
  const images = await readIdx(options, 'images');
  const labels = await readIdx(options, 'labels');
  const available = images.values.shape[0];
  checkSameCount(
    { name: images.path, count: available },
    { name: labels.path, count: labels.values.shape[0] },
  );
  if (available === 0) throw new DataError(`${images.path}: holds no images; download it again`);
  const count = Math.min(available, limit ?? available);
  return makeDataset({
    name: `EMNIST ${split} ${options.part}`,
    images: uprightImages(images.values.data, count),
    labels: classIndices(labels.values.data, count, labels.path, split),
    classes: await readClasses(options),
    synthetic: false,
  });
}
