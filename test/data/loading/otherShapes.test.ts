// Batches of data sets that are not images of characters: sequences, RGB images, regression, no
// targets, several inputs and computed examples.

import { describe, expect, it } from 'vitest';
import { ArrayDataset } from '../../../src/data/loading/arrayDataset.js';
import { DataLoader, type Batch } from '../../../src/data/loading/dataLoader.js';
import { Subset, type Dataset } from '../../../src/data/loading/dataset.js';
import { Normalizer, type Transform } from '../../../src/data/loading/transform.js';
import { ArgumentError, ShapeError } from '../../../src/engine/errors.js';

/** 0, 1, 2, ... */
const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** The fields of a batch, copied. */
function copy<Name extends string>(batch: Batch<Name>, names: readonly Name[]): unknown {
  const { epoch, number, indices } = batch;
  const fields = names.map((name) => [name, [...batch[name].data], batch[name].shape]);
  return { epoch, number, indices: [...indices], fields };
}

describe('DataLoader', () => {
  it('batches sequences of integers with integer targets', () => {
    const dataset = new ArrayDataset({
      inputs: { data: Int32Array.from(count(5 * 4)), shape: [5, 4] },
      targets: { data: Int32Array.from(count(5 * 4), (i) => i + 1), shape: [5, 4] },
    });
    const batches = [...new DataLoader(dataset, { batchSize: 3 }).batches(0)];
    expect(batches.map(({ inputs }) => inputs.shape)).toEqual([
      [3, 4],
      [2, 4],
    ]);
    expect(batches[1].inputs.data).toEqual(Float32Array.from([12, 13, 14, 15, 16, 17, 18, 19]));
    expect(batches[1].targets.data).toEqual(Float32Array.from([13, 14, 15, 16, 17, 18, 19, 20]));
  });

  it('batches RGB images, normalized by channel, and resumes at every batch', async () => {
    const data = Float32Array.from(count(7 * 3 * 8 * 8), (i) => Math.sin(i));
    const dataset = new ArrayDataset({
      inputs: { data, shape: [7, 3, 8, 8] },
      targets: Uint16Array.from(count(7), (i) => 1000 * i),
    });
    const loader = (): DataLoader =>
      new DataLoader(dataset, {
        batchSize: 2,
        shuffle: 3,
        transform: { inputs: new Normalizer({ mean: [0, 0.5, 1], std: [1, 2, 3] }) },
      });
    const names = ['inputs', 'targets'] as const;
    const all = Array.from(loader().batches(4), (batch) => copy(batch, names));
    expect(all).toHaveLength(4);
    for (let from = 0; from <= 4; from++) {
      const rest = Array.from(loader().batches(4, { from }), (batch) => copy(batch, names));
      expect(rest).toEqual(all.slice(from));
    }
    const prefetched: unknown[] = [];
    for await (const batch of loader().prefetched(4)) prefetched.push(copy(batch, names));
    expect(prefetched).toEqual(all);

    const [{ inputs, targets, indices }] = loader().batches(4);
    expect(inputs.shape).toEqual([2, 3, 8, 8]);
    indices.forEach((index, i) => {
      expect(targets.data[i]).toBe(1000 * index);
      for (let channel = 0; channel < 3; channel++) {
        const value = inputs.data[i * 192 + channel * 64 + 5];
        const source = data[index * 192 + channel * 64 + 5];
        expect(value).toBeCloseTo((source - channel / 2) / (channel + 1), 6);
      }
    });
  });

  it('batches regression targets that are arrays, and drops the last batch', () => {
    const dataset = new ArrayDataset({
      inputs: Float64Array.from(count(5)),
      targets: { data: Float64Array.from(count(10), (i) => i / 2), shape: [5, 2, 1] },
    });
    const loader = new DataLoader(dataset, { batchSize: 2, dropLast: true });
    const batches = [...loader.batches(0)];
    expect(loader.shapes).toEqual({ inputs: [], targets: [2, 1] });
    expect(batches.map(({ targets }) => targets.shape)).toEqual([
      [2, 2, 1],
      [2, 2, 1],
    ]);
    expect([...batches[1].targets.data]).toEqual([2, 2.5, 3, 3.5]);
    expect([...batches[1].inputs.data]).toEqual([2, 3]);
  });

  it('batches a data set without targets, and one with several inputs', () => {
    const images = new ArrayDataset({ inputs: { data: new Uint8Array(12), shape: [3, 4] } });
    const [batch] = new DataLoader(images, { batchSize: 3 }).batches(0);
    expect(Object.keys(batch).sort()).toEqual(['count', 'epoch', 'indices', 'inputs', 'number']);

    const pairs = new ArrayDataset({ left: [1, 2], right: { data: [3, 4, 5, 6], shape: [2, 2] } });
    const [{ left, right }] = new DataLoader(pairs, { batchSize: 2 }).batches(0);
    expect([[...left.data], [...right.data], right.shape]).toEqual([
      [1, 2],
      [3, 4, 5, 6],
      [2, 2],
    ]);
  });

  it('batches computed examples, and a subset of them', () => {
    const windows: Dataset = {
      length: 8,
      shapes: { inputs: [3], targets: [] },
      get: (index) => ({ inputs: [index, index + 1, index + 2], targets: index + 3 }),
    };
    const [batch] = new DataLoader(new Subset(windows, [7, 2]), { batchSize: 2 }).batches(0);
    expect([...batch.inputs.data]).toEqual([7, 8, 9, 2, 3, 4]);
    expect([...batch.targets.data]).toEqual([10, 5]);
    expect([...batch.indices]).toEqual([0, 1]);
  });

  it('applies a transform that changes the shape, with the index and the epoch', () => {
    const dataset = new ArrayDataset({
      inputs: { data: count(8), shape: [2, 2, 2] },
      targets: [5, 6],
    });
    const firstRow: Transform = {
      outputShape: ([, columns]) => [columns + 2],
      apply: (source, target, index, epoch) => target.set([source[0], source[1], index, epoch]),
    };
    const oneHot: Transform = {
      outputShape: () => [8],
      apply: (source, target) => {
        target.fill(0);
        target[source[0]] = 1;
      },
    };
    const loader = new DataLoader(dataset, {
      batchSize: 2,
      transform: { inputs: firstRow, targets: oneHot },
    });
    expect(loader.shapes).toEqual({ inputs: [4], targets: [8] });
    const [{ inputs, targets }] = loader.batches(9);
    expect([...inputs.data]).toEqual([0, 1, 0, 9, 4, 5, 1, 9]);
    expect(inputs.shape).toEqual([2, 4]);
    expect([targets.data.indexOf(1), targets.data.lastIndexOf(1)]).toEqual([5, 8 + 6]);
    expect(dataset.get(0).inputs).toEqual(Float64Array.of(0, 1, 2, 3));
  });

  it('reports an example whose numbers do not fit the declared shape', () => {
    const wrong = (inputs: unknown): Dataset<'inputs'> => ({
      length: 4,
      shapes: { inputs: [2, 2] },
      get: () => ({ inputs }) as { inputs: number[] },
    });
    const firstBatch = (inputs: unknown) => () => {
      new DataLoader(wrong(inputs), { batchSize: 2 }).batches(0).next();
    };
    expect(firstBatch([1, 2, 3])).toThrow(
      new ShapeError(
        'DataLoader: inputs of example 0 has 3 numbers, but the data set declares the shape [2,2],' +
          ' which takes 4',
      ),
    );
    expect(firstBatch(7)).toThrow(/inputs of example 0 has 1 numbers/);
    expect(firstBatch(undefined)).toThrow(
      new ArgumentError(
        'DataLoader: inputs of example 0 must be an array of numbers, got undefined',
      ),
    );
  });

  it('rejects transforms that do not fit, reserved names and unknown options', () => {
    const dataset = new ArrayDataset({ inputs: { data: count(8), shape: [2, 4] } });
    const create = (options: object) => () => new DataLoader(dataset, options);
    expect(create({ transform: { labels: new Normalizer() } })).toThrow(
      'DataLoader: transform has labels, but the fields of the data set are inputs',
    );
    expect(create({ transform: { inputs: new Normalizer({ mean: [0, 1, 2] }) } })).toThrow(
      /Normalizer: mean and std have 3 channels, but an example has the shape \[4\]/,
    );
    expect(create({ batch: 2 })).toThrow('DataLoader: unknown option batch; the options are');
    expect(() => new DataLoader(new ArrayDataset({ indices: [1] }))).toThrow(
      'DataLoader: a field must not be called indices',
    );
    expect(() => new DataLoader(new ArrayDataset({ inputs: [] }))).toThrow(
      'DataLoader: the data set has 0 examples, fewer than one batch of 1',
    );
  });
});
