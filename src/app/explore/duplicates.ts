// Exact duplicates: copies within a class, one image with two labels, and training images that are
// also in the test part.

import type { Dataset } from '../../data/loading/dataset.js';
import { IMAGE_PIXELS } from '../../data/emnist/idx.js';

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
 * The 32-bit FNV-1a hash of image `index` (Fowler, Noll, Vo;
 * http://www.isthe.com/chongo/tech/comp/fnv).
 */
function hashImage(images: Uint8Array, index: number): number {
  let hash = 0x811c9dc5;
  for (let i = index * IMAGE_PIXELS; i < (index + 1) * IMAGE_PIXELS; i++) {
    hash = Math.imul(hash ^ images[i], 0x01000193);
  }
  return hash;
}

function areEqual(a: Dataset, i: number, b: Dataset, j: number): boolean {
  for (let pixel = 0; pixel < IMAGE_PIXELS; pixel++) {
    if (a.images[i * IMAGE_PIXELS + pixel] !== b.images[j * IMAGE_PIXELS + pixel]) return false;
  }
  return true;
}

/** Finds equal images within one part, and images of another part that equal them. */
export function findDuplicates(explored: Dataset, other: Dataset | null): Duplicates {
  // Images grouped by hash, and within a hash by equality.
  const byHash = new Map<number, ImageReference[][]>();
  const parts = { explored, other };
  for (const part of ['explored', 'other'] as const) {
    const dataset = parts[part];
    if (dataset === null) continue;
    for (let index = 0; index < dataset.length; index++) {
      const hash = hashImage(dataset.images, index);
      const reference: ImageReference = { part, index, label: dataset.labels[index] };
      const bucket = byHash.get(hash);
      if (bucket === undefined) {
        if (part === 'explored') byHash.set(hash, [[reference]]);
        continue;
      }
      const equal = bucket.find(([first]) =>
        areEqual(parts[first.part]!, first.index, dataset, index),
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

function countBlank(dataset: Dataset): number {
  let blank = 0;
  for (let i = 0; i < dataset.length; i++) {
    let pixel = i * IMAGE_PIXELS;
    while (pixel < (i + 1) * IMAGE_PIXELS && dataset.images[pixel] === 0) pixel += 1;
    if (pixel === (i + 1) * IMAGE_PIXELS) blank += 1;
  }
  return blank;
}
