// Runs the SIMD module's convolutions without a backend: direct and Winograd, with any division of
// the work. Every array is surrounded by NaN. Also defines the float64 reference. All images are
// channels-last.

import { expect } from 'vitest';
import type { ConvGeometry, SimdExports } from '#simd/interface';
import type { Conv2dConstants } from '../../kernels/conv2d.js';
import { Rng } from '../../src/engine/index.js';
import {
  forwardGeometry,
  geometryWords,
  inputGradientGeometry,
  shapeWords,
} from '../../src/engine/backends/wasm/convGeometry.js';

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

export const outSize = ({
  size: [height, width],
  padding: [top, left, bottom, right],
}: Convolution) => [height + top + bottom - 2, width + left + right - 2] as const;

/**
 * The constants of the kernel. Padding at the bottom and right follows from the size of the output.
 */
function constantsOf(c: Convolution): Conv2dConstants {
  const [[height, width], [outHeight, outWidth]] = [c.size, outSize(c)];
  return {
    batch: c.images,
    inChannels: c.channels,
    height,
    width,
    outChannels: c.outChannels,
    outHeight,
    outWidth,
    kernelHeight: 3,
    kernelWidth: 3,
    strideY: 1,
    strideX: 1,
    padY: c.padding[0],
    padX: c.padding[1],
    dilationY: 1,
    dilationX: 1,
    groups: 1,
    groupIn: c.channels,
    groupOut: c.outChannels,
  };
}

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

/**
 * The three results in float64, and for each the largest sum of the absolute values of its terms,
 * as the scale of errors.
 */
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
  const largest = (name: keyof Three<unknown>) =>
    absolutes[name].reduce((a, b) => Math.max(a, b), 0);
  return {
    sums,
    scale: {
      output: largest('output'),
      gradInput: largest('gradInput'),
      gradWeight: largest('gradWeight'),
    },
  };
}

/** Calls `body` for every pixel and output pixel that a tap connects. */
function forEachPair(
  c: Convolution,
  body: (pixel: number, outPixel: number, tap: number) => void,
): void {
  const [[height, width], [outHeight, outWidth]] = [c.size, outSize(c)];
  const [top, left] = c.padding;
  for (let p = 0; p < c.images * outHeight * outWidth; p++) {
    const [image, row, column] = [
      Math.floor(p / (outHeight * outWidth)),
      Math.floor(p / outWidth) % outHeight,
      p % outWidth,
    ];
    for (let tap = 0; tap < 9; tap++) {
      const [inY, inX] = [row + Math.floor(tap / 3) - top, column + (tap % 3) - left];
      if (inY >= 0 && inY < height && inX >= 0 && inX < width) {
        body((image * height + inY) * width + inX, p, tap);
      }
    }
  }
}

/** Maps the number of units to the borders at which to divide them: 0 ... units. */
export type Division = (units: number) => readonly number[];

const GUARD = 16;

export class ConvModule {
  readonly #simd: SimdExports;
  readonly #memory = new WebAssembly.Memory({ initial: 2000 });
  readonly #blocks: { readonly address: number; readonly length: number }[] = [];
  readonly #begin: number;
  #end: number;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.#memory, thread: 0 },
    });
    this.#simd = instance.exports as unknown as SimdExports;
    this.#begin = Math.ceil((this.#simd.heapBase.value as number) / 64) * 64;
    this.#end = this.#memory.buffer.byteLength;
  }

  direct(c: Convolution, operands: Operands): Three<Float32Array> {
    const simd = this.#simd;
    return this.#run(c, operands, (at, shape, flippedShape) => {
      const panelFloats = 9 * (c.channels + 16) * (c.outChannels + 16);
      const panels = this.#take(panelFloats);
      const scratch = this.#take(Math.max(simd.convScratch(shape), simd.convScratch(flippedShape)));
      simd.packConvWeights(shape, at.weight, panels);
      simd.convForward(shape, at.x, panels, at.bias, at.output, scratch, 0, c.images);
      simd.packConvWeightsFlipped(flippedShape, at.weight, panels);
      simd.convForward(flippedShape, at.gradOut, panels, 0, at.gradInput, scratch, 0, c.images);
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
    return this.#run(c, operands, (at, shape, flippedShape) => {
      const scratch = this.#take(
        Math.max(simd.winogradScratch(shape), simd.winogradScratch(flippedShape)),
      );
      const convolve = (s: number, x: number, bias: number, out: number, flipped: number) => {
        const filters = this.#take(simd.winogradFilterFloats(s));
        each(simd.winogradPanels(s), (begin, end) =>
          simd.packWinogradFilters(s, at.weight, flipped, filters, scratch, begin, end),
        );
        each(c.images * simd.winogradStrips(s), (begin, end) =>
          simd.winogradForward(s, x, filters, bias, out, scratch, begin, end),
        );
      };
      convolve(shape, at.x, at.bias, at.output, 0);
      convolve(flippedShape, at.gradOut, 0, at.gradInput, 1);

      const parts = simd.winogradGradUnits(c.images);
      const sums = this.#take(simd.winogradGradSums(shape, c.images));
      const gradScratch = this.#take(simd.winogradGradScratch(shape, c.images));
      each(parts, (begin, end) =>
        simd.winogradGradParts(shape, at.x, at.gradOut, c.images, sums, gradScratch, begin, end),
      );
      each(c.outChannels, (begin, end) =>
        simd.winogradGradFilters(shape, sums, parts, at.gradWeight, begin, end),
      );
    });
  }

  #run(
    c: Convolution,
    operands: Operands,
    body: (
      at: Record<keyof Operands | keyof Three<unknown>, number>,
      shape: number,
      flippedShape: number,
    ) => void,
  ): Three<Float32Array> {
    // Fill with NaN: all of the memory before the first run, then the part that the previous run
    // used.
    this.#floats(this.#begin, (this.#end - this.#begin) / 4).fill(NaN);
    this.#end = this.#begin;
    this.#blocks.length = 0;
    const shape = this.#shape(forwardGeometry(constantsOf(c)));
    const flippedShape = this.#shape(inputGradientGeometry(constantsOf(c)));
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
    body(at, shape, flippedShape);
    for (const { address, length } of this.#blocks) {
      expect(
        this.#floats(address + 4 * length, GUARD).every(Number.isNaN),
        'the NaN guard after an array',
      ).toBe(true);
    }
    return {
      output: this.#floats(at.output, output).slice(),
      gradInput: this.#floats(at.gradInput, gradInput).slice(),
      gradWeight: this.#floats(at.gradWeight, gradWeight).slice(),
    };
  }

  #shape(geometry: ConvGeometry): number {
    const words = geometryWords(geometry);
    const address = this.#take(shapeWords(geometry));
    new Int32Array(this.#memory.buffer, address, words.length).set(words);
    this.#simd.convPrepare(address);
    return address;
  }

  #take(length: number): number {
    const address = this.#end;
    this.#end += Math.ceil((length + GUARD) / 16) * 64;
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
