// Reads data sets that consist of array files: MNIST's IDX files, CSV, .npz and .mat files.

import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DataError } from '../../data/errors.js';
import { checkSameCount, damagedGzip } from '../../data/emnist/idx.js';
import { readIdxFile } from '../../data/emnist/idxFile.js';
import { EMNIST_SPLITS, type SplitInfo } from '../../data/emnist/splits.js';
import { printable } from '../terminal/printable.js';
import { dataProblem, storedPart, type Collection, type PartImages } from './collection.js';
import { parseAsciiMapping, parseClassList } from './formats/classNames.js';
import type { Orientation } from './formats/orientation.js';
import { transposeImages, type PartName, type StoredImages } from './formats/storedImages.js';
import { unreadable } from './listing.js';
import type { PartFiles } from './locate.js';

type Parts = Collection['parts'];

/** Maximum size of a file that is read at once: Node's limit. */
const MAX_FILE = 2 ** 31 - 1;
const MAX_TEXT = 100_000;

/** Reads IDX files with MNIST's names, as upright images unless `orientation` says otherwise. */
export async function readMnist(
  files: readonly { part: PartName; images: string; labels: string }[],
  orientation: Orientation,
): Promise<Collection> {
  const parts: Partial<Record<PartName, PartImages>> = {};
  for (const { part, images: imagesPath, labels: labelsPath } of files) {
    const images = await readIdxFile(imagesPath, 'images');
    const labels = await readIdxFile(labelsPath, 'labels');
    checkSameCount({ name: imagesPath, ...images }, { name: labelsPath, ...labels });
    if (images.count === 0) {
      throw dataProblem(imagesPath, 'contains no images', 'download it again');
    }
    const [, height, width] = images.values.shape;
    const pixels = images.values.data;
    const texts = Array.from({ length: 256 }, (_, label) => String(label));
    const stored: StoredImages = {
      pixels,
      height,
      width,
      channels: 1,
      labels: Array.from(labels.values.data, (label) => texts[label]),
    };
    parts[part] = storedPart(
      orientation === 'transposed' ? transposeImages(stored, imagesPath) : stored,
    );
  }
  const folder = dirname(files[0].images);
  return {
    name: `MNIST files in ${printable(folder)}`,
    parts: parts as Parts,
    classNames: await readClassNames(folder, []),
    notes: [],
  };
}

/** Reads CSV files; the orientation is detected on the training part. */
export async function readCsv(files: PartFiles, orientation: Orientation): Promise<Collection> {
  const { parseCsv } = await import('./formats/csv.js'); // the CSV reader loads slowly
  const { isTransposed } = await import('./formats/orientation.js');
  const notes: string[] = [];
  const stored: Partial<Record<PartName, StoredImages>> = {};
  for (const [part, path] of Object.entries(files) as [PartName, string][]) {
    const name = printable(path);
    const images = await parseCsv(fileChunks(path), name);
    if (images !== null) stored[part] = images;
    else if (part === 'train') {
      throw dataProblem(
        name,
        "has pixels but no labels, as Kaggle's test.csv",
        'pass the file with labels, such as train.csv',
      );
    } else notes.push(`${name} has no labels and is not used`);
  }
  const train = stored.train!;
  const path = files.train;
  const transposed =
    orientation === 'auto' ? isTransposed(train, path) : orientation === 'transposed';
  if (orientation === 'auto') {
    notes.push(
      transposed
        ? `${printable(path)}: images are stored transposed, as in EMNIST, and were turned upright ` +
            '(otherwise pass --orientation upright)'
        : `${printable(path)}: images are stored upright, as in MNIST (otherwise pass ` +
            '--orientation transposed)',
    );
  }
  const parts = Object.entries(stored).map(([part, images]) => {
    const upright = transposed ? transposeImages(images, printable(path)) : images;
    return [part, storedPart(upright)] as const;
  });
  return {
    name: `CSV ${printable(basename(path))}`,
    parts: Object.fromEntries(parts) as unknown as Parts,
    classNames: await csvClassNames(path),
    notes,
  };
}

/** Reads one .npz file. */
export async function readNpz(path: string, orientation: Orientation): Promise<Collection> {
  const { parseNpz } = await import('./formats/npz.js'); // the ZIP reader loads slowly
  const name = printable(path);
  const { parts, classNames } = await parseNpz(await readWhole(path), name);
  const stored = Object.entries(parts).map(([part, images]) => {
    const upright = orientation === 'transposed' ? transposeImages(images, name) : images;
    return [part, storedPart(upright)] as const;
  });
  const names = classNames?.map((text, index) => [String(index), text] as const);
  return {
    name: printable(basename(path)),
    parts: Object.fromEntries(stored) as unknown as Parts,
    classNames: names === undefined ? await readClassNames(dirname(path), []) : new Map(names),
    notes: [],
  };
}

/** Reads one .mat file of EMNIST. */
export async function readMatFile(path: string): Promise<Collection> {
  const { parseMat } = await import('./formats/mat.js');
  const { parts, classNames } = await parseMat(await readWhole(path), printable(path));
  const { train, test } = parts;
  return {
    name: printable(basename(path)),
    parts: {
      train: storedPart(train),
      ...(test === undefined ? {} : { test: storedPart(test) }),
    },
    classNames: classNames ?? splitClassNames(path),
    notes: [],
  };
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  const isCompressed = path.toLowerCase().endsWith('.gz');
  const file = createReadStream(path, { highWaterMark: 2 ** 20 });
  try {
    if (!isCompressed) {
      yield* file as AsyncIterable<Uint8Array>;
      return;
    }
    const { createGunzip } = await import('node:zlib');
    const gunzip = createGunzip();
    file.on('error', (error) => gunzip.destroy(error));
    yield* file.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') === true
      ? damagedGzip(printable(path), error)
      : unreadable(path, error);
  } finally {
    file.destroy();
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_FILE) return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new DataError(
    `${printable(path)}: is larger than ${MAX_FILE} bytes; store fewer images in it`,
  );
}

/** The names of a text file next to the data; null without one. */
async function readClassNames(
  folder: string,
  mappings: readonly string[],
): Promise<ReadonlyMap<string, string> | null> {
  for (const file of [...mappings, 'mapping.txt', 'classes.txt', 'labels.txt']) {
    const path = join(folder, file);
    const stats = await stat(path).catch(() => null);
    if (stats?.isFile() !== true || stats.size > MAX_TEXT) continue;
    const text = await readFile(path, 'utf8');
    const parse = file.endsWith('mapping.txt') ? parseAsciiMapping : parseClassList;
    return parse(text, printable(path));
  }
  return null;
}

/** A mapping next to a CSV file, or the built-in one of the EMNIST split that the file is named after. */
async function csvClassNames(path: string): Promise<ReadonlyMap<string, string> | null> {
  const prefix = /^(.*?)train/i.exec(basename(path))?.[1];
  const mappings = prefix === undefined ? [] : [`${prefix}mapping.txt`];
  return (await readClassNames(dirname(path), mappings)) ?? splitClassNames(path);
}

/** The names of the EMNIST split that a file is named after, such as `emnist-letters.mat`. */
function splitClassNames(path: string): ReadonlyMap<string, string> | null {
  const split = /^emnist[-_](\w+?)([-_.]|$)/i.exec(basename(path))?.[1].toLowerCase() ?? '';
  if (!Object.hasOwn(EMNIST_SPLITS, split)) return null;
  const { classes, firstLabel }: SplitInfo = EMNIST_SPLITS[split as keyof typeof EMNIST_SPLITS];
  return new Map(classes.map((text, index) => [String(firstLabel + index), text]));
}
