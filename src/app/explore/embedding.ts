// UMAP embedding of the images in the plane, computed by umap-js. The same seed gives the same
// embedding. McInnes, Healy, Melville, "UMAP: Uniform manifold approximation and projection", 2018

import { UMAP } from 'umap-js';
import type { Rng } from '../../engine/rng.js';
import { nearestNeighbors } from './nearestNeighbors.js';
import type { ProgressCallback } from './measure.js';

export interface EmbeddingOptions {
  /** Coordinates per point. */
  readonly dimensions: number;
  readonly rng: Rng;
  readonly onProgress?: ProgressCallback;
}

/** UMAP's default. */
const NEIGHBORS = 15;

/** Embeds points in the plane: `[n, 2]`, without unit. Fewer than 5 points give an empty result. */
export function embed(
  points: Float32Array,
  { dimensions, rng, onProgress }: EmbeddingOptions,
): Float64Array {
  const n = points.length / dimensions;
  if (n < 5) return new Float64Array(0);
  // Exact neighbors: UMAP's approximate search takes longer for so few points.
  const k = Math.min(NEIGHBORS, n - 1) - 1;
  const neighbors = nearestNeighbors(points, { dimensions, k, rng, exactUpTo: Infinity });
  const umap = new UMAP({ nNeighbors: k + 1, random: () => rng.uniform() });
  // UMAP counts each point as its own first neighbor.
  const row = (values: ArrayLike<number>, i: number, first: number): number[] => [
    first,
    ...Array.from({ length: k }, (_, rank) => values[i * k + rank]),
  ];
  const pointIndices = Array.from({ length: n }, (_, i) => i);
  umap.setPrecomputedKNN(
    pointIndices.map((i) => row(neighbors.indices, i, i)),
    pointIndices.map((i) => row(neighbors.distances, i, 0)),
  );
  const epochs = umap.initializeFit(
    pointIndices.map((i) => Array.from(points.subarray(i * dimensions, (i + 1) * dimensions))),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    onProgress?.(epoch, epochs);
    umap.step();
  }
  return Float64Array.from(umap.getEmbedding().flat());
}
