// batchNormReluPool beyond its samples: random sizes, ties, windows without a positive value, and
// one or two threads. The oracle is the sequence of three ops, in float64.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchNorm,
  maxPool2d,
  relu,
  type SampleInput,
  type Tensor,
} from '../../src/engine/index.js';
import { batchNormReluPool } from '../../src/engine/ops/batchNormReluPool.js';
import { anywhere } from '../../src/engine/sample.js';
import { oracle, reference32, wasm } from '../support/backends.js';
import { type Computation, evaluate, expectClose, integerInput } from '../support/parity.js';
import { parityFixture } from '../support/parityFixture.js';

const SEED = 20261123;
const attributes = { epsilon: 1e-5, momentum: 0.1, running: null, training: true };

const fused = ([x, weight, bias]: Tensor[]): Tensor =>
  batchNormReluPool(x, weight, bias, attributes);
const unfused = ([x, weight, bias]: Tensor[]): Tensor =>
  maxPool2d(relu(batchNorm(x, weight, bias, attributes)), { window: 2 });

/** A vector with one value repeated. */
const constant = (size: number, value: number): SampleInput => ({
  shape: [size],
  differentiable: true,
  values: () => new Float32Array(size).fill(value),
});

function computation(x: SampleInput, bias?: SampleInput): Computation {
  const channels = x.shape[1];
  return {
    title: `[${x.shape.join(',')}]`,
    inputs: [x, anywhere(channels), bias ?? anywhere(channels)],
    call: fused,
  };
}

const sizes = fc.tuple(
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 2, max: 9 }),
  fc.integer({ min: 2, max: 9 }),
);

describe.each([reference32, wasm(1), wasm(2)])('$name', (tested) => {
  const fixture = parityFixture(tested);

  it(`equals the three ops in sequence, also with ties (seed ${SEED})`, async () => {
    const exact = await oracle.make();
    const property = fc.asyncProperty(sizes, fc.nat(), async (shape, seed) => {
      const testCase = computation(integerInput(shape, 2)); // five values: ties in most windows
      const expected = await evaluate(exact, { ...testCase, call: unfused }, seed);
      const actual = await evaluate(fixture.backend, testCase, seed);
      for (const [name, values] of expected) expectClose(actual.get(name)!, values, name);
    });
    await fc.assert(property, { seed: SEED, numRuns: 60 });
    await exact.dispose();
  });

  it('has zero gradients where no value is positive', async () => {
    const testCase = computation(integerInput([3, 6, 5, 4]), constant(6, -20));
    const results = await evaluate(fixture.backend, testCase, SEED);
    expect(results.size).toBe(4);
    for (const [name, values] of results)
      expect(new Set(values.map(Math.abs)), name).toEqual(new Set([0]));
  });

  it('has gradients for an odd last row, which no window covers', async () => {
    const testCase = computation(integerInput([2, 4, 3, 2]), constant(4, 2));
    const gradient = (await evaluate(fixture.backend, testCase, SEED)).get(
      'gradient of input 0 [2,4,3,2]',
    )!;
    const lastRows = gradient.filter((_, i) => i % 6 >= 4);
    expect(lastRows.some((value) => Math.abs(value) > 1e-3)).toBe(true);
  });
});

it('is bit-for-bit identical on one and two threads', async () => {
  const testCase = computation(anywhere(16, 21, 15, 14));
  const results = [];
  for (const { make } of [wasm(1), wasm(2)]) {
    const backend = await make();
    results.push(await evaluate(backend, testCase, SEED));
    await backend.dispose();
  }
  expect(results[1]).toEqual(results[0]);
});
