// Everything that can be said about a data set without training anything. Numbers only: pictures.ts draws them and
// page.ts writes them down. Imports data and the other files of this folder.

import { classCounts, subset, type Dataset } from '../../data/loading/dataset.js';
import { imageStatistics, type ImageStatistics } from '../../data/loading/statistics.js';
import type { Rng } from '../../engine/rng.js';
import { findDuplicates, type Duplicates } from './duplicates.js';
import { embed } from './embedding.js';
import { measureImages, pixelMoments, summarizeClasses } from './measure.js';
import type { ClassSummary, Measures, PixelMoments, Progress } from './measure.js';
import { nearestNeighbours } from './nearestNeighbors.js';
import { principalComponents, type Components } from './pca.js';
import { countVotes, type Votes } from './votes.js';

/** Components that neighbours are sought in. */
const COMPONENTS = 32;
const NEIGHBOURS = 10;
/** Components and neighbours are found for at most so many images; more would take longer than one waits. */
const MAX_COMPARED = 120_000;
/** Images that the two scatter plots show. */
const MAX_MAPPED = 4000;

export interface ExploreOptions {
  /** Decides which images are sampled, and the layout of the map. */
  readonly rng: Rng;
  /** The other part of the split, to look for images that are in both; null if there is none. */
  readonly other: Dataset | null;
  /** Called with the name of the work at hand and how far it is. */
  readonly onProgress?: (work: string, done: number, total: number) => void;
  /** For tests: other bounds than the usual ones. */
  readonly mostCompared?: number;
  readonly mostMapped?: number;
}

export interface Exploration {
  readonly counts: Uint32Array;
  readonly statistics: ImageStatistics;
  readonly measures: Measures;
  readonly classes: readonly ClassSummary[];
  readonly moments: PixelMoments;
  readonly duplicates: Duplicates;
  /** The images that components and neighbours were found for: all, or a seeded sample. */
  readonly compared: Dataset;
  /** The number of each compared image in the data set. */
  readonly numbers: Uint32Array;
  readonly components: Components;
  readonly neighbours: { readonly k: number; readonly exact: boolean };
  readonly votes: Votes;
  /** Numbers, among the compared ones, of the images on the maps. */
  readonly mapped: Uint32Array;
  /** Where UMAP put them: `[mapped, 2]`. */
  readonly map: Float64Array;
}

/** `most` of so many things, in their order: all if there are no more. */
function chooseSome(count: number, most: number, rng: Rng): Uint32Array {
  if (count <= most) return Uint32Array.from({ length: count }, (_, i) => i);
  return rng.permutation(count).slice(0, most).sort();
}

/** Measures, compares and maps a data set. */
export function explore(dataset: Dataset, options: ExploreOptions): Exploration {
  const { rng, other, onProgress, mostCompared = MAX_COMPARED, mostMapped = MAX_MAPPED } = options;
  const progressOf =
    (work: string): Progress =>
    (done, total) =>
      onProgress?.(work, done, total);

  const measures = measureImages(dataset, progressOf('measuring strokes'));
  progressOf('looking for equal images')(0, 1);
  const duplicates = findDuplicates(dataset, other);
  const numbers = chooseSome(dataset.length, mostCompared, rng.split('compared'));
  const compared = numbers.length === dataset.length ? dataset : subset(dataset, numbers);
  const components = principalComponents(compared, COMPONENTS, progressOf('finding components'));
  const neighbours = nearestNeighbours(components.points, {
    dimensions: COMPONENTS,
    k: NEIGHBOURS,
    rng: rng.split('cells'),
    onProgress: progressOf('finding neighbours'),
  });
  const mapped = chooseSome(compared.length, mostMapped, rng.split('mapped'));
  const mappedPoints = new Float32Array(mapped.length * COMPONENTS);
  for (const [place, i] of mapped.entries()) {
    mappedPoints.set(components.points.subarray(i * COMPONENTS, (i + 1) * COMPONENTS), place * COMPONENTS);
  }
  const map = embed(mappedPoints, {
    dimensions: COMPONENTS,
    rng: rng.split('map'),
    onProgress: progressOf('drawing a map (UMAP)'),
  });
  return {
    counts: classCounts(dataset),
    statistics: imageStatistics(dataset),
    measures,
    classes: summarizeClasses(dataset, measures),
    moments: pixelMoments(dataset),
    duplicates,
    compared,
    numbers,
    components,
    neighbours: { k: neighbours.k, exact: neighbours.exact },
    votes: countVotes(compared, neighbours),
    mapped,
    map,
  };
}
