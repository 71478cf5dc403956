// Recognizes the layout of a data set by the names of its files, without reading them.

import { basename, dirname, join } from 'node:path';
import { DataError, DataMissingError } from '../../data/errors.js';
import { printable } from '../terminal/printable.js';
import { dataProblem } from './collection.js';
import type { PartName } from './formats/storedImages.js';
import { isFolder, listFolder, type Listing } from './listing.js';

/** One file per part. */
export type PartFiles = Readonly<Partial<Record<PartName, string>>> & { readonly train: string };

/** Where the data is. `images`: a folder per class, or nothing that is known. */
export type Layout =
  | { readonly kind: 'emnist'; readonly folder: string }
  | {
      readonly kind: 'mnist';
      readonly files: readonly { part: PartName; images: string; labels: string }[];
    }
  | { readonly kind: 'csv'; readonly files: PartFiles }
  | { readonly kind: 'npz' | 'mat'; readonly path: string }
  | { readonly kind: 'images'; readonly folder: string };

const EMNIST_FILE = /^emnist-\w+-(train|test)-(images-idx3|labels-idx1)-ubyte(\.gz)?$/;
const CSV_FILE = /\.csv(\.gz)?$/i;

/**
 * Recognizes the layout of a file or folder.
 *
 * @param split EMNIST split, where a folder has a file for each
 * @throws DataError if several data sets are in the folder, or a file is of an unknown kind
 * @throws DataMissingError if the path does not exist
 */
export async function findLayout(path: string, split: string): Promise<Layout> {
  if (!(await isFolder(path))) return findFile(path);
  const listing = await listFolder(path);
  return (
    (await findIdx(path, listing)) ??
    findMat(path, listing, split) ??
    findNpz(path, listing) ??
    findCsv(path, listing, split) ?? { kind: 'images', folder: path }
  );
}

async function findFile(path: string): Promise<Layout> {
  const [folder, name] = [dirname(path), basename(path)];
  const listing = await listFolder(folder).catch(() => null);
  if (listing?.files.includes(name) !== true) {
    throw new DataMissingError(
      `--data ${printable(path)}: does not exist; pass an existing file or folder`,
    );
  }
  if (/\.mat$/i.test(name)) return { kind: 'mat', path };
  if (/\.npz$/i.test(name)) return { kind: 'npz', path };
  if (CSV_FILE.test(name)) return { kind: 'csv', files: csvSiblings(folder, listing, name) };
  if (/-ubyte(\.gz)?$/.test(name)) return findLayout(folder, 'balanced');
  const remedy = /\.(zip|tar|tgz|7z|rar)(\.\w+)?$/i.test(name)
    ? 'extract the archive and pass the folder'
    : 'pass a folder of images or of IDX files, a CSV, .npz or .mat file';
  throw dataProblem(`--data ${printable(path)}`, 'is a file of an unknown kind', remedy);
}

/** IDX files: EMNIST's or MNIST's names, also below torchvision's `raw` folders. */
async function findIdx(path: string, { folders }: Listing): Promise<Layout | null> {
  const candidates = [path, join(path, 'gzip'), join(path, 'raw'), join(path, 'raw', 'gzip')];
  for (const folder of candidates) {
    const layout = await idxIn(folder);
    if (layout !== null) return layout;
  }
  // The root folder of torchvision's data sets.
  const found: { name: string; layout: Layout }[] = [];
  for (const name of folders) {
    const raw = join(path, name, 'raw');
    const layout = (await idxIn(raw)) ?? (await idxIn(join(raw, 'gzip')));
    if (layout !== null) found.push({ name, layout });
  }
  if (found.length > 1) {
    throw dataProblem(
      printable(path),
      `contains several data sets (${found.map(({ name }) => name).join(', ')})`,
      'pass the folder of one of them',
    );
  }
  if (found.length === 1) return found[0].layout;
  const isProcessed = folders.includes('processed') && !folders.includes('raw');
  if (!isProcessed) return null;
  throw dataProblem(
    printable(path),
    "contains torchvision's processed files, which are not read",
    'keep or restore the folder raw next to it',
  );
}

async function idxIn(folder: string): Promise<Layout | null> {
  if (!(await isFolder(folder))) return null;
  const listing = await listFolder(folder);
  if (listing.files.some((name) => EMNIST_FILE.test(name))) return { kind: 'emnist', folder };
  const train = await mnistPart(folder, listing, 'train');
  if (train === null) return null;
  const test =
    (await mnistPart(folder, listing, 't10k')) ?? (await mnistPart(folder, listing, 'test'));
  return {
    kind: 'mnist',
    files: [
      { part: 'train', ...train },
      ...(test === null ? [] : [{ part: 'test' as const, ...test }]),
    ],
  };
}

/** The two files of a part; also in folders of the same names, as Kaggle's archive has them. */
async function mnistPart(
  folder: string,
  { files, folders }: Listing,
  prefix: string,
): Promise<{ images: string; labels: string } | null> {
  const find = async (kind: string): Promise<string | null> => {
    const pattern = new RegExp(`^${prefix}-${kind}[-.]idx[13]-ubyte(\\.gz)?$`);
    const file = files.find((name) => pattern.test(name));
    if (file !== undefined) return join(folder, file);
    const inner = folders.find((name) => pattern.test(name));
    if (inner === undefined) return null;
    const nested = (await listFolder(join(folder, inner))).files.find((name) => pattern.test(name));
    return nested === undefined ? null : join(folder, inner, nested);
  };
  const [images, labels] = [await find('images'), await find('labels')];
  if (images === null) return null;
  if (labels !== null) return { images, labels };
  throw new DataError(
    `${printable(images)}: the file of its labels, ${prefix}-labels-idx1-ubyte, is missing; add it`,
  );
}

function findMat(path: string, { files }: Listing, split: string): Layout | null {
  const name = chooseFile(
    path,
    files.filter((file) => /\.mat$/i.test(file)),
    `emnist-${split}.mat`,
  );
  return name === null ? null : { kind: 'mat', path: join(path, name) };
}

function findNpz(path: string, { files }: Listing): Layout | null {
  const name = chooseFile(
    path,
    files.filter((file) => /\.npz$/i.test(file)),
  );
  return name === null ? null : { kind: 'npz', path: join(path, name) };
}

/** The only file, or the preferred one of several; null if there are none. */
function chooseFile(path: string, names: readonly string[], preferred?: string): string | null {
  if (names.length === 0) return null;
  if (names.length === 1) return names[0];
  const match = names.find((name) => name === preferred);
  if (match !== undefined) return match;
  throw dataProblem(
    printable(path),
    `contains several data files (${names.slice(0, 6).map(printable).join(', ')})`,
    'pass one of them',
  );
}

const PART_WORDS: Readonly<Record<PartName, string>> = {
  train: 'train(?:ing)?',
  validation: 'val(?:id|idation)?',
  test: 'test(?:ing)?',
};

/** True if a file name contains the word of a part: `mnist_train.csv`, `train.csv`. */
function isPart(name: string, part: PartName): boolean {
  return new RegExp(`(^|[-_. ])${PART_WORDS[part]}([-_. ]|$)`, 'i').test(name);
}

function findCsv(path: string, listing: Listing, split: string): Layout | null {
  const names = listing.files.filter((name) => CSV_FILE.test(name));
  const trains = names.filter((name) => isPart(name, 'train'));
  const candidates = trains.length > 0 ? trains : names;
  const name = chooseFile(path, candidates, `emnist-${split}-train.csv`);
  return name === null ? null : { kind: 'csv', files: csvSiblings(path, listing, name) };
}

/** The CSV files of the other parts, named like that of the training part. */
function csvSiblings(folder: string, { files }: Listing, name: string): PartFiles {
  const train = join(folder, name);
  if (!isPart(name, 'train')) return { train };
  const [start, end] = name.split(new RegExp(PART_WORDS.train, 'i'));
  const sibling = (part: PartName): Partial<Record<PartName, string>> => {
    const file = files.find(
      (other) =>
        other.startsWith(start) &&
        other.endsWith(end) &&
        new RegExp(`^${PART_WORDS[part]}$`, 'i').test(
          other.slice(start.length, other.length - end.length),
        ),
    );
    return file === undefined ? {} : { [part]: join(folder, file) };
  };
  return { train, ...sibling('validation'), ...sibling('test') };
}
