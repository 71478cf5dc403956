// Batches: order, contents, resuming, reuse of arrays, and prefetching.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchLoader, type Batch } from '../../../src/data/loading/loader.js';
import { normalize } from '../../../src/data/loading/transform.js';
import { Rng } from '../../../src/engine/rng.js';
import { numberedDataset } from '../support.js';

/** A copy of a batch, made before its arrays are reused. */
function copy({ number, count, images, labels, indices }: Batch): object {
  return { number, count, images: [...images], labels: [...labels], indices: [...indices] };
}

function datasetOfSize(length: number): ReturnType<typeof numberedDataset> {
  return numberedDataset(Array.from({ length }, (_, i) => i % 10));
}

describe('normalize', () => {
  it('maps bytes to -1..1 as PyTorch does, in float32', () => {
    const { table } = normalize();
    expect(table.length).toBe(256);
    expect([table[0], table[255]]).toEqual([-1, 1]);
    expect(table[128]).toBe(Math.fround(Math.fround(Math.fround(128 / 255) - 0.5) / 0.5));
  });

  it('writes only the given range', () => {
    const target = new Float32Array(5).fill(7);
    normalize({ mean: 0, std: 1 }).apply(Uint8Array.of(0, 255, 0, 51), 1, target, 2, 3);
    expect([...target]).toEqual([7, 7, 1, 0, Math.fround(0.2)]);
    expect(() => normalize().apply(new Uint8Array(3), 1, target, 0, 3)).toThrow(/do not fit/);
  });

  it.each([{ std: 0 }, { std: -1 }, { std: NaN }, { std: Infinity }, { mean: NaN }])(
    'rejects %o',
    (options) => {
      expect(() => normalize(options)).toThrow(/normalize: (mean|std)/);
    },
  );
});

describe('BatchLoader', () => {
  it('yields every index exactly once, for any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        (n, batchSize, seed) => {
          const loader = new BatchLoader({
            dataset: datasetOfSize(n),
            batchSize,
            shuffle: new Rng(seed),
          });
          const indices: number[] = [];
          for (const batch of loader.batches(seed % 5)) {
            expect(batch.images.length).toBe(batch.count * 784);
            expect(batch.labels.length).toBe(batch.count);
            indices.push(...batch.indices);
          }
          expect(indices.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('fills a batch with the images and labels of its indices', () => {
    const dataset = datasetOfSize(23);
    const loader = new BatchLoader({ dataset, batchSize: 5, shuffle: new Rng(3) });
    const { table } = normalize();
    for (const batch of loader.batches(1)) {
      batch.indices.forEach((index, i) => {
        expect(batch.labels[i]).toBe(index % 10);
        expect(new Set(batch.images.subarray(i * 784, (i + 1) * 784))).toEqual(
          new Set([table[index]]),
        );
      });
    }
  });

  it('keeps the order of the data set without `shuffle`', () => {
    const loader = new BatchLoader({ dataset: datasetOfSize(7), batchSize: 3 });
    expect([...loader.batches(5)].map(({ indices }) => [...indices])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6],
    ]);
  });

  it('drops an incomplete last batch only with dropLast', () => {
    const options = { dataset: datasetOfSize(7), batchSize: 3 };
    expect(new BatchLoader(options).batchesPerEpoch).toBe(3);
    const dropping = new BatchLoader({ ...options, dropLast: true });
    expect([...dropping.batches(0)].map(({ count }) => count)).toEqual([3, 3]);
    expect(dropping.batchesPerEpoch).toBe(2);
    expect(() => new BatchLoader({ ...options, batchSize: 8, dropLast: true })).toThrow(
      /fewer than one batch of 8/,
    );
  });

  it('the order of an epoch depends only on key and epoch', () => {
    const dataset = datasetOfSize(50);
    const shuffle = new Rng(11).split('shuffle');
    const loader = new BatchLoader({ dataset, batchSize: 8, shuffle });
    const late = [...loader.order(3)];
    shuffle.bits(); // other draws do not matter
    const other = new BatchLoader({ dataset, batchSize: 8, shuffle });
    expect([...other.order(3)]).toEqual(late);
    expect([...other.order(4)]).not.toEqual(late);
    expect([
      ...new BatchLoader({ dataset, batchSize: 8, shuffle: new Rng(12) }).order(3),
    ]).not.toEqual(late);
  });

  it('resumes in the middle of an epoch with identical batches', () => {
    const options = { dataset: datasetOfSize(30), batchSize: 4, ring: 2 };
    const allBatches = Array.from(
      new BatchLoader({ ...options, shuffle: new Rng(5) }).batches(2),
      copy,
    );
    const remaining = Array.from(
      new BatchLoader({ ...options, shuffle: new Rng(5) }).batches(2, { from: 3 }),
      copy,
    );
    expect(remaining).toEqual(allBatches.slice(3));
    expect([...new BatchLoader(options).batches(0, { from: 8 })]).toEqual([]);
  });

  it('reuses its arrays: a batch is valid until `ring` further batches are taken', () => {
    const loader = new BatchLoader({ dataset: datasetOfSize(40), batchSize: 4, ring: 3 });
    const batches = loader.batches(0);
    const first = batches.next().value!;
    const before = copy(first);
    batches.next();
    batches.next();
    expect(copy(first)).toEqual(before);
    const fourth = batches.next().value!;
    expect(fourth.images.buffer).toBe(first.images.buffer);
    expect(copy(first)).not.toEqual(before);
  });

  it('prefetches the same batches, unchanged while in use', async () => {
    const options = { dataset: datasetOfSize(41), batchSize: 4, shuffle: new Rng(9), ring: 3 };
    const plain = Array.from(new BatchLoader(options).batches(6, { from: 1 }), copy);
    const fetched: object[] = [];
    for await (const batch of new BatchLoader(options).prefetched(6, { from: 1, depth: 2 })) {
      await new Promise((resolve) => setTimeout(resolve)); // let it run as far ahead as possible
      fetched.push(copy(batch));
    }
    expect(fetched).toEqual(plain);
    expect(() => new BatchLoader(options).prefetched(0, { depth: 3 })).toThrow(
      /needs a ring of at least 4, got 3/,
    );
  });

  it('rejects invalid options immediately', () => {
    const dataset = datasetOfSize(4);
    expect(() => new BatchLoader({ dataset, batchSize: 0 })).toThrow(/batchSize.*got 0/);
    expect(() => new BatchLoader({ dataset, batchSize: 1.5 })).toThrow(/batchSize.*got 1.5/);
    expect(() => new BatchLoader({ dataset, batchSize: 1, ring: 0 })).toThrow(/ring.*got 0/);
    const loader = new BatchLoader({ dataset, batchSize: 1 });
    expect(() => loader.batches(-1)).toThrow(/epoch.*got -1/);
    expect(() => loader.batches(0, { from: -1 })).toThrow(/from.*got -1/);
  });
});
