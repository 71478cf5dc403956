// UMAP embedding of the images in the plane, computed by umap-js. The same seed gives the same
// embedding. McInnes, Healy, Melville, "UMAP: Uniform manifold approximation and projection", 2018

import { UMAP } from 'umap-js';
import type { Rng } from '../../engine/rng.js';
import { nearestNeighbours } from './nearestNeighbors.js';
import type { Progress } from './measure.js';

export interface EmbeddingOptions {
  /** Coordinates per point. */
  readonly dimensions: number;
  readonly rng: Rng;
  readonly onProgress?: Progress;
}

/** UMAP's default. */
const NEIGHBOURS = 15;

/** Embeds points in the plane: `[n, 2]`, without unit. Fewer than 5 points give an empty result. */
export function embed(
  points: Float32Array,
  { dimensions, rng, onProgress }: EmbeddingOptions,
): Float64Array {
  const n = points.length / dimensions;
  if (n < 5) return new Float64Array(0);
  // Exact neighbors: UMAP's approximate search takes longer for so few points.
  const k = Math.min(NEIGHBOURS, n - 1) - 1;
  const near = nearestNeighbours(points, { dimensions, k, rng, exactUpTo: Infinity });
  const umap = new UMAP({ nNeighbors: k + 1, random: () => rng.uniform() });
  // UMAP counts each point as its own first neighbor.
  const row = (values: ArrayLike<number>, i: number, own: number): number[] => [
    own,
    ...Array.from({ length: k }, (_, place) => values[i * k + place]),
  ];
  const numbers = Array.from({ length: n }, (_, i) => i);
  umap.setPrecomputedKNN(
    numbers.map((i) => row(near.indices, i, i)),
    numbers.map((i) => row(near.distances, i, 0)),
  );
  const epochs = umap.initializeFit(
    numbers.map((i) => Array.from(points.subarray(i * dimensions, (i + 1) * dimensions))),
  );
  for (let epoch = 0; epoch < epochs; epoch++) {
    onProgress?.(epoch, epochs);
    umap.step();
  }
  return Float64Array.from(umap.getEmbedding().flat());
}
