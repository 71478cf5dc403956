// The convolution that every rung computes, and random operands for it.
//
// 3x3 kernels, one pixel of padding, no bias:
//     x [images, height, width, channels], weight [outChannels, channels, 3, 3],
//     out [images, height, width, outChannels]

export interface Sizes {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  /** A multiple of 16. */
  readonly channels: number;
  /** A multiple of 16. */
  readonly outChannels: number;
}

/** The example of docs/fast-convolution.md: the second convolution of the character network. */
export const EXAMPLE: Sizes = { images: 64, height: 14, width: 14, channels: 32, outChannels: 64 };

/** Odd sides, no whole tiles: the remainders of every loop run. */
export const SMALL: Sizes = { images: 4, height: 5, width: 7, channels: 16, outChannels: 32 };

export interface Problem {
  readonly sizes: Sizes;
  readonly x: Float32Array;
  readonly weight: Float32Array;
}

/** Operands between -1 and 1. */
export function randomProblem(sizes: Sizes, seed: number): Problem {
  const { images, height, width, channels, outChannels } = sizes;
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes, 7.1
    return state / 2 ** 31 - 1;
  };
  const random = (length: number): Float32Array => Float32Array.from({ length }, next);
  return {
    sizes,
    x: random(images * height * width * channels),
    weight: random(outChannels * channels * 9),
  };
}

export const outputLength = ({ images, height, width, outChannels }: Sizes): number =>
  images * height * width * outChannels;

/**
 * Floating-point operations of the definition: a multiplication and an addition for each term,
 * including the terms of the padding. Every rung is rated by this number.
 */
export const operations = (sizes: Sizes): number => 2 * outputLength(sizes) * 9 * sizes.channels;
