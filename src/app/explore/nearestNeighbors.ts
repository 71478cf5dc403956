// Nearest neighbors of every point. In small sets all pairs are compared. Large sets are first
// clustered into cells, and only the cells nearest to a point are searched (an inverted file:
// Jégou, Douze, Schmid, "Product quantization for nearest neighbor search", 2011, without the
// quantization).
//
// A matrix product over whole cells with the engine was tried: it was no faster, because here
// distant points are abandoned early, and it took 3 GB.

import type { Rng } from '../../engine/rng.js';
import { PROGRESS_EVERY, type ProgressCallback } from './measure.js';

export interface Neighbors {
  /** Neighbors per point: the requested number, or n - 1 if that is smaller. */
  readonly k: number;
  /** Their indices, nearest first, without the point itself: `[n, k]`. */
  readonly indices: Int32Array;
  /** Their Euclidean distances: `[n, k]`. */
  readonly distances: Float32Array;
  /** Whether every pair was compared. */
  readonly exact: boolean;
}

export interface NearestOptions {
  /**
   * Coordinates per point. Sort them by decreasing variance: distant points are then abandoned
   * early.
   */
  readonly dimensions: number;
  readonly k: number;
  /** Determines the initial cell centers. */
  readonly rng: Rng;
  /** Maximum number of points for which every pair is compared. Default 6,000. */
  readonly exactUpTo?: number;
  /** Number of cells searched per point. Default 12. */
  readonly probes?: number;
  readonly onProgress?: ProgressCallback;
}

/** Points grouped into cells: those of cell c are `members[starts[c] .. starts[c + 1])`. */
interface Cells {
  readonly centers: Float32Array;
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/** Squared distance of two points; stops early with a value above `limit` once it exceeds that. */
function squaredDistance(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  dimensions: number,
  limit: number,
): number {
  let sum = 0;
  let d = 0;
  while (d < dimensions && sum <= limit) {
    // In blocks of 8: checking the limit after each coordinate costs more than it saves.
    for (const end = Math.min(d + 8, dimensions); d < end; d++) {
      const difference = a[i + d] - b[j + d];
      sum += difference * difference;
    }
  }
  return sum;
}

/** The k smallest distances so far, sorted; of equal ones the first stays first. */
class Shortlist {
  readonly indices: Int32Array;
  readonly distances: Float64Array;

  constructor(k: number) {
    this.indices = new Int32Array(k);
    this.distances = new Float64Array(k);
  }

  clear(): void {
    this.distances.fill(Infinity);
    this.indices.fill(-1);
  }

  /** The distance that a new candidate must be below. */
  get worst(): number {
    return this.distances[this.distances.length - 1];
  }

  add(index: number, distance: number): void {
    if (!(distance < this.worst)) return;
    let position = this.distances.length - 1;
    for (; position > 0 && this.distances[position - 1] > distance; position--) {
      this.distances[position] = this.distances[position - 1];
      this.indices[position] = this.indices[position - 1];
    }
    this.distances[position] = distance;
    this.indices[position] = index;
  }
}

function nearestCenter(
  points: Float32Array,
  i: number,
  centers: Float32Array,
  dimensions: number,
): number {
  let best = 0;
  let limit = Infinity;
  for (let c = 0; c * dimensions < centers.length; c++) {
    const distance = squaredDistance(
      points,
      i * dimensions,
      centers,
      c * dimensions,
      dimensions,
      limit,
    );
    if (distance >= limit) continue;
    best = c;
    limit = distance;
  }
  return best;
}

/** Cells around randomly chosen points, with one iteration of k-means. */
function makeCells(points: Float32Array, n: number, dimensions: number, rng: Rng): Cells {
  const count = Math.round(Math.sqrt(n));
  const centers = new Float32Array(count * dimensions);
  for (const [c, i] of rng.permutation(n).subarray(0, count).entries()) {
    centers.set(points.subarray(i * dimensions, (i + 1) * dimensions), c * dimensions);
  }
  const cellOf = new Int32Array(n);
  const assign = (): void => {
    for (let i = 0; i < n; i++) cellOf[i] = nearestCenter(points, i, centers, dimensions);
  };
  assign();
  moveCenters(points, cellOf, centers, dimensions);
  assign();
  const starts = new Int32Array(count + 1);
  for (const cell of cellOf) starts[cell + 1] += 1;
  for (let c = 0; c < count; c++) starts[c + 1] += starts[c];
  const members = new Int32Array(n);
  const next = starts.slice();
  for (let i = 0; i < n; i++) members[next[cellOf[i]]++] = i;
  return { centers, starts, members };
}

/** Moves each center to the mean of its members; an empty cell keeps its center. */
function moveCenters(
  points: Float32Array,
  cellOf: Int32Array,
  centers: Float32Array,
  dimensions: number,
): void {
  const sums = new Float64Array(centers.length);
  const counts = new Int32Array(centers.length / dimensions);
  for (const [i, cell] of cellOf.entries()) {
    counts[cell] += 1;
    for (let d = 0; d < dimensions; d++) sums[cell * dimensions + d] += points[i * dimensions + d];
  }
  for (let at = 0; at < centers.length; at++) {
    const count = counts[Math.floor(at / dimensions)];
    if (count > 0) centers[at] = sums[at] / count;
  }
}

/** A single cell with all points. */
function singleCell(points: Float32Array, n: number, dimensions: number): Cells {
  return {
    centers: points.slice(0, dimensions),
    starts: Int32Array.of(0, n),
    members: Int32Array.from({ length: n }, (_, i) => i),
  };
}

/** Finds the k nearest other points of every point: exactly or, in large sets, approximately. */
export function nearestNeighbors(points: Float32Array, options: NearestOptions): Neighbors {
  const { dimensions, rng, exactUpTo = 6000, probes = 12, onProgress } = options;
  const n = points.length / dimensions;
  const k = Math.max(0, Math.min(options.k, n - 1));
  const exact = n <= exactUpTo;
  const { centers, starts, members } = exact
    ? singleCell(points, n, dimensions)
    : makeCells(points, n, dimensions, rng);
  // Points in cell order, so that neighbors are close in memory.
  const sorted = new Float32Array(points.length);
  for (const [at, i] of members.entries()) {
    sorted.set(points.subarray(i * dimensions, (i + 1) * dimensions), at * dimensions);
  }
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  const probed = new Shortlist(Math.min(probes, starts.length - 1));
  const nearest = new Shortlist(k);
  const search = (i: number, from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const distance = squaredDistance(
        points,
        i * dimensions,
        sorted,
        at * dimensions,
        dimensions,
        nearest.worst,
      );
      if (distance < nearest.worst && members[at] !== i) nearest.add(members[at], distance);
    }
  };
  for (let i = 0; k > 0 && i < n; i++) {
    if (i % PROGRESS_EVERY === 0) onProgress?.(i, n);
    probed.clear();
    for (let c = 0; c + 1 < starts.length; c++) {
      probed.add(
        c,
        squaredDistance(points, i * dimensions, centers, c * dimensions, dimensions, probed.worst),
      );
    }
    nearest.clear();
    for (const cell of probed.indices) search(i, starts[cell], starts[cell + 1]);
    if (nearest.worst === Infinity) {
      nearest.clear(); // the nearest cells have too few points
      search(i, 0, n);
    }
    indices.set(nearest.indices, i * k);
    distances.set(nearest.distances.map(Math.sqrt), i * k);
  }
  return { k, indices, distances, exact };
}
