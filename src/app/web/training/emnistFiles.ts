// Pairing of EMNIST files by their official names: which are given, and which are missing. The worker reads their contents.

import { DataError } from '../../../data/errors.js';
import { checkSplit, EMNIST_SPLITS, type EmnistSplit } from '../../../data/emnist/splits.js';
import type { EmnistFiles } from './protocol.js';

/** Role of a file in the data set. */
export const ROLES = ['trainImages', 'trainLabels', 'testImages', 'testLabels', 'mapping'] as const;

export type Role = (typeof ROLES)[number];

/** The part of `File` that pairing needs. */
export interface NamedFile {
  readonly name: string;
}

/** The files given so far, all of one split. */
export interface FileSet<File extends NamedFile> {
  /** Null while there are no files. */
  readonly split: EmnistSplit | null;
  readonly files: Readonly<Partial<Record<Role, File>>>;
}

export const NO_FILES: FileSet<never> = { split: null, files: {} };

/** `emnist-balanced-train-images-idx3-ubyte.gz`, or with the ` (1)` of a second download, or without `.gz`. */
const DATA_NAME =
  /^emnist-([a-z]+)-(train|test)-(images|labels)-idx[13]-ubyte( ?\(\d+\))?(\.gz)?$/i;
const MAPPING_NAME = /^emnist-([a-z]+)-mapping( ?\(\d+\))?\.txt$/i;

/** Files that visitors may drop by mistake, and the hint for each. */
const COMMON_MISTAKES: readonly (readonly [name: RegExp, advice: string])[] = [
  [/\.zip$/i, 'is an archive: unpack it, and choose the files of one split in its gzip folder'],
  [
    /\.mat$/i,
    'is the MATLAB form of EMNIST: choose the files of the binary form (gzip.zip) instead',
  ],
  [
    /^(train|t10k)-(images|labels)/i,
    'is a file of MNIST by its name, which stores images another way up',
  ],
  [/^emnist-[a-z]+-(train|test)-(images|labels)/i, 'has a changed name'],
];

/** The role of a file by its name. @throws DataError if it has none */
export function roleOf(name: string): { readonly split: EmnistSplit; readonly role: Role } {
  const data = DATA_NAME.exec(name);
  const mapping = MAPPING_NAME.exec(name);
  const split = (data ?? mapping)?.[1].toLowerCase();
  if (split === undefined) {
    const advice =
      COMMON_MISTAKES.find(([pattern]) => pattern.test(name))?.[1] ??
      "isn't an official EMNIST file";
    throw new DataError(
      `${name}: ${advice}; their names are like emnist-balanced-train-images-idx3-ubyte.gz`,
    );
  }
  if (!Object.hasOwn(EMNIST_SPLITS, split)) {
    throw new DataError(
      `${name}: EMNIST has no split ${split}; it has ${Object.keys(EMNIST_SPLITS).join(', ')}`,
    );
  }
  if (data === null) return { split: checkSplit(split), role: 'mapping' };
  const [part, kind] = [data[2].toLowerCase(), data[3].toLowerCase()];
  const role = ROLES.find((candidate) => candidate.toLowerCase() === part + kind)!;
  return { split: checkSplit(split), role };
}

/**
 * Adds files to a collection; a file replaces an earlier one with the same role.
 *
 * @throws DataError with the file if it has no role or belongs to another split; then nothing is added
 */
export function addFiles<File extends NamedFile>(
  existing: FileSet<File>,
  added: readonly File[],
): FileSet<File> {
  const files: Partial<Record<Role, File>> = { ...existing.files };
  const newRoles = new Map<Role, File>();
  let { split } = existing;
  for (const file of added) {
    const identified = roleOf(file.name);
    split ??= identified.split;
    if (identified.split !== split) {
      throw new DataError(
        `${file.name}: is of the ${identified.split} split, but the others are of ${split}; choose files of one split,` +
          ' or remove those chosen before',
      );
    }
    const duplicate = newRoles.get(identified.role);
    if (duplicate !== undefined) {
      throw new DataError(
        `${file.name}: is the same part as ${duplicate.name}; choose one of the two`,
      );
    }
    newRoles.set(identified.role, file);
    files[identified.role] = file;
  }
  return { split, files };
}

/** Display names of the roles. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  trainImages: 'training images',
  trainLabels: 'training labels',
  testImages: 'test images',
  testLabels: 'test labels',
  mapping: 'mapping of the classes',
};

/** Missing roles that training requires: the training pair, and the other half of an incomplete test pair. */
export function missingRoles({ files }: FileSet<NamedFile>): Role[] {
  const required: Role[] = ['trainImages', 'trainLabels'];
  if (files.testImages !== undefined || files.testLabels !== undefined)
    required.push('testImages', 'testLabels');
  return required.filter((role) => files[role] === undefined);
}

/** The collection as the worker's input, or null while a file is missing. */
export function completeFiles({ split, files }: FileSet<File>): EmnistFiles | null {
  const { trainImages, trainLabels, testImages = null, testLabels = null, mapping = null } = files;
  if (split === null || trainImages === undefined || trainLabels === undefined) return null;
  if ((testImages === null) !== (testLabels === null)) return null;
  return { split, trainImages, trainLabels, testImages, testLabels, mapping };
}
