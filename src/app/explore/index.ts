// Analysis of a data set without any training. Numbers only: figures.ts draws the charts and
// report.ts writes the report.

import { classCounts, selectImages, type ImageDataset } from '../../data/loading/imageDataset.js';
import { imageStatistics, type ImageStatistics } from '../../data/loading/statistics.js';
import type { Rng } from '../../engine/rng.js';
import { findDuplicates, type Duplicates } from './duplicates.js';
import { embed } from './embedding.js';
import { measureImages, pixelMoments, summarizeClasses } from './measure.js';
import type { ClassSummary, Measures, PixelMoments, ProgressCallback } from './measure.js';
import { nearestNeighbors } from './nearestNeighbors.js';
import { principalComponents, type Components } from './pca.js';
import { countVotes, type Votes } from './votes.js';

/** Maximum number of principal components for the nearest-neighbor search. */
const MAX_COMPONENTS = 32;
const NEIGHBORS = 10;
/** Number of images in the two scatter plots. */
const MAX_PLOTTED = 4000;

export interface ExploreOptions {
  /** Determines which images are sampled, and the layout of the UMAP embedding. */
  readonly rng: Rng;
  /** The other part of the split, to find images that are in both; null if there is none. */
  readonly other: ImageDataset | null;
  /** Called with the name of the current step and its progress. */
  readonly onProgress?: (work: string, done: number, total: number) => void;
  /** Maximum number of images for components and neighbors. */
  readonly maxSample: number;
  /** Maximum number of images in the scatter plots. Default 4,000. */
  readonly maxPlotted?: number;
}

export interface Exploration {
  readonly counts: Uint32Array;
  readonly statistics: ImageStatistics;
  readonly measures: Measures;
  readonly classes: readonly ClassSummary[];
  readonly moments: PixelMoments;
  readonly duplicates: Duplicates;
  /** The images with components and neighbors: all, or a seeded sample. */
  readonly sample: ImageDataset;
  /** Index of each compared image in the data set. */
  readonly sampleIndices: Uint32Array;
  readonly components: Components;
  readonly neighbors: { readonly k: number; readonly exact: boolean };
  readonly votes: Votes;
  /** Indices, among the compared images, of the images in the scatter plots. */
  readonly plotted: Uint32Array;
  /** UMAP coordinates: `[mapped, 2]`. */
  readonly embedding: Float64Array;
}

/** `limit` random indices out of `count`, sorted; all if `count` is not larger. */
function randomSubset(count: number, limit: number, rng: Rng): Uint32Array {
  if (count <= limit) return Uint32Array.from({ length: count }, (_, i) => i);
  return rng.permutation(count).slice(0, limit).sort();
}

/** Measures, compares and embeds a data set. */
export function explore(dataset: ImageDataset, options: ExploreOptions): Exploration {
  const { rng, other, onProgress, maxSample, maxPlotted = MAX_PLOTTED } = options;
  const progressOf =
    (work: string): ProgressCallback =>
    (done, total) =>
      onProgress?.(work, done, total);

  const dimensions = Math.min(MAX_COMPONENTS, dataset.height * dataset.width);
  const measures = measureImages(dataset, progressOf('measuring stroke widths'));
  progressOf('finding duplicates')(0, 1);
  const duplicates = findDuplicates(dataset, other);
  const sampleIndices = randomSubset(dataset.length, maxSample, rng.split('compared'));
  const sample =
    sampleIndices.length === dataset.length ? dataset : selectImages(dataset, sampleIndices);
  const components = principalComponents(
    sample,
    dimensions,
    progressOf('computing principal components'),
  );
  const neighbors = nearestNeighbors(components.points, {
    dimensions,
    k: NEIGHBORS,
    rng: rng.split('cells'),
    onProgress: progressOf('finding nearest neighbors'),
  });
  const plotted = randomSubset(sample.length, maxPlotted, rng.split('mapped'));
  const plottedPoints = new Float32Array(plotted.length * dimensions);
  for (const [row, i] of plotted.entries()) {
    plottedPoints.set(
      components.points.subarray(i * dimensions, (i + 1) * dimensions),
      row * dimensions,
    );
  }
  const embedding = embed(plottedPoints, {
    dimensions,
    rng: rng.split('map'),
    onProgress: progressOf('computing the UMAP embedding'),
  });
  return {
    counts: classCounts(dataset),
    statistics: imageStatistics(dataset),
    measures,
    classes: summarizeClasses(dataset, measures),
    moments: pixelMoments(dataset),
    duplicates,
    sample,
    sampleIndices,
    components,
    neighbors: { k: neighbors.k, exact: neighbors.exact },
    votes: countVotes(sample, neighbors),
    plotted,
    embedding,
  };
}
