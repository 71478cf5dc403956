// Winograd convolution against direct convolution and the definition in float64: when it is used,
// its error bound, and results that do not depend on how the work is divided.

import * as base from '#simd/base';
import * as relaxed from '#simd/relaxed';
import * as wide from '#simd/wide';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conv2dConstants } from '../../kernels/conv2d.js';
import { usesWinograd } from '../../src/engine/backends/wasm/winograd.js';
import { conv2d, Rng } from '../../src/engine/index.js';
import { wasm } from '../support/backends.js';
import {
  ConvModule,
  type Convolution,
  definition,
  outSize,
  randomOperands,
} from '../support/convModule.js';
import type { Computation } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';

const SEED = 20261123;

/** A 3x3 convolution of stride 1 with padding 1, with `change` applied. */
function constants(change: Partial<Conv2dConstants> = {}): Conv2dConstants {
  const plain = {
    batch: 64,
    inChannels: 32,
    height: 14,
    width: 14,
    outChannels: 64,
    outHeight: 14,
    outWidth: 14,
    kernelHeight: 3,
    kernelWidth: 3,
    strideY: 1,
    strideX: 1,
    padY: 1,
    padX: 1,
    dilationY: 1,
    dilationX: 1,
    groups: 1,
    groupIn: 32,
    groupOut: 64,
  };
  return { ...plain, ...change };
}

describe('usesWinograd', () => {
  it.each([
    ['the second layer of the network', {}],
    ['the third layer', { inChannels: 64, outChannels: 128, outHeight: 7, outWidth: 7 }],
    ['one image of the second layer', { batch: 1 }],
    ['no padding', { outHeight: 12, outWidth: 12, padY: 0, padX: 0 }],
    ['a plane of one tile', { outHeight: 5, outWidth: 5 }],
  ])('is true for %s', (_, change) => expect(usesWinograd(constants(change))).toBe(true));

  it.each([
    ['one input channel', { inChannels: 1 }],
    ['few outputs', { outChannels: 8 }],
    ['a 5x5 kernel', { kernelHeight: 5, kernelWidth: 5 }],
    ['a 1x3 kernel', { kernelHeight: 1 }],
    ['stride 2', { strideX: 2 }],
    ['dilation 2', { dilationY: 2 }],
    ['groups', { groups: 2 }],
    ['padding larger than the input gradient supports', { padX: 3 }],
    ['planes smaller than a tile', { outHeight: 2, outWidth: 28 }],
    ['too few tiles', { batch: 3, outHeight: 5, outWidth: 5 }],
    ['no images', { batch: 0 }],
  ])('is false for %s', (_, change) => expect(usesWinograd(constants(change))).toBe(false));
});

const RESULTS = ['output', 'gradInput', 'gradWeight'] as const;

/**
 * Error bound relative to the sum of absolute terms. The largest such sum of the tensor is used,
 * because the error of an output is that of its tile, even if the output has few terms. Measured in
 * 500 convolutions like these: 3e-7 for direct sums, 1.2e-6 for Winograd. A missing term is at
 * least 1e-3.
 */
const BOUND = { direct: 1e-6, winograd: 3e-6 };

const between = (min: number, max: number) => fc.integer({ min, max });

/** Channels that fill their registers or not, planes of every remainder, any padding. */
const convolutions: fc.Arbitrary<Convolution> = fc
  .record({
    images: between(1, 9),
    channels: between(8, 37),
    outChannels: between(8, 37),
    size: fc.tuple(between(1, 15), between(1, 15)),
    padding: fc.tuple(between(0, 2), between(0, 2), between(0, 2), between(0, 2)),
  })
  .filter((c) => outSize(c).every((side) => side > 0));

const modules = { base, relaxed, wide };
const supported = (['base', 'relaxed', 'wide'] as const).filter((name) =>
  WebAssembly.validate(modules[name].bytes),
);

describe.each(supported)('the kernels of the %s module', (name) => {
  const simd = new ConvModule(modules[name].bytes);
  const all = (units: number) => [0, units];

  it('agree with the definition within the bounds, direct and Winograd', () =>
    fc.assert(
      fc.property(convolutions, between(0, 1e6), (c, seed) => {
        const operands = randomOperands(c, new Rng(seed));
        const { sums, scale } = definition(c, operands);
        const results = {
          direct: simd.direct(c, operands),
          winograd: simd.winograd(c, operands, all),
        };
        for (const algorithm of ['direct', 'winograd'] as const) {
          for (const name of RESULTS) {
            const [actual, exact] = [results[algorithm][name], sums[name]];
            let worst = 0;
            // Math.max propagates NaN.
            for (let i = 0; i < exact.length; i++)
              worst = Math.max(worst, Math.abs(actual[i] - exact[i]));
            expect(worst / scale[name], `${algorithm}, ${name}`).toBeLessThan(BOUND[algorithm]);
          }
        }
      }),
      { numRuns: 40, seed: SEED },
    ));

  it('give bit-for-bit identical results for any division of the work', () =>
    fc.assert(
      fc.property(convolutions, between(0, 1e6), between(1, 4), (c, seed, part) => {
        const operands = randomOperands(c, new Rng(seed));
        const boundaries = (units: number) => [
          ...Array.from({ length: Math.ceil(units / part) }, (_, i) => i * part),
          units,
        ];
        expect(simd.winograd(c, operands, boundaries)).toEqual(simd.winograd(c, operands, all));
      }),
      { numRuns: 15, seed: SEED },
    ));
});

/**
 * RMS errors relative to the output of F(4x4, 3x3) alone, with the points 0, 5/8, -5/8, 3/2, -3/2 and
 * infinity, of version 0.1, on the inputs of the test below (relaxed module).
 */
const RMS_OF_F4: Readonly<
  Record<number, { readonly output: number; readonly gradWeight: number }>
> = {
  5: { output: 6.33e-7, gradWeight: 3.12e-7 },
  7: { output: 6.09e-7, gradWeight: 3.41e-7 },
  10: { output: 6.07e-7, gradWeight: 3.97e-7 },
  14: { output: 6.29e-7, gradWeight: 4.58e-7 },
  16: { output: 6.78e-7, gradWeight: 4.15e-7 },
};

describe.each(supported)('the RMS error of the %s module', (module) => {
  const simd = new ConvModule(modules[module].bytes);

  it.each([5, 7, 10, 14, 16])(
    'is at most four times that of F(4x4) on planes of %i pixels a side',
    (size) => {
      const convolution: Convolution = {
        images: 4,
        channels: 64,
        outChannels: 16,
        size: [size, size],
        padding: [1, 1, 1, 1],
      };
      const random = randomOperands(convolution, new Rng(SEED));
      const operands = {
        ...random,
        x: random.x.map((value) => Math.max(0, value)),
        bias: new Float32Array(16),
      };
      const { sums } = definition(convolution, operands);
      const results = simd.winograd(convolution, operands, (units) => [0, units]);
      for (const name of ['output', 'gradWeight'] as const) {
        const [actual, exact] = [results[name], sums[name]];
        const error = exact.reduce((sum, value, i) => sum + (actual[i] - value) ** 2, 0);
        const scale = exact.reduce((sum, value) => sum + value ** 2, 0);
        expect(Math.sqrt(error / scale), name).toBeLessThan(4 * RMS_OF_F4[size][name]);
      }
    },
  );
});

const sample = (shape: readonly number[], deviation: number) => ({
  shape,
  differentiable: true,
  values: (rng: Rng) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => deviation * rng.normal()),
});

// The weight gradient of 26 images is summed in four parts of several groups each.
const layers = [
  [26, 16, 112, 14, 14, 1],
  [2, 32, 64, 14, 14, 1],
  [3, 64, 128, 7, 7, 1],
  [3, 17, 19, 8, 11, 0],
  [2, 30, 21, 6, 15, 2],
].map(([batch, inChannels, outChannels, height, width, padding]) => {
  const inputs = [
    sample([batch, inChannels, height, width], 1),
    sample([outChannels, inChannels, 3, 3], 1 / Math.sqrt(9 * inChannels)),
    sample([outChannels], 0.1),
  ];
  const call: Computation['call'] = ([x, w, b]) => conv2d(x, w, b, { padding });
  return [
    batch,
    inChannels,
    outChannels,
    height,
    width,
    padding,
    { title: 'conv2d', inputs, call },
  ] as const;
});

describe.each([wasm(1), wasm(2)])('conv2d on $name', (tested) => {
  const { agree } = parityFixture(tested);

  it.each(layers)(
    '%i images, %i to %i channels, %ix%i, padding %i',
    (batch, inChannels, outChannels, height, width, padding, computation) => {
      const [outHeight, outWidth] = [height + 2 * padding - 2, width + 2 * padding - 2];
      const sizes = {
        inChannels,
        outChannels,
        height,
        width,
        outHeight,
        outWidth,
      };
      expect(usesWinograd(constants({ batch, ...sizes, padY: padding, padX: padding }))).toBe(true);
      return agree(computation, SEED, 1e-5);
    },
  );
});
