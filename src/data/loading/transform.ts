// Transforms of single examples, and normalization. A transform writes into an array that the
// loader owns, so that a batch allocates nothing.

import { ArgumentError, ShapeError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { format, type Shape } from '../../engine/shape.js';

/**
 * A change of one field of one example, applied by a `DataLoader` when it fills a batch.
 *
 * A random transform must derive its draws from a seed, the index and the epoch, so that a resumed
 * run gets the same batches; see `Augmenter`.
 *
 * @example
 * const flip: Transform = {
 *   apply: (source, target) => target.set(Array.from(source).reverse()),
 * };
 * const dataset = new ArrayDataset({ inputs: { data: [1, 2, 3, 4], shape: [2, 2] } });
 * const loader = new DataLoader(dataset, { batchSize: 2, transform: { inputs: flip } });
 * for (const { inputs } of loader.batches(0)) print(inputs.data); // [2, 1, 4, 3]
 */
export interface Transform {
  /**
   * Shape of the result for examples of `shape`. Throws a ShapeError for shapes that the transform
   * does not support. Default: the same shape.
   */
  outputShape?(shape: Shape): Shape;
  /**
   * Writes the result for one example.
   *
   * @param source the numbers of the field; do not change them
   * @param target receives every number of the result
   * @param index index of the example in the data set
   * @param epoch the epoch that the batch belongs to
   */
  apply(source: ArrayLike<number>, target: Float32Array, index: number, epoch: number): void;
}

/** Options of `Normalizer`. */
export interface NormalizerOptions {
  /** One number, or one per channel. Bytes count as 0 to 1. Default 0.5. */
  readonly mean?: number | readonly number[];
  /** Above 0; one number, or one per channel. Default 0.5: with mean 0.5 bytes become -1 to 1. */
  readonly std?: number | readonly number[];
}

/**
 * Normalizes to `(x - mean) / std`, each step rounded to float32. Bytes (Uint8Array,
 * Uint8ClampedArray) are scaled to 0..1 first, as PyTorch's ToTensor does; other types are not.
 *
 * With one number per channel, the first axis of an example is its channels: `[channels, ...]`.
 *
 * @throws ArgumentError if a mean is not finite, a std is not finite and above 0, or their lists
 *   differ in length
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 * @example
 * const pixels = new Float32Array(3);
 * new Normalizer().apply(Uint8Array.of(0, 51, 255), pixels);
 * print(pixels); // [-1, -0.6, 1]
 */
export class Normalizer implements Transform {
  /** The mean of each channel; one entry if all channels share it. */
  readonly mean: readonly number[];
  /** The standard deviation of each channel; one entry if all channels share it. */
  readonly std: readonly number[];
  /** The result for each byte, `[channels, 256]`: there are only 256, so each is computed once. */
  readonly #tables: readonly Float32Array[];

  constructor(options: NormalizerOptions = {}) {
    checkOptions<NormalizerOptions>('Normalizer', options, { mean: true, std: true });
    const means = listOf('mean', options.mean ?? 0.5, 'finite', Number.isFinite);
    const stds = listOf('std', options.std ?? 0.5, 'finite and above 0', (value) => {
      return value > 0 && value < Infinity;
    });
    const channels = Math.max(means.length, stds.length);
    if ([means, stds].some(({ length }) => length !== channels && length !== 1)) {
      throw new ArgumentError(
        `Normalizer: mean has ${means.length} channels and std has ${stds.length}; give one number,` +
          ' or one per channel',
      );
    }
    const perChannel = Array.from({ length: channels }, (_, channel) => channel);
    this.mean = perChannel.map((channel) => means[means.length === 1 ? 0 : channel]);
    this.std = perChannel.map((channel) => stds[stds.length === 1 ? 0 : channel]);
    this.#tables = perChannel.map((channel) => {
      const [mean, std] = [Math.fround(this.mean[channel]), Math.fround(this.std[channel])];
      return Float32Array.from({ length: 256 }, (_, byte) =>
        normalized(Math.fround(byte / 255), mean, std),
      );
    });
  }

  /**
   * The same shape.
   *
   * @throws ShapeError if the number of channels is another one
   */
  outputShape(shape: Shape): Shape {
    const channels = this.mean.length;
    if (channels === 1 || shape[0] === channels) return shape;
    throw new ShapeError(
      `Normalizer: mean and std have ${channels} channels, but an example has the shape ${format(shape)};` +
        ` expected [${channels}, ...]`,
    );
  }

  /**
   * Normalizes one example. With one mean and one std, any number of values.
   *
   * @throws ArgumentError if source and target differ in length, or do not consist of the channels
   */
  apply(source: ArrayLike<number>, target: Float32Array): void {
    const channels = this.mean.length;
    const size = source.length / channels;
    if (source.length !== target.length || !Number.isInteger(size)) {
      throw new ArgumentError(
        `Normalizer: cannot normalize ${source.length} values of ${channels} channels into an array of ${target.length}`,
      );
    }
    for (let channel = 0; channel < channels; channel++) {
      const start = channel * size;
      if (areBytes(source)) {
        lookUp(this.#tables[channel], source, target, start, start + size);
      } else {
        const [mean, std] = [Math.fround(this.mean[channel]), Math.fround(this.std[channel])];
        for (let i = start; i < start + size; i++) {
          target[i] = normalized(Math.fround(source[i]), mean, std);
        }
      }
    }
  }
}

/**
 * Whether values are bytes, which count as 0 to 1. By the tag, which also recognizes arrays of
 * another frame or worker context, for which `instanceof` is false.
 */
export function areBytes(values: ArrayLike<number>): values is Uint8Array | Uint8ClampedArray {
  const tag = (values as Partial<Uint8Array>)[Symbol.toStringTag] as string | undefined;
  return tag === 'Uint8Array' || tag === 'Uint8ClampedArray';
}

/** (x - mean) / std, where the assignment to a Float32Array rounds the quotient. */
function normalized(value: number, mean: number, std: number): number {
  return Math.fround(value - mean) / std;
}

function lookUp(
  table: Float32Array,
  source: Uint8Array | Uint8ClampedArray,
  target: Float32Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) target[i] = table[source[i]];
}

function listOf(
  name: string,
  option: number | readonly number[],
  rule: string,
  valid: (value: number) => boolean,
): readonly number[] {
  const list = typeof option === 'number' ? [option] : option;
  if (Array.isArray(list) && list.length > 0 && list.every(valid)) return list as number[];
  throw new ArgumentError(
    `Normalizer: ${name} must be ${rule}, one number or one per channel, got ${describeValue(option)}`,
  );
}
