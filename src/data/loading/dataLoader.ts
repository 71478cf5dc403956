// Makes batches of a data set, in an order that depends only on the seed and the epoch. Host arrays
// only; the caller uploads them.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { Rng } from '../../engine/rng.js';
import { format, sizeOf, type Shape } from '../../engine/shape.js';
import { checkInteger, type Dataset } from './dataset.js';
import { prefetch } from './prefetch.js';
import type { Transform } from './transform.js';

/** Options of `DataLoader`. */
export interface DataLoaderOptions<Name extends string = 'inputs' | 'targets'> {
  /** Examples per batch. Default 1. */
  readonly batchSize?: number;
  /**
   * Shuffles every epoch: a seed, or a generator whose key is the seed. Default null: the order of
   * the data set.
   */
  readonly shuffle?: Rng | number | null;
  /** Omits a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Transforms by field, applied to one example at a time. Default: none. */
  readonly transform?: Readonly<Partial<Record<Name, Transform>>>;
  /** Number of batches that may be in use at once. Default 4. */
  readonly ring?: number;
}

/** One field of a batch: `tensor(field)` uploads it. */
export interface BatchArray {
  /** The numbers in row-major order. */
  readonly data: Float32Array;
  /** `[count, ...]`, the shape of an example after the number of examples. */
  readonly shape: Shape;
}

/** What a batch has besides the fields of its data set. */
export interface BatchInfo {
  /** The epoch that the batch belongs to. */
  readonly epoch: number;
  /** Index of the batch in the epoch, from 0. */
  readonly number: number;
  /** Number of examples: `batchSize`, or fewer in the last batch. */
  readonly count: number;
  /** `[count]`, the index in the data set of each example. */
  readonly indices: Uint32Array;
}

/**
 * One batch, with each field of the data set as a `BatchArray`. Valid until `ring` further batches
 * have been taken from the same loader; copy it to keep it longer.
 */
export type Batch<Name extends string = 'inputs' | 'targets'> = BatchInfo &
  Readonly<Record<Name, BatchArray>>;

/** Options of `DataLoader.batches`. */
export interface BatchesOptions {
  /** First batch of the epoch; earlier ones are skipped without being computed. Default 0. */
  readonly from?: number;
}

/** Options of `DataLoader.prefetched`. */
export interface PrefetchOptions extends BatchesOptions {
  /** Number of batches to prepare ahead, less than `ring`. Default `ring - 1`. */
  readonly depth?: number;
}

/**
 * Makes batches of a data set: every field as one float32 array with the number of examples as the
 * first axis.
 *
 * The order of an epoch is a function of the shuffle key and the epoch number, and the loader has
 * no other state. To resume exactly, store `batch.epoch` and `batch.number + 1` with the seed, and
 * continue with `batches(epoch, { from })`: it yields the remaining batches, bit-for-bit identical.
 *
 * @param dataset its fields must not have the name of a field of `BatchInfo`
 * @throws ArgumentError if `batchSize` or `ring` is not a positive integer, an epoch has no batch,
 *   or `transform` names a field that the data set does not have
 * @throws ShapeError if a transform does not support the shape of its field
 * @see https://docs.pytorch.org/docs/stable/data.html#torch.utils.data.DataLoader
 * @example
 * const dataset = new ArrayDataset({
 *   inputs: { data: new Float32Array(100 * 2), shape: [100, 2] },
 *   targets: new Uint8Array(100),
 * });
 * const loader = new DataLoader(dataset, { batchSize: 32, shuffle: 1 });
 * for (let epoch = 0; epoch < 2; epoch++) {
 *   // 0 [32, 2] [32], ..., 3 [4, 2] [4]
 *   for (const { number, inputs, targets } of loader.batches(epoch)) {
 *     print(number, inputs.shape, targets.shape);
 *   }
 * }
 */
export class DataLoader<Name extends string = 'inputs' | 'targets'> {
  /** The data set. */
  readonly dataset: Dataset<Name>;
  /** Examples per batch; the last batch may have fewer. */
  readonly batchSize: number;
  /** Number of batches, including a last one that is not full unless `dropLast` is set. */
  readonly batchesPerEpoch: number;
  /** Shape of each field of one example after its transform. */
  readonly shapes: Readonly<Record<Name, Shape>>;
  readonly #shuffle: Rng | null;
  readonly #fields: readonly BatchField<Name>[];
  /** Indices of the examples in each slot of the ring. */
  readonly #indices: readonly Uint32Array[];
  #batchCount = 0;

  constructor(dataset: Dataset<Name>, options: DataLoaderOptions<Name> = {}) {
    checkOptions<DataLoaderOptions<Name>>('DataLoader', options, {
      batchSize: true,
      shuffle: true,
      dropLast: true,
      transform: true,
      ring: true,
    });
    const { batchSize = 1, shuffle = null, dropLast = false, ring = 4 } = options;
    checkInteger('DataLoader', 'batchSize', batchSize, 1);
    checkInteger('DataLoader', 'ring', ring, 1);
    const batches = dataset.length / batchSize;
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.batchesPerEpoch = dropLast ? Math.floor(batches) : Math.ceil(batches);
    if (this.batchesPerEpoch === 0) {
      throw new ArgumentError(
        `DataLoader: the data set has ${dataset.length} examples, fewer than one batch of ${batchSize};` +
          ' use a smaller batchSize or dropLast: false',
      );
    }
    this.#shuffle = typeof shuffle === 'number' ? new Rng(shuffle) : checkShuffle(shuffle);
    const capacity = Math.min(batchSize, dataset.length);
    this.#fields = fieldsOf(dataset, options, capacity, ring);
    this.#indices = Array.from({ length: ring }, () => new Uint32Array(capacity));
    this.shapes = Object.fromEntries(
      this.#fields.map(({ name, shape }) => [name, shape]),
    ) as Record<Name, Shape>;
  }

  /**
   * The order of one epoch: the index of each example.
   *
   * @throws ArgumentError if `epoch` is not a nonnegative integer
   */
  order(epoch: number): Uint32Array {
    checkInteger('DataLoader', 'epoch', epoch, 0);
    const { length } = this.dataset;
    if (!this.#shuffle) return Uint32Array.from({ length }, (_, index) => index);
    return this.#shuffle.split(`epoch-${epoch}`).permutation(length);
  }

  /**
   * The batches of one epoch, in order.
   *
   * @throws ArgumentError if `epoch` is not a nonnegative integer, or `from` is not a whole number
   *   from 0 to `batchesPerEpoch`
   */
  batches(epoch: number, options: BatchesOptions = {}): Generator<Batch<Name>, void, undefined> {
    checkOptions<BatchesOptions>('DataLoader.batches', options, { from: true });
    const { from = 0 } = options;
    checkInteger('DataLoader', 'from', from, 0);
    if (from > this.batchesPerEpoch) {
      throw new ArgumentError(
        `DataLoader: from is ${from}, but an epoch has ${this.batchesPerEpoch} batches; is it the` +
          ' position of a run with another data set or batch size?',
      );
    }
    // Not a generator itself, so that a wrong argument throws here and not at the first batch.
    return this.#batchesFrom(from, epoch, this.order(epoch));
  }

  *#batchesFrom(
    from: number,
    epoch: number,
    order: Uint32Array,
  ): Generator<Batch<Name>, void, undefined> {
    for (let number = from; number < this.batchesPerEpoch; number++) {
      const start = number * this.batchSize;
      yield this.#fill(number, epoch, order.subarray(start, start + this.batchSize));
    }
  }

  /**
   * The batches of one epoch, with up to `depth` of them prepared while the caller awaits.
   *
   * @throws ArgumentError as `batches`, or if `depth` is not below `ring`
   */
  prefetched(
    epoch: number,
    options: PrefetchOptions = {},
  ): AsyncGenerator<Batch<Name>, void, undefined> {
    checkOptions<PrefetchOptions>('DataLoader.prefetched', options, { from: true, depth: true });
    const ring = this.#indices.length;
    const { depth = ring - 1, ...position } = options;
    if (depth >= ring) {
      throw new ArgumentError(
        `DataLoader: a prefetch depth of ${depth} needs a ring of at least ${depth + 1}, got ${ring}:` +
          ' a batch would be overwritten while in use',
      );
    }
    return prefetch(this.batches(epoch, position), depth);
  }

  #fill(number: number, epoch: number, indices: Uint32Array): Batch<Name> {
    const slot = this.#batchCount++ % this.#indices.length;
    const count = indices.length;
    for (let i = 0; i < count; i++) {
      const example = this.dataset.get(indices[i]);
      for (const field of this.#fields)
        field.write(example[field.name], slot, i, indices[i], epoch);
    }
    const batch: Record<string, unknown> = {
      epoch,
      number,
      count,
      indices: firstOf(this.#indices[slot], count),
    };
    this.#indices[slot].set(indices);
    for (const field of this.#fields) batch[field.name] = field.batchArray(slot, count);
    return batch as Batch<Name>;
  }
}

/** One field in the ring of batches. */
class BatchField<Name extends string> {
  readonly name: Name;
  /** Shape of one example in a batch. */
  readonly shape: Shape;
  readonly #sourceShape: Shape;
  readonly #sourceSize: number;
  readonly #size: number;
  readonly #transform: Transform | undefined;
  readonly #ring: readonly Float32Array[];

  constructor(
    name: Name,
    sourceShape: Shape,
    transform: Transform | undefined,
    capacity: number,
    ring: number,
  ) {
    this.name = name;
    this.#sourceShape = sourceShape;
    this.#sourceSize = sizeOf(sourceShape);
    this.#transform = transform;
    this.shape = transform?.outputShape?.(sourceShape) ?? sourceShape;
    this.#size = sizeOf(this.shape);
    this.#ring = Array.from({ length: ring }, () => new Float32Array(capacity * this.#size));
  }

  /** Writes the field of one example at position `i` of a batch. */
  write(
    value: ArrayLike<number> | number | undefined,
    slot: number,
    i: number,
    index: number,
    epoch: number,
  ): void {
    const length = typeof value === 'number' ? 1 : value?.length;
    if (value === undefined || length !== this.#sourceSize) throw this.#invalid(value, index);
    const [batch, start] = [this.#ring[slot], i * this.#size];
    if (this.#transform !== undefined) {
      const values = typeof value === 'number' ? [value] : value;
      this.#transform.apply(values, batch.subarray(start, start + this.#size), index, epoch);
    } else if (typeof value === 'number') batch[start] = value;
    else batch.set(value, start);
  }

  /** The first `count` examples of a batch. */
  batchArray(slot: number, count: number): BatchArray {
    return {
      data: firstOf(this.#ring[slot], count * this.#size),
      shape: [count, ...this.shape],
    };
  }

  #invalid(value: ArrayLike<number> | number | undefined, index: number): Error {
    const length = typeof value === 'number' ? 1 : value?.length;
    if (typeof length !== 'number') {
      return new ArgumentError(
        `DataLoader: ${this.name} of example ${index} must be an array of numbers, got ${describeValue(value)}`,
      );
    }
    return new ShapeError(
      `DataLoader: ${this.name} of example ${index} has ${length} numbers, but the data set declares` +
        ` the shape ${format(this.#sourceShape)}, which takes ${this.#sourceSize}`,
    );
  }
}

/** Names that a field must not have. */
const RESERVED: Readonly<Record<keyof BatchInfo, true>> = {
  epoch: true,
  number: true,
  count: true,
  indices: true,
};

function fieldsOf<Name extends string>(
  { shapes }: Dataset<Name>,
  { transform }: DataLoaderOptions<Name>,
  capacity: number,
  ring: number,
): BatchField<Name>[] {
  const names = Object.keys(shapes) as Name[];
  const reserved = names.find((name) => Object.hasOwn(RESERVED, name));
  if (reserved !== undefined) {
    throw new ArgumentError(
      `DataLoader: a field must not be called ${reserved}, which every batch has; rename it in the data set`,
    );
  }
  for (const name of Object.keys(transform ?? {})) {
    if (Object.hasOwn(shapes, name)) continue;
    throw new ArgumentError(
      `DataLoader: transform has ${name}, but the fields of the data set are ${names.join(', ')}`,
    );
  }
  return names.map((name) => new BatchField(name, shapes[name], transform?.[name], capacity, ring));
}

function checkShuffle(shuffle: unknown): Rng | null {
  if (shuffle === null || shuffle instanceof Rng) return shuffle;
  throw new ArgumentError(
    'DataLoader: shuffle must be a seed (shuffle: 1), a generator (shuffle: new Rng(1)) or null, got ' +
      describeValue(shuffle),
  );
}

/** The first `length` elements; the array itself if these are all. */
function firstOf<T extends Float32Array | Uint32Array>(array: T, length: number): T {
  return (length === array.length ? array : array.subarray(0, length)) as T;
}
