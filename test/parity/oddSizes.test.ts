// SIMD functions over channels, hidden sizes and head sizes around the number of lanes: every size,
// on one thread and with all work divided between two, against the reference.

import { describe, expect, it } from 'vitest';
import { checkComputation } from '../../src/app/check/checkBackend.js';
import type { Computation } from '../../src/app/check/computation.js';
import { createWasmBackend } from '../../src/engine/backends/wasm/index.js';
import {
  adaptiveAvgPool2d,
  adaptiveMaxPool2d,
  avgPool2d,
  batchNorm,
  concat,
  conv2d,
  convTranspose2d,
  full,
  interpolate,
  logicalAnd,
  logicalNot,
  logicalOr,
  matmul,
  maxPool2d,
  prod,
  ReferenceBackend,
  stack,
} from '../../src/engine/index.js';
import { attentionOp } from '../../src/engine/ops/attention.js';
import { gruOp } from '../../src/engine/ops/gru.js';
import { recurrentInputs } from '../../src/engine/ops/internal/recurrent.js';
import { lstmOp } from '../../src/engine/ops/lstm.js';
import { anywhere, awayFromZero, binary } from '../../src/engine/sample.js';

const SEED = 20261129;
const SIZES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33];

const onImages = (
  name: string,
  channels: number,
  call: Computation['call'],
  ...weights: number[][]
): Computation => ({
  title: `${name}, ${channels} channels`,
  inputs: [anywhere(2, channels, 6, 5), ...weights.map((shape) => anywhere(...shape))],
  call,
});

const computations = SIZES.flatMap((size): Computation[] => [
  onImages('avgPool2d: disjoint', size, ([x]) => avgPool2d(x, { window: [3, 5] })),
  onImages('avgPool2d: overlapping', size, ([x]) => avgPool2d(x, { window: 3, padding: 1 })),
  onImages('adaptiveAvgPool2d', size, ([x]) => adaptiveAvgPool2d(x, [4, 2])),
  onImages('adaptiveMaxPool2d', size, ([x]) => adaptiveMaxPool2d(x, [4, 2])),
  onImages('maxPool2d: overlapping', size, ([x]) => maxPool2d(x, { window: 3, padding: 1 })),
  onImages(
    'batchNorm: evaluation',
    size,
    ([x, weight, bias]) => {
      const running = { mean: full([size], 0.3), variance: full([size], 2) };
      const options = { epsilon: 1e-5, momentum: 0.1, running, training: false };
      return batchNorm(x, weight, bias, options);
    },
    [size],
    [size],
  ),
  onImages('interpolate: nearest', size, ([x]) => interpolate(x, { scaleFactor: 2 })),
  onImages('interpolate: bilinear', size, ([x]) =>
    interpolate(x, { size: [7, 9], mode: 'bilinear' }),
  ),
  onImages(
    'conv2d: depthwise',
    size,
    ([x, weight]) => conv2d(x, weight, null, { groups: size, padding: [1, 2], dilation: [1, 2] }),
    [size, 1, 2, 3],
  ),
  onImages(
    'conv2d: depthwise, stride 2',
    size,
    ([x, weight, bias]) => conv2d(x, weight, bias, { groups: size, padding: 1, stride: [2, 3] }),
    [size, 1, 3, 3],
    [size],
  ),
  onImages(
    'convTranspose2d: depthwise',
    size,
    ([x, weight, bias]) => convTranspose2d(x, weight, bias, { groups: size, stride: 2 }),
    [size, 1, 3, 2],
    [size],
  ),
  {
    title: `lstm: hidden size ${size}`,
    inputs: recurrentInputs(4, 2, [3, 7, size]),
    call: (inputs) => lstmOp(inputs, { reversed: false }),
  },
  {
    title: `gru: hidden size ${size}`,
    inputs: recurrentInputs(3, 1, [3, 7, size]),
    call: (inputs) => gruOp(inputs, { reversed: true }),
  },
  {
    title: `attention: head size ${size}`,
    inputs: [anywhere(2, size, 2 * size), anywhere(2, 9, 2 * size), anywhere(2, 9, 6)],
    call: (inputs) =>
      attentionOp(inputs, { heads: 2, lengthFirst: false, causal: false, scale: 0.2 }),
  },
  {
    title: `attention: ${size} positions`,
    inputs: [anywhere(size, 2, 3 * 2 * 5)],
    call: (inputs) =>
      attentionOp(inputs, { heads: 2, lengthFirst: true, causal: true, scale: 0.4 }),
  },
  {
    title: `concat: ${size} columns`,
    inputs: [anywhere(5, 3), anywhere(5, size), anywhere(5, 1)],
    call: (parts) => concat(parts, 1),
  },
  {
    title: `prod: ${size} columns`,
    inputs: [awayFromZero(5, size)],
    call: ([x]) => prod(x, { axes: 1 }),
  },
  {
    title: `logical functions: ${size} elements`,
    inputs: [binary(size), binary(size)],
    call: ([a, b]) => stack([logicalAnd(a, b), logicalOr(a, b), logicalNot(a)]),
  },
  {
    title: `matmul: ${size} columns`,
    inputs: [anywhere(9, 5, size), anywhere(9, size, size)],
    call: ([a, b]) => matmul(a, b),
  },
]);

describe.each([
  ['auto', 1],
  ['split', 2],
] as const)('dispatch %s, %i thread(s)', (dispatch, threads) => {
  it('agrees with the reference for every size', async () => {
    const backend = await createWasmBackend({ threads, dispatch });
    const exact = new ReferenceBackend({ dtype: 'float64' });
    const wrong = [];
    for (const computation of computations) {
      const result = await checkComputation(backend, exact, computation, SEED);
      if (!result.ok) wrong.push(result);
    }
    expect(wrong).toEqual([]);
    await Promise.all([backend.dispose(), exact.dispose()]);
  });
});
