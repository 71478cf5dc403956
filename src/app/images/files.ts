// Finds image files (files, folders, stdin) and reads their bytes up to a size limit.

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, DataMissingError } from '../../data/errors.js';
import { explainSystemError } from '../systemErrors.js';
import { MAX_BYTES } from './limits.js';

/** Means stdin on the command line. */
export const STDIN = '-';

const IMAGE_EXTENSION = /\.(png|jpe?g)$/i;

/** An image file, or the reason why a path has none. */
export interface ImageFile {
  readonly path: string;
  /** Set if nothing can be read at this path. */
  readonly problem?: DataMissingError;
}

/**
 * Every file given, and for every folder the PNG and JPEG files in it and its subfolders, sorted by
 * path.
 */
export async function findImages(paths: readonly string[]): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  for (const path of paths) files.push(...(await findImagesAt(path)));
  return files;
}

async function findImagesAt(path: string): Promise<ImageFile[]> {
  if (path === STDIN) return [{ path }];
  try {
    if (!(await stat(path)).isDirectory()) return [{ path }];
    const names = await readdir(path, { recursive: true });
    const images = names.filter((name) => IMAGE_EXTENSION.test(name)).sort();
    if (images.length > 0) return images.map((name) => ({ path: join(path, name) }));
    return [
      {
        path,
        problem: new DataMissingError(`${path}: no .png, .jpg or .jpeg file in this folder`),
      },
    ];
  } catch (error) {
    return [
      {
        path,
        problem: new DataMissingError(
          `${path}: cannot be read: ${explainSystemError(error, 'read')}`,
        ),
      },
    ];
  }
}

/** The bytes of a file or of stdin; reading stops as soon as the size limit is exceeded. */
export async function readImageBytes(path: string): Promise<Uint8Array> {
  const name = path === STDIN ? 'stdin' : path;
  const stream = path === STDIN ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    throw new DataMissingError(`${name}: cannot be read: ${explainSystemError(error, 'read')}`);
  }
  if (size > MAX_BYTES) {
    throw new DataError(
      `${name}: is larger than ${MAX_BYTES / 2 ** 20} MB; scale it down or crop it to the ` +
        'character',
    );
  }
  return Buffer.concat(chunks);
}
