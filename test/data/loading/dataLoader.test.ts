// Batches: order, contents, resuming, reuse of arrays, and prefetching.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataLoader, type Batch } from '../../../src/data/loading/dataLoader.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { Rng } from '../../../src/engine/rng.js';
import { numberedDataset } from '../support.js';

/** A copy of a batch, made before its arrays are reused. */
function copy({ epoch, number, count, inputs, targets, indices }: Batch): object {
  const arrays = { inputs: [...inputs.data], targets: [...targets.data], indices: [...indices] };
  return { epoch, number, count, ...arrays };
}

function datasetOfSize(length: number): ReturnType<typeof numberedDataset> {
  return numberedDataset(Array.from({ length }, (_, i) => i % 10));
}

describe('DataLoader', () => {
  it('yields every index exactly once, for any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(),
        (n, batchSize, seed) => {
          const loader = new DataLoader(datasetOfSize(n), { batchSize, shuffle: seed });
          const indices: number[] = [];
          for (const batch of loader.batches(seed % 5)) {
            expect(batch.inputs.shape).toEqual([batch.count, 1, 28, 28]);
            expect(batch.inputs.data).toHaveLength(batch.count * 784);
            expect(batch.targets.shape).toEqual([batch.count]);
            expect(batch.targets.data).toHaveLength(batch.count);
            indices.push(...batch.indices);
          }
          expect(indices.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('fills a batch with the images and labels of its indices', () => {
    const transform = { inputs: new Normalizer({ mean: 0, std: 1 / 255 }) };
    const options = { batchSize: 5, shuffle: new Rng(3), transform };
    const loader = new DataLoader(datasetOfSize(23), options);
    for (const { inputs, targets, indices } of loader.batches(1)) {
      indices.forEach((index, i) => {
        expect(targets.data[i]).toBe(index % 10);
        const image = inputs.data.subarray(i * 784, (i + 1) * 784);
        image.forEach((value) => expect(value).toBeCloseTo(index, 4));
      });
    }
  });

  it('keeps the order of the data set without `shuffle`', () => {
    const loader = new DataLoader(datasetOfSize(7), { batchSize: 3 });
    expect([...loader.batches(5)].map(({ indices }) => [...indices])).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6],
    ]);
  });

  it('drops an incomplete last batch only with dropLast', () => {
    const dataset = datasetOfSize(7);
    expect(new DataLoader(dataset, { batchSize: 3 }).batchesPerEpoch).toBe(3);
    const dropping = new DataLoader(dataset, { batchSize: 3, dropLast: true });
    expect([...dropping.batches(0)].map(({ count }) => count)).toEqual([3, 3]);
    expect(dropping.batchesPerEpoch).toBe(2);
    expect(() => new DataLoader(dataset, { batchSize: 8, dropLast: true })).toThrow(
      /fewer than one batch of 8/,
    );
  });

  it('the order of an epoch depends only on key and epoch', () => {
    const dataset = datasetOfSize(50);
    const shuffle = new Rng(11).split('shuffle');
    const loader = new DataLoader(dataset, { batchSize: 8, shuffle });
    const late = [...loader.order(3)];
    shuffle.bits(); // other draws do not matter
    const other = new DataLoader(dataset, { batchSize: 8, shuffle });
    expect([...other.order(3)]).toEqual(late);
    expect([...other.order(4)]).not.toEqual(late);
    expect([
      ...new DataLoader(dataset, { batchSize: 8, shuffle: new Rng(12) }).order(3),
    ]).not.toEqual(late);
  });

  it('resumes at every batch with identical batches', () => {
    const dataset = datasetOfSize(30);
    const loader = (): DataLoader => new DataLoader(dataset, { batchSize: 4, ring: 2, shuffle: 5 });
    const allBatches = Array.from(loader().batches(2), copy);
    expect(allBatches).toHaveLength(8);
    for (let from = 0; from <= allBatches.length; from++) {
      expect(Array.from(loader().batches(2, { from }), copy)).toEqual(allBatches.slice(from));
    }
    expect(() => loader().batches(2, { from: 9 })).toThrow(
      /DataLoader: from is 9, but an epoch has 8 batches/,
    );
  });

  it('accepts a seed or a generator as `shuffle`', () => {
    const dataset = datasetOfSize(30);
    const order = (shuffle: number | Rng): number[] => [
      ...new DataLoader(dataset, { shuffle }).order(1),
    ];
    expect(order(5)).toEqual(order(new Rng(5)));
    expect(() => new DataLoader(dataset, { shuffle: true as unknown as number })).toThrow(
      'DataLoader: shuffle must be a seed (shuffle: 1), a generator (shuffle: new Rng(1)) or null, got true',
    );
  });

  it('reuses its arrays: a batch is valid until `ring` further batches are taken', () => {
    const loader = new DataLoader(datasetOfSize(40), { batchSize: 4, ring: 3 });
    const batches = loader.batches(0);
    const first = batches.next().value!;
    const before = copy(first);
    batches.next();
    batches.next();
    expect(copy(first)).toEqual(before);
    const fourth = batches.next().value!;
    expect(fourth.inputs.data.buffer).toBe(first.inputs.data.buffer);
    expect(copy(first)).not.toEqual(before);
  });

  it('prefetches the same batches, unchanged while in use', async () => {
    const dataset = datasetOfSize(41);
    const options = { batchSize: 4, shuffle: new Rng(9), ring: 3 };
    const plain = Array.from(new DataLoader(dataset, options).batches(6, { from: 1 }), copy);
    const fetched: object[] = [];
    for await (const batch of new DataLoader(dataset, options).prefetched(6, {
      from: 1,
      depth: 2,
    })) {
      await new Promise((resolve) => setTimeout(resolve)); // let it run as far ahead as possible
      fetched.push(copy(batch));
    }
    expect(fetched).toEqual(plain);
    expect(() => new DataLoader(dataset, options).prefetched(0, { depth: 3 })).toThrow(
      /needs a ring of at least 4, got 3/,
    );
  });

  it('rejects invalid options immediately', () => {
    const dataset = datasetOfSize(4);
    expect(() => new DataLoader(dataset, { batchSize: 0 })).toThrow(/batchSize.*got 0/);
    expect(() => new DataLoader(dataset, { batchSize: 1.5 })).toThrow(/batchSize.*got 1.5/);
    expect(() => new DataLoader(dataset, { batchSize: 1, ring: 0 })).toThrow(/ring.*got 0/);
    const loader = new DataLoader(dataset, { batchSize: 1 });
    expect(() => loader.batches(-1)).toThrow(/epoch.*got -1/);
    expect(() => loader.batches(0, { from: -1 })).toThrow(/from.*got -1/);
  });
});
