// Convolutions on the SIMD module itself, without a backend: direct and Winograd, with any division of the work, every
// array between walls of NaN. And the definition in float64. All images are channels-last. Imports the wasm backend's parts.

import { expect } from 'vitest';
import { bytes } from '#simd/base';
import { Rng } from '../../src/engine/index.js';
import type { SimdExports } from '../../src/engine/backends/wasm/exports.js';

/** A 3x3 convolution of stride 1; `padding` is top, left, bottom, right. */
export interface Convolution {
  readonly images: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly size: readonly [height: number, width: number];
  readonly padding: readonly [number, number, number, number];
}

/** The three results of a convolution: output, gradient of the input, gradient of the weight. */
export type Three<T> = Record<'output' | 'gradInput' | 'gradWeight', T>;

export interface Operands {
  readonly x: Float32Array;
  /** [outChannels, channels, 3, 3] */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly gradOut: Float32Array;
}

export const outSize = ({ size: [height, width], padding: [top, left, bottom, right] }: Convolution) =>
  [height + top + bottom - 2, width + left + right - 2] as const;

const lengths = (c: Convolution) => ({
  output: c.images * outSize(c)[0] * outSize(c)[1] * c.outChannels,
  gradInput: c.images * c.size[0] * c.size[1] * c.channels,
  gradWeight: 9 * c.channels * c.outChannels,
});

/** Normal activations and gradients, and weights that keep the variance. */
export function randomOperands(c: Convolution, rng: Rng): Operands {
  const normal = (length: number, deviation: number) =>
    Float32Array.from({ length }, () => deviation * rng.normal());
  const { output, gradInput, gradWeight } = lengths(c);
  return {
    x: normal(gradInput, 1),
    weight: normal(gradWeight, 1 / Math.sqrt(9 * c.channels)),
    bias: normal(c.outChannels, 0.1),
    gradOut: normal(output, 1),
  };
}

/** The three sums, and for each the largest sum of the absolute values of its terms: what errors are measured by. */
export function definition(c: Convolution, { x, weight, bias, gradOut }: Operands) {
  const zeros = () => {
    const { output, gradInput, gradWeight } = lengths(c);
    const make = (length: number) => new Float64Array(length);
    return { output: make(output), gradInput: make(gradInput), gradWeight: make(gradWeight) };
  };
  const [sums, absolutes] = [zeros(), zeros()];
  const { channels: C, outChannels: O } = c;
  for (let i = 0; i < sums.output.length; i++) {
    sums.output[i] = bias[i % O];
    absolutes.output[i] = Math.abs(bias[i % O]);
  }
  forEachPair(c, (pixel, outPixel, tap) => {
    for (let o = 0; o < O; o++) {
      for (let k = 0; k < C; k++) {
        const [from, to, w] = [pixel * C + k, outPixel * O + o, (o * C + k) * 9 + tap];
        const product = x[from] * weight[w];
        sums.output[to] += product;
        absolutes.output[to] += Math.abs(product);
        const inputTerm = gradOut[to] * weight[w];
        sums.gradInput[from] += inputTerm;
        absolutes.gradInput[from] += Math.abs(inputTerm);
        const weightTerm = gradOut[to] * x[from];
        sums.gradWeight[w] += weightTerm;
        absolutes.gradWeight[w] += Math.abs(weightTerm);
      }
    }
  });
  const largest = (which: keyof Three<unknown>) => absolutes[which].reduce((a, b) => Math.max(a, b), 0);
  return {
    sums,
    scale: {
      output: largest('output'),
      gradInput: largest('gradInput'),
      gradWeight: largest('gradWeight'),
    },
  };
}

/** Every pixel with every output pixel that sees it, and the tap through which it does. */
function forEachPair(c: Convolution, body: (pixel: number, outPixel: number, tap: number) => void): void {
  const [[height, width], [outHeight, outWidth]] = [c.size, outSize(c)];
  const [top, left] = c.padding;
  for (let p = 0; p < c.images * outHeight * outWidth; p++) {
    const [image, row, column] = [
      Math.floor(p / (outHeight * outWidth)),
      Math.floor(p / outWidth) % outHeight,
      p % outWidth,
    ];
    for (let tap = 0; tap < 9; tap++) {
      const [y, z] = [row + Math.floor(tap / 3) - top, column + (tap % 3) - left];
      if (y >= 0 && y < height && z >= 0 && z < width) body((image * height + y) * width + z, p, tap);
    }
  }
}

/** How many units there are -> the borders at which to divide them: 0 ... units. */
export type Division = (units: number) => readonly number[];

const WALL = 16;

export class ConvModule {
  readonly #simd: SimdExports;
  readonly #memory = new WebAssembly.Memory({ initial: 2000 });
  readonly #blocks: { readonly address: number; readonly length: number }[] = [];
  readonly #begin: number;
  #end: number;

  constructor() {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.#memory },
    });
    this.#simd = instance.exports as unknown as SimdExports;
    this.#begin = Math.ceil((this.#simd.heapBase.value as number) / 64) * 64;
    this.#end = this.#memory.buffer.byteLength;
  }

  direct(c: Convolution, operands: Operands): Three<Float32Array> {
    const simd = this.#simd;
    return this.#run(c, operands, (at, shape, turned) => {
      const panelFloats = 9 * (c.channels + 8) * (c.outChannels + 8);
      const panels = this.#take(panelFloats);
      const scratch = this.#take(Math.max(simd.convScratch(shape), simd.convScratch(turned)));
      simd.packConvWeights(shape, at.weight, panels);
      simd.convForward(shape, at.x, panels, at.bias, at.output, scratch, 0, c.images);
      simd.packConvWeightsFlipped(turned, at.weight, panels);
      simd.convForward(turned, at.gradOut, panels, 0, at.gradInput, scratch, 0, c.images);
      const tiles = simd.convGradTiles(shape);
      simd.convGradWeight(shape, at.x, at.gradOut, c.images, panels, scratch, 0, tiles);
      simd.unpackConvWeights(shape, panels, at.gradWeight);
    });
  }

  winograd(c: Convolution, operands: Operands, divide: Division): Three<Float32Array> {
    const simd = this.#simd;
    const each = (units: number, body: (begin: number, end: number) => void) => {
      const borders = divide(units);
      borders.slice(1).forEach((end, index) => body(borders[index], end));
    };
    return this.#run(c, operands, (at, shape, turned) => {
      const scratch = this.#take(Math.max(simd.winogradScratch(shape), simd.winogradScratch(turned)));
      const convolve = (s: number, x: number, bias: number, out: number, flipped: number) => {
        const filters = this.#take(simd.winogradFilterFloats(s));
        each(simd.winogradPanels(s), (begin, end) =>
          simd.packWinogradFilters(s, at.weight, flipped, filters, scratch, begin, end),
        );
        each(c.images * simd.winogradStrips(s), (begin, end) =>
          simd.winogradForward(s, x, filters, bias, out, 0, scratch, begin, end),
        );
      };
      convolve(shape, at.x, at.bias, at.output, 0);
      convolve(turned, at.gradOut, 0, at.gradInput, 1);

      const parts = simd.winogradGradUnits(c.images);
      const sums = this.#take(simd.winogradGradSums(shape, c.images));
      const own = this.#take(simd.winogradGradScratch(shape, c.images));
      each(parts, (begin, end) =>
        simd.winogradGradParts(shape, at.x, at.gradOut, c.images, sums, own, begin, end),
      );
      each(c.outChannels, (begin, end) =>
        simd.winogradGradFilters(shape, sums, parts, at.gradWeight, begin, end),
      );
    });
  }

  #run(
    c: Convolution,
    operands: Operands,
    body: (at: Record<keyof Operands | keyof Three<unknown>, number>, shape: number, turned: number) => void,
  ): Three<Float32Array> {
    // NaN everywhere: all of the memory before the first run, then the part that the run before has used.
    this.#floats(this.#begin, (this.#end - this.#begin) / 4).fill(NaN);
    this.#end = this.#begin;
    this.#blocks.length = 0;
    const [[height, width], [outHeight, outWidth]] = [c.size, outSize(c)];
    const [top, left] = c.padding;
    const [inner, outer] = [
      [height, width, c.channels],
      [outHeight, outWidth, c.outChannels],
    ];
    const shape = this.#shape([...inner, ...outer], [top, left]);
    const turned = this.#shape([...outer, ...inner], [2 - top, 2 - left]);
    const { output, gradInput, gradWeight } = lengths(c);
    const at = {
      x: this.#put(operands.x),
      weight: this.#put(operands.weight),
      bias: this.#put(operands.bias),
      gradOut: this.#put(operands.gradOut),
      output: this.#take(output),
      gradInput: this.#take(gradInput),
      gradWeight: this.#take(gradWeight),
    };
    body(at, shape, turned);
    for (const { address, length } of this.#blocks) {
      expect(this.#floats(address + 4 * length, WALL).every(Number.isNaN), 'the wall behind an array').toBe(
        true,
      );
    }
    return {
      output: this.#floats(at.output, output).slice(),
      gradInput: this.#floats(at.gradInput, gradInput).slice(),
      gradWeight: this.#floats(at.gradWeight, gradWeight).slice(),
    };
  }

  #shape(sizes: readonly number[], padding: readonly number[]): number {
    const words = [...sizes, 3, 3, 1, 1, 1, 1, 1, ...padding, 1, 1, 1];
    const address = this.#take(26 + 9 * sizes[2] + sizes[3] * sizes[4]);
    new Int32Array(this.#memory.buffer, address, words.length).set(words);
    this.#simd.convPrepare(address);
    return address;
  }

  #take(length: number): number {
    const address = this.#end;
    this.#end += Math.ceil((length + WALL) / 16) * 64;
    this.#blocks.push({ address, length });
    return address;
  }

  #put(values: Float32Array): number {
    const address = this.#take(values.length);
    this.#floats(address, values.length).set(values);
    return address;
  }

  #floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }
}
