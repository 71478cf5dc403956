// Tiny IDX files and data sets for the data tests.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ImageDataset } from '../../src/data/loading/imageDataset.js';

/** IDX bytes with any magic number and sizes, valid or not. */
export function idx(
  magic: number,
  sizes: readonly number[],
  values: ArrayLike<number>,
): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * sizes.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  sizes.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(values, 4 + 4 * sizes.length);
  return bytes;
}

export function idxImages(images: ArrayLike<number>): Uint8Array {
  return idx(0x803, [images.length / 784, 28, 28], images);
}

export function idxLabels(labels: readonly number[]): Uint8Array {
  return idx(0x801, [labels.length], labels);
}

/** A temporary folder for one test, removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inkgrad-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

export async function writeFiles(
  folder: string,
  files: Record<string, Uint8Array | string>,
): Promise<void> {
  for (const [name, contents] of Object.entries(files))
    await writeFile(join(folder, name), contents);
}

/**
 * A data set in which every pixel of an image is the image's index, so that tests can identify
 * images.
 */
export function numberedDataset(labels: readonly number[], classCount = 10): ImageDataset {
  return new ImageDataset({
    name: 'numbered',
    images: Uint8Array.from({ length: labels.length * 784 }, (_, i) => Math.floor(i / 784)),
    height: 28,
    width: 28,
    labels: Uint8Array.from(labels),
    classes: Array.from({ length: classCount }, (_, c) => String(c)),
    synthetic: true,
  });
}
