// Tests the nearest neighbors against a brute-force search, and the principal components against
// known directions.

import { describe, expect, it } from 'vitest';
import { embed } from '../../../src/app/explore/embedding.js';
import { nearestNeighbors } from '../../../src/app/explore/nearestNeighbors.js';
import { principalComponents } from '../../../src/app/explore/pca.js';
import { ImageDataset } from '../../../src/data/loading/imageDataset.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { Rng } from '../../../src/engine/index.js';

const SEED = 20_261_124;

/** Points in clusters, as the approximate search requires. */
function clusters(n: number, dimensions: number, seed: number): Float32Array {
  const rng = new Rng(seed);
  const centers = Array.from({ length: 12 * dimensions }, () => 4 * rng.normal());
  return Float32Array.from({ length: n * dimensions }, (_, at) => {
    const cluster = Math.floor(at / dimensions) % 12;
    return centers[cluster * dimensions + (at % dimensions)] + rng.normal();
  });
}

function bruteForceSearch(points: Float32Array, dimensions: number, k: number): number[][] {
  const n = points.length / dimensions;
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => {
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        sum += (points[i * dimensions + d] - points[j * dimensions + d]) ** 2;
      }
      return { j, sum };
    })
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.sum - b.sum || a.j - b.j)
      .slice(0, k)
      .map(({ j }) => j),
  );
}

describe(`nearest neighbors (seed ${SEED})`, () => {
  const dimensions = 6;
  const points = clusters(900, dimensions, SEED);
  const expected = bruteForceSearch(points, dimensions, 5);

  it('equal a brute-force search when every pair is compared', () => {
    const { k, indices, distances, exact } = nearestNeighbors(points, {
      dimensions,
      k: 5,
      rng: new Rng(1),
    });
    expect({ k, exact }).toEqual({ k: 5, exact: true });
    for (const [i, near] of expected.entries()) {
      expect(Array.from(indices.subarray(i * 5, i * 5 + 5))).toEqual(near);
    }
    const [i, j] = [17, indices[17 * 5]];
    let sum = 0;
    for (let d = 0; d < dimensions; d++)
      sum += (points[i * dimensions + d] - points[j * dimensions + d]) ** 2;
    expect(distances[17 * 5]).toBeCloseTo(Math.sqrt(sum), 5);
  });

  it('are nearly all found by the search with cells', () => {
    const options = { dimensions, k: 5, rng: new Rng(1), exactUpTo: 100, probes: 6 };
    const { indices, exact } = nearestNeighbors(points, options);
    expect(exact).toBe(false);
    const hits = expected.reduce(
      (sum, near, i) =>
        sum + near.filter((j) => indices.subarray(i * 5, i * 5 + 5).includes(j)).length,
      0,
    );
    expect(hits / (5 * 900)).toBeGreaterThan(0.93);
    expect(nearestNeighbors(points, { ...options, rng: new Rng(1) }).indices).toEqual(indices);
  });

  it('are found in nearly empty cells, at most as many as exist', () => {
    const few = nearestNeighbors(points.slice(0, 3 * dimensions), {
      dimensions,
      k: 5,
      rng: new Rng(1),
    });
    expect(few.k).toBe(2);
    expect(few.indices).not.toContain(-1);
    const single = nearestNeighbors(points.slice(0, dimensions), {
      dimensions,
      k: 5,
      rng: new Rng(1),
    });
    expect(single.k).toBe(0);
    const options = { dimensions, k: 40, rng: new Rng(1), exactUpTo: 100, probes: 1 };
    expect(nearestNeighbors(points, options).indices).not.toContain(-1);
  });

  it('have distance 0 if the points are equal', () => {
    const twice = new Float32Array([...points.subarray(0, 60), ...points.subarray(0, 60)]);
    const { indices, distances } = nearestNeighbors(twice, { dimensions, k: 1, rng: new Rng(1) });
    expect(indices[3]).toBe(13);
    expect(distances).toEqual(new Float32Array(20));
  });
});

describe('principal components', () => {
  /** Images in which only two patches of ink vary, the first more than the second. */
  function patches(): ImageDataset {
    const rng = new Rng(SEED);
    const images = new Uint8Array(200 * 784);
    for (let i = 0; i < 200; i++) {
      images.fill(rng.below(250), i * 784 + 100, i * 784 + 110);
      images.fill(rng.below(120), i * 784 + 300, i * 784 + 310);
    }
    return new ImageDataset({
      name: 'patches',
      images,
      height: 28,
      width: 28,
      labels: new Uint8Array(200),
      classes: ['a'],
      synthetic: true,
    });
  }

  it('are the directions of the largest variance', () => {
    const dataset = patches();
    const { directions, explainedVarianceRatio: shares, points } = principalComponents(dataset, 2);
    const inside = Math.sqrt(1 / 10);
    expect(directions[100]).toBeCloseTo(inside, 1);
    expect(directions[784 + 300]).toBeCloseTo(inside, 1);
    expect(directions[500]).toBeCloseTo(0, 6);
    expect(shares[0] + shares[1]).toBeCloseTo(1, 6);
    expect(shares[0]).toBeGreaterThan(2 * shares[1]);
    expect(
      points.filter((_, at) => at % 2 === 0).reduce((sum, value) => sum + value, 0),
    ).toBeCloseTo(0, 3);
  });

  it('preserve distances up to the remaining variance', () => {
    const drawn = syntheticDataset({ seed: 1, count: 94 });
    // Ink in eight rows only: principal components of fewer pixels take less time.
    const images = drawn.images.map((value, at) => (Math.abs((at % 784) - 392) <= 112 ? value : 0));
    const dataset = drawn.with({ images });
    const { points, explainedVarianceRatio: shares, directions } = principalComponents(dataset, 90);
    const explainedVariance = shares.subarray(0, 90).reduce((sum, share) => sum + share, 0);
    let [between, pixels] = [0, 0];
    for (let d = 0; d < 90; d++) between += (points[d] - points[90 + d]) ** 2;
    for (let p = 0; p < 784; p++)
      pixels += ((dataset.images[p] - dataset.images[784 + p]) / 255) ** 2;
    expect(explainedVariance).toBeGreaterThan(0.98);
    expect(between / pixels).toBeGreaterThan(0.95);
    expect(between / pixels).toBeLessThan(1.0001);
    const length = directions.subarray(0, 784).reduce((sum, value) => sum + value * value, 0);
    expect(length).toBeCloseTo(1, 9);
  });
});

describe('a map', () => {
  it('separates distant clusters, and is reproducible', () => {
    const rng = new Rng(SEED);
    const points = Float32Array.from(
      { length: 60 * 4 },
      (_, at) => (at < 120 ? 0 : 30) + rng.normal(),
    );
    const map = embed(points, { dimensions: 4, rng: new Rng(5) });
    expect(map).toHaveLength(120);
    const middle = (from: number, axis: number) =>
      Array.from({ length: 30 }, (_, i) => map[2 * (from + i) + axis]).reduce((a, b) => a + b, 0) /
      30;
    const gap = Math.hypot(middle(0, 0) - middle(30, 0), middle(0, 1) - middle(30, 1));
    for (const start of [0, 30]) {
      for (let i = start; i < start + 30; i++) {
        expect(
          Math.hypot(map[2 * i] - middle(start, 0), map[2 * i + 1] - middle(start, 1)),
        ).toBeLessThan(gap / 2);
      }
    }
    expect(embed(points, { dimensions: 4, rng: new Rng(5) })).toEqual(map);
    expect(embed(points, { dimensions: 4, rng: new Rng(6) })).not.toEqual(map);
  });

  it('is empty for too few points', () => {
    expect(embed(new Float32Array(8), { dimensions: 2, rng: new Rng(1) })).toHaveLength(0);
  });
});
