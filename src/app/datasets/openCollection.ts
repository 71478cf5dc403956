// Opens a data set of any layout except EMNIST's own, and divides it into parts.

import { DataError, DataMissingError } from '../../data/errors.js';
import { stratifiedIndices } from '../../data/loading/split.js';
import { Rng } from '../../engine/rng.js';
import { printable } from '../terminal/printable.js';
import { readCsv, readMatFile, readMnist, readNpz } from './arrayFiles.js';
import type { Collection, PartImages } from './collection.js';
import { nameClasses, sortLabels } from './formats/classNames.js';
import type { Orientation } from './formats/orientation.js';
import { PART_NAMES, type PartName } from './formats/storedImages.js';
import { findImageFolder } from './imageFolder.js';
import { findLayout, type Layout } from './locate.js';

/** Share of the images of every class in the test part of a data set that has none. */
export const TEST_SHARE = 0.1;
/** Selects them. Independent of `--seed`, so that every command finds the same test part. */
const TEST_SEED = 20261130;

/** Images of a part, by index. */
export interface Selection {
  readonly images: PartImages;
  readonly indices: ArrayLike<number>;
}

/** A data set divided into parts, not yet converted to the input of a network. */
export interface OpenedCollection {
  readonly name: string;
  /** Names in the order of `labels`. */
  readonly classes: readonly string[];
  /** Label of each class. */
  readonly labels: readonly string[];
  readonly parts: Readonly<Partial<Record<PartName, Selection>>> & {
    readonly train: Selection;
    readonly test: Selection;
  };
  readonly notes: readonly string[];
}

export interface CollectionOptions {
  /** EMNIST split, where a folder has a file for each. */
  readonly split: string;
  readonly orientation?: Orientation | undefined;
}

/**
 * Opens a file or folder.
 *
 * @returns null for a folder with EMNIST's own files and their folder, which readEmnist.ts reads
 * @throws DataError if the layout is unknown, or a file is damaged
 */
export async function openCollection(
  path: string,
  { split, orientation = 'auto' }: CollectionOptions,
): Promise<OpenedCollection | { readonly emnist: string }> {
  const layout = await findLayout(path, split);
  if (layout.kind === 'emnist') return { emnist: layout.folder };
  const collection = await read(layout, path, orientation);
  return divide(collection, printable(path));
}

async function read(
  layout: Exclude<Layout, { kind: 'emnist' }>,
  path: string,
  orientation: Orientation,
): Promise<Collection> {
  switch (layout.kind) {
    case 'mnist':
      return readMnist(layout.files, orientation);
    case 'csv':
      return readCsv(layout.files, orientation);
    case 'npz':
      return readNpz(layout.path, orientation);
    case 'mat':
      return readMatFile(layout.path);
    case 'images': {
      const found = await findImageFolder(layout.folder);
      if (found !== null) return found;
      throw new DataMissingError(
        `--data ${printable(path)}: contains no known data; expected EMNIST or MNIST files, a ` +
          'folder of PNG or JPEG images for each class, or a .csv, .npz or .mat file',
      );
    }
  }
}

/** Numbers the classes, and takes a test part out of the training part if there is none. */
function divide(collection: Collection, path: string): OpenedCollection {
  const { parts, classNames } = collection;
  const labels = sortLabels(parts.train.labels);
  const classes = nameClasses(labels, classNames, path);
  const known = new Set(labels);
  for (const part of PART_NAMES) {
    const unknown = parts[part]?.labels.find((label) => !known.has(label));
    if (unknown === undefined) continue;
    throw new DataError(
      `${path}: the ${part} part has the class ${JSON.stringify(unknown)}, which the training part ` +
        'lacks; add images of it to the training part, or remove it',
    );
  }
  const { train, validation, test } = parts;
  const whole = (images: PartImages): Selection => ({
    images,
    indices: Array.from(images.labels.keys()),
  });
  const rest = {
    name: collection.name,
    classes,
    labels,
  };
  const heldOut = validation === undefined ? {} : { validation: whole(validation) };
  if (test !== undefined) {
    return {
      ...rest,
      notes: collection.notes,
      parts: { train: whole(train), ...heldOut, test: whole(test) },
    };
  }
  const classOf = new Map(labels.map((label, index) => [label, index]));
  const indices = train.labels.map((label) => classOf.get(label)!);
  const split = stratifiedIndices(indices, TEST_SHARE, new Rng(TEST_SEED).split('test'));
  const note =
    `${collection.name}: has no test part; ${split.validation.length} of ` +
    `${indices.length} images, the same in every command, are set aside for it`;
  return {
    ...rest,
    notes: [...collection.notes, note],
    parts: {
      train: { images: train, indices: split.train },
      ...heldOut,
      test: { images: train, indices: split.validation },
    },
  };
}
