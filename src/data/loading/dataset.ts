// The data set interface: a number of examples, each with named arrays of fixed shapes. Host arrays
// only, no tensors. arrayDataset.ts and imageDataset.ts implement it; dataLoader.ts makes batches.

import { ArgumentError } from '../../engine/errors.js';
import { describeValue } from '../../engine/options.js';
import type { Shape } from '../../engine/shape.js';

/**
 * One example: the numbers of each field in row-major order. A field of shape `[]` may be a plain
 * number.
 */
export type Example<Name extends string = 'inputs' | 'targets'> = Readonly<
  Record<Name, ArrayLike<number> | number>
>;

/**
 * A map-style data set: `length` examples that can be read in any order.
 *
 * An example consists of named fields, by convention `inputs` and `targets`. Any names and any
 * number of fields are possible: a network with two inputs has three fields, an autoencoder one.
 * Every field has the same shape in all examples. `get` may compute an example; it should return
 * the same numbers each time, so that a resumed run is exact.
 *
 * @see https://docs.pytorch.org/docs/stable/data.html#map-style-datasets
 * @example
 * const squares: Dataset = {
 *   length: 100,
 *   shapes: { inputs: [1], targets: [] },
 *   get: (index) => ({ inputs: [index / 100], targets: (index / 100) ** 2 }),
 * };
 * const loader = new DataLoader(squares, { batchSize: 10 });
 * for (const batch of loader.batches(0)) print(batch.inputs.shape, batch.targets.shape); // [10, 1] [10]
 */
export interface Dataset<Name extends string = 'inputs' | 'targets'> {
  /** Number of examples. */
  readonly length: number;
  /** Shape of each field of one example; `[]` is a single number. */
  readonly shapes: Readonly<Record<Name, Shape>>;
  /** Example `index`, from 0 to `length - 1`. The arrays may be views; do not change them. */
  get(index: number): Example<Name>;
}

/**
 * The examples of another data set at some indices, in that order. Copies nothing; an index may
 * occur several times.
 *
 * @throws ArgumentError if an index is not a whole number from 0 to `dataset.length - 1`
 * @see https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.Subset
 * @example
 * const all = new ArrayDataset({ inputs: [10, 11, 12, 13] });
 * print(new Subset(all, [3, 0]).get(0)); // { inputs: 13 }
 */
export class Subset<Name extends string = 'inputs' | 'targets'> implements Dataset<Name> {
  /** The data set that the examples belong to. */
  readonly dataset: Dataset<Name>;
  /** The index in `dataset` of each example. */
  readonly indices: Uint32Array;

  constructor(dataset: Dataset<Name>, indices: ArrayLike<number>) {
    const { length } = dataset;
    for (let i = 0; i < indices.length; i++) checkIndex('Subset', indices[i], length);
    this.dataset = dataset;
    this.indices = Uint32Array.from(indices);
  }

  /** Number of indices. */
  get length(): number {
    return this.indices.length;
  }

  /** The shapes of the whole data set. */
  get shapes(): Readonly<Record<Name, Shape>> {
    return this.dataset.shapes;
  }

  /**
   * Example `index` of the subset.
   *
   * @throws ArgumentError if the index is out of range
   */
  get(index: number): Example<Name> {
    checkIndex('Subset', index, this.length);
    return this.dataset.get(this.indices[index]);
  }
}

/**
 * Validates the index of an example.
 *
 * @throws ArgumentError such as `Subset: example 9 is outside its 9 examples, 0 to 8`
 */
export function checkIndex(caller: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ArgumentError(
    `${caller}: example ${describeValue(index)} is outside its ${length} examples` +
      (length > 0 ? `, 0 to ${length - 1}` : ''),
  );
}

/**
 * Validates an integer option.
 *
 * @throws ArgumentError such as `DataLoader: batchSize must be a whole number of at least 1, got 0`
 */
export function checkInteger(caller: string, name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new ArgumentError(
    `${caller}: ${name} must be a whole number of at least ${minimum}, got ${describeValue(value)}`,
  );
}
