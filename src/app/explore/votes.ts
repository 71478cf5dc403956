// k-nearest-neighbor classification of the images, doubtful labels, and the closest images of
// different classes.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { mergedName } from '../../data/emnist/lookAlikes.js';
import type { Neighbors } from './nearestNeighbors.js';

/** Two images of different classes that are close together. */
export interface Pair {
  readonly indices: readonly [number, number];
  readonly labels: readonly [number, number];
  /** Distance in the space of the components; 1 is the change of one pixel from paper to ink. */
  readonly distance: number;
}

/** An image whose neighbors agree on another class. */
export interface Doubt {
  readonly index: number;
  readonly label: number;
  /** The class of its neighbors. */
  readonly suggested: number;
  /** Number of neighbors with that class. */
  readonly votes: number;
  /** Mean distance of the neighbors. */
  readonly distance: number;
}

export interface Votes {
  /** How often each class was predicted as each other by vote: `[true][predicted]`. */
  readonly counts: Float64Array;
  /** Number of correct predictions; an image's own label has no vote. */
  readonly correct: number;
  /**
   * For each pair of neighboring classes, the closest two images that are not equal; closest pair
   * first.
   */
  readonly pairs: readonly Pair[];
  /** Most doubtful first. */
  readonly doubts: readonly Doubt[];
}

/** Minimum share of the neighbors that must agree on another class before a label is doubtful. */
export const DOUBT_SHARE = 0.8;

/**
 * Whether two class names may have the same shape: 1 I L, 9 g q, F f, 0 O, and the two cases of a
 * letter.
 */
export function areAlike(a: string, b: string): boolean {
  return mergedName(a) === mergedName(b) || a.toLowerCase() === b.toLowerCase();
}

/**
 * Predicts the class of every image by majority vote of its neighbors; a tie goes to the class of
 * the nearest one.
 */
export function countVotes(dataset: ImageDataset, { k, indices, distances }: Neighbors): Votes {
  const { labels, classes, length } = dataset;
  const n = classes.length;
  const counts = new Float64Array(n * n);
  const closest = new Map<number, Pair>();
  const doubts: Doubt[] = [];
  const votes = new Int32Array(n);
  let correct = 0;
  for (let i = 0; k > 0 && i < length; i++) {
    votes.fill(0);
    let total = 0;
    for (let near = i * k; near < (i + 1) * k; near++) {
      votes[labels[indices[near]]] += 1;
      total += distances[near];
    }
    let predicted = labels[indices[i * k]];
    for (let near = i * k + 1; near < (i + 1) * k; near++) {
      const other = labels[indices[near]];
      if (votes[other] > votes[predicted]) predicted = other;
    }
    const label = labels[i];
    counts[label * n + predicted] += 1;
    if (predicted === label) correct += 1;
    else if (
      votes[label] === 0 &&
      votes[predicted] >= DOUBT_SHARE * k &&
      !areAlike(classes[label], classes[predicted])
    ) {
      doubts.push({
        index: i,
        label,
        suggested: predicted,
        votes: votes[predicted],
        distance: total / k,
      });
    }
    for (let near = i * k; near < (i + 1) * k; near++)
      updateClosest(closest, dataset, i, indices[near], distances[near]);
  }
  doubts.sort((a, b) => b.votes - a.votes || a.distance - b.distance || a.index - b.index);
  const pairs = [...closest.values()].sort(
    (a, b) => a.distance - b.distance || a.indices[0] - b.indices[0],
  );
  return { counts, correct, pairs, doubts };
}

/**
 * Keeps the closest two images of each pair of classes; equal images are handled in duplicates.ts.
 */
function updateClosest(
  closest: Map<number, Pair>,
  { labels, classes }: ImageDataset,
  i: number,
  j: number,
  distance: number,
): void {
  if (labels[i] === labels[j] || distance === 0) return;
  const [first, second] = labels[i] < labels[j] ? [i, j] : [j, i];
  const key = labels[first] * classes.length + labels[second];
  const current = closest.get(key);
  if (current !== undefined && current.distance <= distance) return;
  closest.set(key, { indices: [first, second], labels: [labels[first], labels[second]], distance });
}
