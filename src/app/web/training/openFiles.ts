// Reading of EMNIST files in the worker, gzip-compressed or not, in no more memory than the kept images need.
// The files never leave the device.

import type { ImageDataset } from '../../../data/loading/imageDataset.js';
import { emnistDataset } from '../../../data/emnist/emnistDataset.js';
import { DataError } from '../../../data/errors.js';
import {
  checkIdxLength,
  damagedGzip,
  isGzip,
  readIdxHeader,
  type IdxKind,
  type NamedIdx,
} from '../../../data/emnist/idx.js';
import { readIdxStream } from '../../../data/emnist/idxStream.js';
import { parseMapping } from '../../../data/emnist/splits.js';
import type { EmnistPart } from '../../../data/emnist/splits.js';
import type { EmnistFiles } from './protocol.js';
import { MAX_IMAGES } from './settings.js';

export interface OpenedFiles {
  readonly train: ImageDataset;
  readonly test: ImageDataset | null;
  /** Number of images in the files, including those not kept. */
  readonly counts: { readonly train: number; readonly test: number | null };
}

/** Larger files are rejected; a mapping file has at most 62 short lines. */
const MAX_MAPPING_BYTES = 4096;

/**
 * @param nameOf name of a file, for error messages
 * @throws DataError with the file, the problem and the fix
 */
export async function openFiles(
  files: EmnistFiles,
  nameOf: (file: Blob) => string,
): Promise<OpenedFiles> {
  const { split, mapping } = files;
  const classes =
    mapping === null
      ? undefined
      : parseMapping(await mapping.slice(0, MAX_MAPPING_BYTES).text(), {
          name: nameOf(mapping),
          split,
        });
  const readPart = async (part: EmnistPart, images: Blob, labels: Blob) => {
    const read = async (file: Blob, kind: IdxKind): Promise<NamedIdx> => {
      const name = nameOf(file);
      return { name, ...(await readIdxBlob(file, { name, expect: kind, limit: MAX_IMAGES })) };
    };
    const [labelFile, imageFile] = [await read(labels, 'labels'), await read(images, 'images')];
    return {
      dataset: emnistDataset({ split, part, images: imageFile, labels: labelFile, classes }),
      count: imageFile.count,
    };
  };
  const train = await readPart('train', files.trainImages, files.trainLabels);
  const test =
    files.testImages === null || files.testLabels === null
      ? null
      : await readPart('test', files.testImages, files.testLabels);
  return {
    train: train.dataset,
    test: test?.dataset ?? null,
    counts: { train: train.count, test: test?.count ?? null },
  };
}

type ReadIdxOptions = Parameters<typeof readIdxStream>[1];

/** Reads one IDX file; decompresses it if it begins with the gzip signature. */
async function readIdxBlob(file: Blob, options: ReadIdxOptions): ReturnType<typeof readIdxStream> {
  const header = await firstBytes(file, options.name);
  const compressed = isGzip(header);
  if (!compressed) checkIdxLength(readIdxHeader(header, options), file.size, options.name);
  const stream = compressed
    ? file.stream().pipeThrough(new DecompressionStream('gzip'))
    : file.stream();
  try {
    return await readIdxStream(chunksOf(stream), options);
  } catch (error) {
    if (error instanceof DataError) throw error;
    if (!compressed || (error as Error).name === 'NotReadableError')
      throw unreadable(options.name, error);
    throw damagedGzip(options.name, error);
  }
}

async function firstBytes(file: Blob, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.slice(0, 16).arrayBuffer());
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, error: unknown): DataError {
  return new DataError(
    `${name}: cannot be read (${(error as Error).message}); it may have been changed, moved or be a folder: choose it again`,
  );
}

/** A stream as an async iterable, which not every browser supports natively. */
async function* chunksOf(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // the stream is no longer needed, whether or not cancel fails
  }
}
