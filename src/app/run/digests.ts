// What a run was trained on, as digests: of the files for people, who can compare them with those of the official
// archive, and of the images in memory, which decide whether a run may be resumed. Imports data, node:crypto and node:fs.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Dataset } from '../../data/loading/dataset.js';
import { findFile } from '../../data/emnist/readEmnist.js';
import { checkSplit, fileName, type EmnistPart } from '../../data/emnist/splits.js';

export interface FileDigest {
  /** As it is called in its folder, e.g. `emnist-balanced-train-images-idx3-ubyte.gz`. */
  readonly name: string;
  readonly sha256: string;
}

export interface PartDigest {
  readonly images: number;
  /** Over all images, then all labels, then the names of the classes. */
  readonly sha256: string;
}

/** What a run was trained on. */
export interface DataRecord {
  readonly name: string;
  /** Whether it was drawn by this program. */
  readonly synthetic: boolean;
  /** The files it was read from; none for synthetic data. */
  readonly files: readonly FileDigest[];
  readonly train: PartDigest;
  readonly validation: PartDigest;
}

export function digestDataset({ images, labels, classes, length }: Dataset): PartDigest {
  const hash = createHash('sha256').update(images).update(labels).update(classes.join('\n'));
  return { images: length, sha256: hash.digest('hex') };
}

/** The digest of a file as it lies there, under its name without the folder. */
export async function digestFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return { name: basename(path), sha256: hash.digest('hex') };
}

/** The digests of the files of some parts of a split, as they lie in the folder. */
export async function digestFiles(
  dir: string,
  split: string,
  parts: readonly EmnistPart[],
): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const part of parts) {
    for (const kind of ['images', 'labels'] as const) {
      const path = await findFile(dir, fileName(checkSplit(split), part, kind));
      if (path === null) continue; // it was read a moment ago; gone now, it has no digest
      digests.push(await digestFile(path));
    }
  }
  return digests;
}
