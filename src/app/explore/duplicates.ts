// Exact duplicates: copies within a class, one image with two labels, and training images that are
// also in the test part.

import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';

/** One image among those compared. */
export interface ImageReference {
  /** Its part: the explored one (`explored`), or the other one. */
  readonly part: 'explored' | 'other';
  /** Its index in that part. */
  readonly index: number;
  readonly label: number;
}

export interface Duplicates {
  /**
   * Each set of two or more equal images with at least one in the explored part, ordered by first
   * image.
   */
  readonly groups: readonly (readonly ImageReference[])[];
  /** Images of the explored part that equal an earlier one of it. */
  readonly copies: number;
  /** Groups whose images in the explored part have two labels or more. */
  readonly acrossClasses: number;
  /**
   * Images of the explored part that are also in the other part; null if there is no other part.
   */
  readonly inOtherPart: number | null;
  /** Images without any ink. */
  readonly blank: number;
}

/**
 * The 32-bit FNV-1a hash of an image (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv).
 */
function hashImage(image: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < image.length; i++) hash = Math.imul(hash ^ image[i], 0x01000193);
  return hash;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Finds equal images within one part, and images of another part that equal them. */
export function findDuplicates(explored: ImageDataset, other: ImageDataset | null): Duplicates {
  // Images grouped by hash, and within a hash by equality.
  const byHash = new Map<number, ImageReference[][]>();
  const parts = { explored, other };
  for (const part of ['explored', 'other'] as const) {
    const dataset = parts[part];
    if (dataset === null) continue;
    for (let index = 0; index < dataset.length; index++) {
      const image = imageAt(dataset, index);
      const hash = hashImage(image);
      const reference: ImageReference = { part, index, label: dataset.labels[index] };
      const bucket = byHash.get(hash);
      if (bucket === undefined) {
        if (part === 'explored') byHash.set(hash, [[reference]]);
        continue;
      }
      const equal = bucket.find(([first]) =>
        areEqual(imageAt(parts[first.part]!, first.index), image),
      );
      if (equal !== undefined) equal.push(reference);
      else if (part === 'explored') bucket.push([reference]);
    }
  }
  const groups = [...byHash.values()].flat().filter((group) => group.length > 1);
  groups.sort(([a], [b]) => a.index - b.index);
  const exploredImages = groups.map((group) => group.filter(({ part }) => part === 'explored'));
  return {
    groups,
    copies: exploredImages.reduce((sum, group) => sum + group.length - 1, 0),
    acrossClasses: exploredImages.filter(
      (group) => new Set(group.map(({ label }) => label)).size > 1,
    ).length,
    inOtherPart:
      other === null
        ? null
        : groups.reduce(
            (sum, group, i) =>
              sum + (group.length > exploredImages[i].length ? exploredImages[i].length : 0),
            0,
          ),
    blank: countBlank(explored),
  };
}

function countBlank(dataset: ImageDataset): number {
  let blank = 0;
  for (let i = 0; i < dataset.length; i++) {
    if (imageAt(dataset, i).every((value) => value === 0)) blank += 1;
  }
  return blank;
}
