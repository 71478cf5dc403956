// Reads EMNIST from a folder of official files, packed or not, and stands its images upright. One of the few
// files of src/data that touch `node:` modules, so they are imported only when a file is read. Fetches nothing.

import type { NdArray } from 'ndarray';
import { makeDataset, type Dataset } from './dataset.js';
import { DataError, DataMissingError } from './errors.js';
import { checkSameCount, IMAGE_PIXELS, IMAGE_SIDE, isGzip, parseIdx, type IdxKind } from './idx.js';
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

interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The files' bytes under any of their names, or null; what is not there is not an error yet. */
async function findFile(dir: string, name: string): Promise<FoundFile | null> {
  const { readFile } = await import('node:fs/promises');
  const path = await import('node:path');
  for (const folder of [dir, path.join(dir, 'gzip')]) {
    for (const suffix of ['', '.gz']) {
      const file = path.join(folder, name + suffix);
      try {
        return { path: file, bytes: await readFile(file) };
      } catch (error) {
        if (!isAbsence(error)) throw error;
      }
    }
  }
  return null;
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function missing(options: ReadEmnistOptions, name: string): Promise<DataMissingError> {
  const { stat } = await import('node:fs/promises');
  const exists = await stat(options.dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const looked = exists
    ? `no ${name}[.gz] in ${options.dir} or its gzip/ folder`
    : `the data folder ${options.dir} does not exist`;
  return new DataMissingError(
    `EMNIST ${options.split} ${options.part}: ${looked}. Fetch it with  inkgrad data fetch` +
      `${options.split === 'balanced' ? '' : ` --split ${options.split}`}  (from ${EMNIST_ARCHIVE}), or name the folder that holds it` +
      ' with the environment variable EMNIST_DIR or the flag --data',
  );
}

/** Unpacks bytes that begin with the gzip signature and passes others through. */
export async function gunzip(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const { gunzip: unpack } = await import('node:zlib');
  const { promisify } = await import('node:util');
  try {
    return await promisify(unpack)(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError(`${name}: the gzip data is damaged or cut short (${reason}); download it again`);
  }
}

async function readIdx(
  options: ReadEmnistOptions,
  kind: IdxKind,
): Promise<{ path: string; values: NdArray<Uint8Array> }> {
  const name = fileName(options.split, options.part, kind);
  const found = await findFile(options.dir, name);
  if (!found) throw await missing(options, name);
  const { path } = found;
  return { path, values: parseIdx(await gunzip(found.bytes, path), { name: path, expect: kind }) };
}

async function readClasses(options: ReadEmnistOptions): Promise<readonly string[]> {
  const found = await findFile(options.dir, mappingName(options.split));
  if (!found) return EMNIST_SPLITS[options.split].classes;
  return parseMapping(new TextDecoder().decode(found.bytes), { name: found.path, split: options.split });
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
