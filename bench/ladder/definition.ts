// Rung 1: the definition of convolution in plain JavaScript, as a sum over kernel rows, kernel columns
// and channels. The inner loops are a triple loop over matrices whose rows are windows of the image.
//
// Math.fround rounds every product and every sum to float32, as WebAssembly does. The results of rungs
// 1 to 6 are therefore equal bit for bit.

import { outputLength, type Problem } from './problem.js';

/** Computes the convolution of the problem. */
export function convolve({ sizes, x, weight }: Problem, out: Float32Array): void {
  const { images, height, width, channels, outChannels } = sizes;
  let index = 0;
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        for (let o = 0; o < outChannels; o++) {
          let sum = 0;
          for (let ki = 0; ki < 3; ki++) {
            const y = i + ki - 1;
            if (y < 0 || y >= height) continue;
            for (let kj = 0; kj < 3; kj++) {
              const column = j + kj - 1;
              if (column < 0 || column >= width) continue;
              const a = ((n * height + y) * width + column) * channels;
              const b = o * channels * 9 + ki * 3 + kj;
              for (let c = 0; c < channels; c++) {
                sum = Math.fround(sum + Math.fround(x[a + c] * weight[b + 9 * c]));
              }
            }
          }
          out[index++] = sum;
        }
      }
    }
  }
}

/** The sum of the absolute terms of each output: the unit of rounding errors. */
export function absoluteSums({ sizes, x, weight }: Problem): Float32Array {
  const sums = new Float32Array(outputLength(sizes));
  convolve({ sizes, x: x.map(Math.abs), weight: weight.map(Math.abs) }, sums);
  return sums;
}

/**
 * The definition in 8-bit integers, for rungs/int8.ts: inputs max(x, 0) in steps of 1 / 127, weights
 * in steps of a 127th of the largest of their output channel.
 */
export function convolveQuantized({ sizes, x, weight }: Problem): Float32Array {
  const taps = 9 * sizes.channels;
  const scales: number[] = [];
  const levels = new Float32Array(weight.length);
  for (let o = 0; o < sizes.outChannels; o++) {
    const filter = weight.subarray(o * taps, (o + 1) * taps);
    const largest = filter.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const factor = Math.fround(127 / largest);
    levels.set(
      filter.map((value) => nearest(Math.fround(value * factor))),
      o * taps,
    );
    scales.push(Math.fround(largest / (127 * 127)));
  }
  const out = new Float32Array(outputLength(sizes));
  const inputs = x.map((value) => Math.min(127, Math.max(0, nearest(Math.fround(value * 127)))));
  convolve({ sizes, x: inputs, weight: levels }, out); // integers below 2^24: exact
  return out.map((sum, index) => sum * scales[index % sizes.outChannels]);
}

/** The nearest integer; of two, the even one, as in WebAssembly. */
function nearest(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
