// The nearest neighbours of every point. Small sets are compared pair by pair; large ones are first sorted into cells
// round some of the points, and only the cells nearest to a point are searched (an inverted file: Jégou, Douze, Schmid,
// "Product quantization for nearest neighbor search", 2011, without the quantization). Numbers only.
//
// The engine's matrix product over whole cells was tried: no faster, as far points are given up early here, and 3 GB.

import type { Rng } from '../../engine/rng.js';
import { PROGRESS_EVERY, type Progress } from './measure.js';

export interface Neighbours {
  /** How many neighbours each point has: as many as were asked for, or all the others if there are fewer. */
  readonly k: number;
  /** Their numbers, nearest first, the point itself left out: `[n, k]`. */
  readonly indices: Int32Array;
  /** Their distances: `[n, k]`. */
  readonly distances: Float32Array;
  /** Whether every pair was compared. */
  readonly exact: boolean;
}

export interface NearestOptions {
  /** How many numbers a point has. The ones that differ most should come first: then far points are given up early. */
  readonly dimensions: number;
  readonly k: number;
  /** Decides the points that cells form round. */
  readonly rng: Rng;
  /** Up to so many points, every pair is compared. Default 6,000. */
  readonly exactUpTo?: number;
  /** How many cells are searched for a point. Default 12. */
  readonly probes?: number;
  readonly onProgress?: Progress;
}

/** Points sorted into cells: those of cell c are `members[starts[c] .. starts[c + 1])`. */
interface Cells {
  readonly centers: Float32Array;
  readonly starts: Int32Array;
  readonly members: Int32Array;
}

/** The squared distance of two points, or something larger than `limit` as soon as it is sure to be. */
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
    // Some at a time: to ask after each one costs more than it saves.
    for (const end = Math.min(d + 8, dimensions); d < end; d++) {
      const difference = a[i + d] - b[j + d];
      sum += difference * difference;
    }
  }
  return sum;
}

/** The k smallest distances met so far, sorted; among equals the first one stays first. */
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

  /** The distance that a newcomer has to beat. */
  get worst(): number {
    return this.distances[this.distances.length - 1];
  }

  add(index: number, distance: number): void {
    if (!(distance < this.worst)) return;
    let place = this.distances.length - 1;
    for (; place > 0 && this.distances[place - 1] > distance; place--) {
      this.distances[place] = this.distances[place - 1];
      this.indices[place] = this.indices[place - 1];
    }
    this.distances[place] = distance;
    this.indices[place] = index;
  }
}

function nearestCenter(points: Float32Array, i: number, centers: Float32Array, dimensions: number): number {
  let best = 0;
  let limit = Infinity;
  for (let c = 0; c * dimensions < centers.length; c++) {
    const distance = squaredDistance(points, i * dimensions, centers, c * dimensions, dimensions, limit);
    if (distance >= limit) continue;
    best = c;
    limit = distance;
  }
  return best;
}

/** Cells round randomly chosen points, moved once to the middle of their members (a round of k-means). */
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

/** One cell with every point in it. */
function singleCell(points: Float32Array, n: number, dimensions: number): Cells {
  return {
    centers: points.slice(0, dimensions),
    starts: Int32Array.of(0, n),
    members: Int32Array.from({ length: n }, (_, i) => i),
  };
}

/** Finds the k nearest other points of every point: all of them or, in large sets, nearly all. */
export function nearestNeighbours(points: Float32Array, options: NearestOptions): Neighbours {
  const { dimensions, rng, exactUpTo = 6000, probes = 12, onProgress } = options;
  const n = points.length / dimensions;
  const k = Math.max(0, Math.min(options.k, n - 1));
  const exact = n <= exactUpTo;
  const { centers, starts, members } = exact
    ? singleCell(points, n, dimensions)
    : makeCells(points, n, dimensions, rng);
  // The points in the order of their cells: neighbours in memory, too.
  const sorted = new Float32Array(points.length);
  for (const [at, i] of members.entries()) {
    sorted.set(points.subarray(i * dimensions, (i + 1) * dimensions), at * dimensions);
  }
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  const probed = new Shortlist(Math.min(probes, starts.length - 1));
  const found = new Shortlist(k);
  const search = (i: number, from: number, to: number): void => {
    for (let at = from; at < to; at++) {
      const distance = squaredDistance(
        points,
        i * dimensions,
        sorted,
        at * dimensions,
        dimensions,
        found.worst,
      );
      if (distance < found.worst && members[at] !== i) found.add(members[at], distance);
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
    found.clear();
    for (const cell of probed.indices) search(i, starts[cell], starts[cell + 1]);
    if (found.worst === Infinity) {
      found.clear(); // the cells round here are nearly empty
      search(i, 0, n);
    }
    indices.set(found.indices, i * k);
    distances.set(found.distances.map(Math.sqrt), i * k);
  }
  return { k, indices, distances, exact };
}
