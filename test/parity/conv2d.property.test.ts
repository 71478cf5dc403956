// Convolution over random geometries: the backends agree with the definition, and the three
// functions are adjoint. Inputs are integers, so an indexing error changes a result by an integer,
// far more than rounding.

import fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  type Backend,
  conv2d,
  type Conv2dOptions,
  Rng,
  scope,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import { anywhere } from '../../src/engine/sample.js';
import { fastBackends } from '../support/backends.js';
import { expectClose, integerInput } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';

interface Geometry {
  readonly x: number[];
  readonly weight: number[];
  readonly options: Required<Conv2dOptions>;
  readonly seed: number;
}

const between = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(between(min, max), between(min, max));

/**
 * Any valid convolution: more channels than a SIMD tile, windows larger than the image, padding
 * larger than both.
 */
const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    batch: between(1, 3),
    groups: between(1, 3),
    groupIn: fc.oneof(between(1, 4), between(5, 9)),
    groupOut: fc.oneof(between(1, 4), between(11, 17)),
    size: pair(1, 9),
    kernel: pair(1, 4),
    stride: pair(1, 3),
    padding: pair(0, 3),
    dilation: pair(1, 3),
    seed: between(0, 1e6),
  })
  .filter(({ size, kernel, padding, dilation }) =>
    size.every((side, axis) => side + 2 * padding[axis] > dilation[axis] * (kernel[axis] - 1)),
  )
  .map(({ batch, groups, groupIn, groupOut, size, kernel, stride, padding, dilation, seed }) => ({
    x: [batch, groups * groupIn, ...size],
    weight: [groups * groupOut, groupIn, ...kernel],
    options: { stride, padding, dilation, groups },
    seed,
  }));

/** 3x3 kernels of stride 1, with at least 16 input and output channels. */
const wideGeometries: fc.Arbitrary<Geometry> = fc
  .record({
    batch: between(2, 3),
    channels: fc.tuple(fc.constantFrom(16, 17, 24), fc.constantFrom(16, 20, 33)),
    size: pair(4, 10),
    padding: pair(0, 2),
    seed: between(0, 1e6),
  })
  .map(({ batch, channels: [inChannels, outChannels], size, padding, seed }) => ({
    x: [batch, inChannels, ...size],
    weight: [outChannels, inChannels, 3, 3],
    options: { stride: 1, padding, dilation: 1, groups: 1 },
    seed,
  }));

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

describe.each(fastBackends)('conv2d on $name', (tested) => {
  const fixture = parityFixture(tested);

  it('agrees with the definition, forward and backward', () =>
    fc.assert(
      fc.asyncProperty(geometries, async ({ x, weight, options, seed }) => {
        const inputs = [integerInput(x), integerInput(weight), integerInput([weight[0]])];
        const title = `conv2d ${JSON.stringify({ x, weight, ...options })}`;
        await fixture.agree({ title, inputs, call: ([a, w, b]) => conv2d(a, w, b, options) }, seed);
      }),
      { numRuns: 120 },
    ));

  it('is adjoint: <conv(x, w), y> = <x, gradInput(y, w)> = <w, gradWeight(x, y)>', () =>
    fc.assert(
      fc.asyncProperty(geometries, async (geometry) => {
        const { xs, ws, ys, output, gradInput, gradWeight } = await forwardAndBackward(
          fixture.backend,
          geometry,
        );
        const expected = dot(output, ys);
        expectClose(
          [dot(xs, gradInput), dot(ws, gradWeight)],
          [expected, expected],
          'the two other products',
        );
      }),
      { numRuns: 60 },
    ));

  // Wide layers may use algorithms that trade multiplications for additions (Winograd) and round
  // about ten times as much: see Lavin and Gray, "Fast algorithms for convolutional neural
  // networks", 2016.
  it('agrees with the definition on many channels, for whichever algorithm is chosen', () =>
    fc.assert(
      fc.asyncProperty(wideGeometries, async ({ x, weight, options, seed }) => {
        const inputs = [anywhere(...x), anywhere(...weight), anywhere(weight[0])];
        const title = `conv2d ${JSON.stringify({ x, weight, ...options })}`;
        await fixture.agree(
          { title, inputs, call: ([a, w, b]) => conv2d(a, w, b, options) },
          seed,
          2e-5,
        );
      }),
      { numRuns: 25 },
    ));
});

/** A convolution of integers, and its gradients for integers y as the gradient of the output. */
async function forwardAndBackward(backend: Backend, { x, weight, options, seed }: Geometry) {
  const rng = new Rng(seed);
  const [xs, ws] = [x, weight].map((shape) => integerInput(shape).values(rng));
  const { ys, pending } = withBackend(backend, () =>
    scope(() => {
      const [image, filters] = [
        tensor(Float32Array.from(xs), { shape: x, requiresGrad: true }),
        tensor(Float32Array.from(ws), { shape: weight, requiresGrad: true }),
      ];
      const result = conv2d(image, filters, null, options);
      const ys = integerInput(result.shape).values(rng);
      result.backward(tensor(Float32Array.from(ys), { shape: result.shape }));
      const pending = [result, image.grad!, filters.grad!].map((each) => each.data());
      for (const each of [image, filters]) each.zeroGrad();
      return { ys, pending };
    }),
  );
  const [output, gradInput, gradWeight] = await Promise.all(pending);
  return { xs, ws, ys, output, gradInput, gradWeight };
}
