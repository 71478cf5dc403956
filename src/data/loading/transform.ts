// Normalizes pixel bytes to the input values of a network. Writes into arrays that the caller owns,
// so that a batch allocates nothing.

import { ArgumentError } from '../../engine/errors.js';

export interface NormalizeOptions {
  /** Of pixel values in 0..1; default 0.5. */
  readonly mean?: number;
  /** Above 0; default 0.5, which with mean 0.5 maps bytes to -1..1. */
  readonly std?: number;
}

/** A normalization as a lookup table: there are only 256 byte values, so each is computed once. */
export interface Normalizer {
  readonly mean: number;
  readonly std: number;
  /** `table[v]` is the normalized value of byte v. */
  readonly table: Float32Array;
  /**
   * Converts `length` bytes from `source[sourceStart]` on into `target[targetStart]` on.
   *
   * @throws ArgumentError if the values do not fit
   */
  apply(
    source: Uint8Array,
    sourceStart: number,
    target: Float32Array,
    targetStart: number,
    length: number,
  ): void;
}

/**
 * `(v / 255 - mean) / std`, each step rounded to float32 as PyTorch's ToTensor and Normalize do.
 *
 * @throws ArgumentError if `mean` is not finite or `std` is not finite and above 0
 * @see https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.Normalize.html
 */
export function normalize(options: NormalizeOptions = {}): Normalizer {
  const { mean = 0.5, std = 0.5 } = options;
  if (!Number.isFinite(mean))
    throw new ArgumentError(`normalize: mean must be a finite number, got ${mean}`);
  if (!(std > 0 && std < Infinity)) {
    throw new ArgumentError(`normalize: std must be a finite number above 0, got ${std}`);
  }
  const table = Float32Array.from({ length: 256 }, (_, value) => {
    const scaled = Math.fround(value / 255);
    return Math.fround(scaled - Math.fround(mean)) / Math.fround(std);
  });
  return {
    mean,
    std,
    table,
    apply(source, sourceStart, target, targetStart, length) {
      if (sourceStart + length > source.length || targetStart + length > target.length) {
        throw new ArgumentError(
          `normalize: ${length} values do not fit, source ${source.length} from ${sourceStart},` +
            ` target ${target.length} from ${targetStart}`,
        );
      }
      for (let i = 0; i < length; i++) target[targetStart + i] = table[source[sourceStart + i]];
    },
  };
}
