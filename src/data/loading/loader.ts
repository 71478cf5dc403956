// Cuts a data set into batches of normalized floats, in an order that depends only on the seed and
// the epoch. Host arrays only; the caller uploads them.

import { ArgumentError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import type { Augmenter } from './augment.js';
import type { Dataset } from './dataset.js';
import { prefetch } from './prefetch.js';
import { normalize, type Normalizer } from './transform.js';

/** Options of `BatchLoader`. */
export interface BatchLoaderOptions {
  /** The data set to batch. */
  readonly dataset: Dataset;
  /** Images per batch, at least 1. */
  readonly batchSize: number;
  /** Shuffles every epoch with this stream's key; null (the default) keeps the data set's order. */
  readonly shuffle?: Rng | null;
  /** Omits a last batch that is not full; default false. */
  readonly dropLast?: boolean;
  /** Default `normalize()`, bytes to -1..1. */
  readonly normalize?: Normalizer;
  /** Augments every image in every epoch; null (the default) disables augmentation. */
  readonly augment?: Augmenter | null;
  /** Number of batches that may be in use at once; default 4. */
  readonly ring?: number;
}

/**
 * One batch. Valid until `ring` further batches have been taken from the same loader; copy it to
 * keep it longer.
 */
export interface Batch {
  /** Index of the batch in the epoch, from 0. */
  readonly number: number;
  /** Number of images: `batchSize`, or fewer in the last batch. */
  readonly count: number;
  /** `[count, 1, 28, 28]`, row by row. */
  readonly images: Float32Array;
  /** `[count]`, class indices as floats, the type that a backend uploads. */
  readonly labels: Float32Array;
  /** `[count]`, the index in the data set of each image. */
  readonly indices: Uint32Array;
}

/** Options of `BatchLoader.batches`. */
export interface BatchesOptions {
  /**
   * First batch of the epoch. A resumed run skips completed batches without computing
   * them. Default 0.
   */
  readonly from?: number;
}

/**
 * Cuts a data set into batches of normalized images [count, 1, 28, 28] and labels [count].
 *
 * @throws ArgumentError if `batchSize` or `ring` is not a positive integer, or an epoch has no
 *   batch
 */
export class BatchLoader {
  /** The data set. */
  readonly dataset: Dataset;
  /** Images per batch; the last batch may have fewer. */
  readonly batchSize: number;
  /** Number of batches, including a last one that is not full unless `dropLast` is set. */
  readonly batchesPerEpoch: number;
  readonly #shuffle: Rng | null;
  readonly #normalize: Normalizer;
  readonly #augment: Augmenter | null;
  readonly #ring: readonly Omit<Batch, 'number' | 'count'>[];
  #batchCount = 0;

  constructor(options: BatchLoaderOptions) {
    const { dataset, batchSize, shuffle = null, dropLast = false, ring = 4 } = options;
    checkInteger('batchSize', batchSize, 1);
    checkInteger('ring', ring, 1);
    const batches = dataset.length / batchSize;
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.batchesPerEpoch = dropLast ? Math.floor(batches) : Math.ceil(batches);
    if (this.batchesPerEpoch === 0) {
      throw new ArgumentError(
        `loader: ${dataset.name} has ${dataset.length} images, fewer than one batch of ${batchSize};` +
          ' use a smaller batchSize or dropLast: false',
      );
    }
    this.#shuffle = shuffle;
    this.#normalize = options.normalize ?? normalize();
    this.#augment = options.augment ?? null;
    const size = Math.min(batchSize, dataset.length);
    this.#ring = Array.from({ length: ring }, () => ({
      images: new Float32Array(size * dataset.height * dataset.width),
      labels: new Float32Array(size),
      indices: new Uint32Array(size),
    }));
  }

  /**
   * The order of one epoch. A pure function of the shuffle key and the epoch, so a resumed
   * run replays nothing.
   */
  order(epoch: number): Uint32Array {
    checkInteger('epoch', epoch, 0);
    const { length } = this.dataset;
    if (!this.#shuffle) return Uint32Array.from({ length }, (_, index) => index);
    return this.#shuffle.split(`epoch-${epoch}`).permutation(length);
  }

  /**
   * The batches of one epoch, in order.
   *
   * @throws ArgumentError if `epoch` or `from` is not a nonnegative integer
   */
  batches(epoch: number, options: BatchesOptions = {}): Generator<Batch, void, undefined> {
    const { from = 0 } = options;
    checkInteger('from', from, 0);
    // Not a generator itself, so that a wrong argument throws here and not at the first batch.
    return this.#batchesFrom(from, epoch, this.order(epoch));
  }

  *#batchesFrom(
    from: number,
    epoch: number,
    order: Uint32Array,
  ): Generator<Batch, void, undefined> {
    for (let number = from; number < this.batchesPerEpoch; number++) {
      const start = number * this.batchSize;
      yield this.#fill(number, epoch, order.subarray(start, start + this.batchSize));
    }
  }

  /**
   * The batches of one epoch, with up to `depth` of them prefetched. Needs a ring of at least
   * `depth + 1`.
   *
   * @throws ArgumentError if the ring is too small
   */
  prefetched(
    epoch: number,
    options: BatchesOptions & { readonly depth?: number } = {},
  ): AsyncGenerator<Batch, void, undefined> {
    const { depth = this.#ring.length - 1 } = options;
    if (depth >= this.#ring.length) {
      throw new ArgumentError(
        `loader: a prefetch depth of ${depth} needs a ring of at least ${depth + 1}, got ${this.#ring.length}:` +
          ' a batch would be overwritten while in use',
      );
    }
    return prefetch(this.batches(epoch, options), depth);
  }

  /** Writes one image, augmented for this epoch and normalized. */
  #writeImage(imageIndex: number, epoch: number, target: Float32Array, start: number): void {
    const { images, height, width } = this.dataset;
    const pixels = height * width;
    if (this.#augment === null) {
      this.#normalize.apply(images, imageIndex * pixels, target, start, pixels);
      return;
    }
    // (byte / 255 - mean) / std as one factor and one summand.
    const { mean, std } = this.#normalize;
    this.#augment.apply(images, imageIndex, epoch, target, start, 1 / (255 * std), -mean / std);
  }

  #fill(number: number, epoch: number, imageIndices: Uint32Array): Batch {
    const { dataset } = this;
    const pixels = dataset.height * dataset.width;
    const count = imageIndices.length;
    const slot = this.#ring[this.#batchCount++ % this.#ring.length];
    for (let i = 0; i < count; i++) {
      this.#writeImage(imageIndices[i], epoch, slot.images, i * pixels);
      slot.labels[i] = dataset.labels[imageIndices[i]];
    }
    slot.indices.set(imageIndices);
    if (count === slot.labels.length) return { number, count, ...slot };
    return {
      number,
      count,
      images: slot.images.subarray(0, count * pixels),
      labels: slot.labels.subarray(0, count),
      indices: slot.indices.subarray(0, count),
    };
  }
}

function checkInteger(name: string, value: number, minimum: number): void {
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw new ArgumentError(
    `loader: ${name} must be a whole number of at least ${minimum}, got ${value}`,
  );
}
