// Reads EMNIST from a folder of official files, compressed or not. This file and idxFile.ts are the
// only ones in src/data that use `node:` modules, so they import them only when a file is read.
// Downloads nothing. The contents are interpreted in emnistDataset.ts.

import type { ImageDataset } from '../loading/imageDataset.js';
import { emnistDataset } from './emnistDataset.js';
import { DataMissingError } from '../errors.js';
import type { IdxKind, NamedIdx } from './idx.js';
import { openFile, readFirst, readIdxFile } from './idxFile.js';
import { checkSplit, EMNIST_SPLITS, fileName, mappingName, parseMapping } from './splits.js';
import type { EmnistPart, EmnistSplit } from './splits.js';
import { ArgumentError } from '../../engine/errors.js';

export const EMNIST_ARCHIVE = 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip';

/** Options of `readEmnist`. */
export interface ReadEmnistOptions {
  /** The folder of the files, or the parent of the archive's `gzip/` folder. */
  readonly dir: string;
  /** One of `balanced`, `letters`, `digits`, `mnist`, `byclass` and `bymerge`. */
  readonly split: EmnistSplit;
  /** `train` or `test`. */
  readonly part: EmnistPart;
  /** Number of images to read, from the first; default: all. */
  readonly limit?: number;
}

/**
 * Maximum length in bytes: the longest mapping, ByClass, has 62 lines of at most
 * a dozen characters.
 */
const MAX_MAPPING_BYTES = 4096;

/** Finds a file in `dir` or `dir/gzip`, with or without `.gz`. Returns its path, or null. */
export async function findFile(dir: string, name: string): Promise<string | null> {
  const { access } = await import('node:fs/promises');
  const path = await import('node:path');
  for (const folder of [dir, path.join(dir, 'gzip')]) {
    for (const suffix of ['', '.gz']) {
      const file = path.join(folder, name + suffix);
      const exists = await access(file).then(
        () => true,
        (error: unknown) => !isNotFound(error),
      );
      if (exists) return file;
    }
  }
  return null;
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}

async function missingError(options: ReadEmnistOptions, name: string): Promise<DataMissingError> {
  const { stat } = await import('node:fs/promises');
  const isFolder = await stat(options.dir).then(
    (stats) => stats.isDirectory(),
    () => null,
  );
  const reason =
    isFolder === null
      ? `the data folder ${options.dir} does not exist`
      : isFolder
        ? `no ${name}[.gz] in ${options.dir} or its gzip/ folder`
        : `${options.dir} is not a folder`;
  return new DataMissingError(
    `EMNIST ${options.split} ${options.part}: ${reason}. Download it with  inkgrad data fetch` +
      `${options.split === 'balanced' ? '' : ` --split ${options.split}`}  (from ${EMNIST_ARCHIVE}), or set its folder` +
      ' with the environment variable EMNIST_DIR or the flag --data',
  );
}

async function readIdx(options: ReadEmnistOptions, kind: IdxKind): Promise<NamedIdx> {
  const name = fileName(options.split, options.part, kind);
  const path = await findFile(options.dir, name);
  if (path === null) throw await missingError(options, name);
  return { name: path, ...(await readIdxFile(path, kind, options.limit)) };
}

async function readClasses({ dir, split }: ReadEmnistOptions): Promise<readonly string[]> {
  const path = await findFile(dir, mappingName(split));
  if (path === null) return EMNIST_SPLITS[split].classes;
  const { handle } = await openFile(path);
  try {
    const text = new TextDecoder().decode(await readFirst(handle, MAX_MAPPING_BYTES));
    return parseMapping(text, { name: path, split });
  } finally {
    await handle.close();
  }
}

/**
 * Reads one part of one split.
 *
 * @throws DataMissingError if the folder or a file does not exist
 * @throws DataError if a file is damaged
 * @throws ArgumentError if the split is unknown or `limit` is not a positive integer
 * @example
 * const options = { dir: 'data/emnist', split: 'balanced', part: 'test', limit: 100 } as const;
 * const dataset = await readEmnist(options).catch(() => null); // null: not downloaded yet
 * print(dataset?.length ?? 'no EMNIST in data/emnist');
 */
export async function readEmnist(options: ReadEmnistOptions): Promise<ImageDataset> {
  const { limit } = options;
  const split = checkSplit(options.split);
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw new ArgumentError(`emnist: limit must be a whole number of at least 1, got ${limit}`);
  }
  const images = await readIdx(options, 'images');
  const labels = await readIdx(options, 'labels');
  const classes = await readClasses(options);
  return emnistDataset({ split, part: options.part, images, labels, classes });
}
