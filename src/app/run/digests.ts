// SHA-256 digests of a run's training data. File digests let people compare with the official
// archive. Digests of the images in memory determine whether a run may be resumed.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Json } from '../../nn/index.js';
import { canonicalJson } from '../../nn/saving/json.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { findFile } from '../../data/emnist/readEmnist.js';
import { checkSplit, fileName, type EmnistPart } from '../../data/emnist/splits.js';

export interface FileDigest {
  /** File name without the folder, e.g. `emnist-balanced-train-images-idx3-ubyte.gz`. */
  readonly name: string;
  readonly sha256: string;
}

export interface PartDigest {
  readonly images: number;
  /** Over all images, then all labels, then the class names. */
  readonly sha256: string;
}

/** The data that a run was trained on. */
export interface DataRecord {
  readonly name: string;
  /** True for synthetic characters. */
  readonly synthetic: boolean;
  /** Absolute path of the folder that was read; null for synthetic data, or in an older config. */
  readonly folder: string | null;
  /** The source files; empty for synthetic data. */
  readonly files: readonly FileDigest[];
  readonly train: PartDigest;
  readonly validation: PartDigest;
}

export function digestDataset({ images, labels, classes, length }: ImageDataset): PartDigest {
  const hash = createHash('sha256').update(images).update(labels).update(classes.join('\n'));
  return { images: length, sha256: hash.digest('hex') };
}

/** The digest of a JSON value; the order of keys does not matter. */
export function digestJson(value: Json): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/** The digest of a file's bytes, under its name without the folder. */
export async function digestFile(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return { name: basename(path), sha256: hash.digest('hex') };
}

/** The digests of a split's files for some parts, as stored in the folder. */
export async function digestFiles(
  dir: string,
  split: string,
  parts: readonly EmnistPart[],
): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const part of parts) {
    for (const kind of ['images', 'labels'] as const) {
      const path = await findFile(dir, fileName(checkSplit(split), part, kind));
      // The file was read earlier and has disappeared since: it has no digest.
      if (path === null) continue;
      digests.push(await digestFile(path));
    }
  }
  return digests;
}
