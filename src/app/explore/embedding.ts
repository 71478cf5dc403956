// A map of the images in the plane on which neighbours stay neighbours: UMAP (McInnes, Healy, Melville 2018), the work
// of umap-js. The same seed gives the same map. Imports umap-js.

import { UMAP } from 'umap-js';
import type { Rng } from '../../engine/rng.js';
import { nearestNeighbours } from './nearestNeighbors.js';
import type { Progress } from './measure.js';

export interface EmbeddingOptions {
  /** How many numbers a point has. */
  readonly dimensions: number;
  readonly rng: Rng;
  readonly onProgress?: Progress;
}

/** UMAP's own default. */
const NEIGHBOURS = 15;

/** Lays points out in the plane: `[n, 2]`, in no unit. Fewer than 5 points are too few and give an empty map. */
export function embed(points: Float32Array, { dimensions, rng, onProgress }: EmbeddingOptions): Float64Array {
  const n = points.length / dimensions;
  if (n < 5) return new Float64Array(0);
  // All pairs: UMAP's own approximate search takes longer for so few.
  const k = Math.min(NEIGHBOURS, n - 1) - 1;
  const near = nearestNeighbours(points, { dimensions, k, rng, exactUpTo: Infinity });
  const umap = new UMAP({ nNeighbors: k + 1, random: () => rng.uniform() });
  // UMAP counts a point as its own first neighbour.
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
