// Convolution over random geometries: the backends agree with the definition, and the three functions are adjoint to
// one another. Inputs are whole numbers, so every sum is exact and the slightest slip of an index shows.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Backend,
  conv2d,
  type Conv2dOptions,
  Rng,
  scope,
  tensor,
  withBackend,
} from '../../src/engine/index.js';
import { backendsUnderTest } from '../support/backends.js';
import { whole } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';

interface Geometry {
  readonly x: number[];
  readonly weight: number[];
  readonly options: Required<Conv2dOptions>;
  readonly seed: number;
}

const between = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(between(min, max), between(min, max));

/** Any convolution that fits: more channels than a SIMD tile, windows larger than the image, rims larger than both. */
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

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

describe.each(backendsUnderTest)('conv2d on $name', (tested) => {
  const fixture = parityFixture(tested);

  it('agrees with the definition, forward and backward', () =>
    fc.assert(
      fc.asyncProperty(geometries, async ({ x, weight, options, seed }) => {
        const inputs = [whole(x), whole(weight), whole([weight[0]])];
        const title = `conv2d ${JSON.stringify({ x, weight, ...options })}`;
        await fixture.agree({ title, inputs, call: ([a, w, b]) => conv2d(a, w, b, options) }, seed, 0);
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
        expect(dot(xs, gradInput)).toBe(dot(output, ys));
        expect(dot(ws, gradWeight)).toBe(dot(output, ys));
      }),
      { numRuns: 60 },
    ));
});

/** A convolution of whole numbers, and what backward makes of whole numbers y as the gradient of its output. */
async function forwardAndBackward(backend: Backend, { x, weight, options, seed }: Geometry) {
  const rng = new Rng(seed);
  const [xs, ws] = [x, weight].map((shape) => whole(shape).values(rng));
  const { ys, pending } = withBackend(backend, () =>
    scope(() => {
      const [image, filters] = [
        tensor(Float32Array.from(xs), { shape: x, requiresGrad: true }),
        tensor(Float32Array.from(ws), { shape: weight, requiresGrad: true }),
      ];
      const result = conv2d(image, filters, null, options);
      const ys = whole(result.shape).values(rng);
      result.backward(tensor(Float32Array.from(ys), { shape: result.shape }));
      const pending = [result, image.grad!, filters.grad!].map((each) => each.data());
      for (const each of [image, filters]) each.zeroGrad();
      return { ys, pending };
    }),
  );
  const [output, gradInput, gradWeight] = await Promise.all(pending);
  return { xs, ws, ys, output, gradInput, gradWeight };
}
