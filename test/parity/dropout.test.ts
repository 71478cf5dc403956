// Dropout masks are bit-for-bit identical on every backend.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type FloatArray, Rng } from '../../src/engine/index.js';
import { dropoutOp } from '../../src/engine/ops/dropout.js';
import { anywhere } from '../../src/engine/sample.js';
import { reference32, wasm } from '../support/backends.js';
import { type Computation, evaluate } from '../support/parity.js';

const SEED = 20261123;

const word = fc.integer({ min: 0, max: 0xffffffff });
const cases = fc.record({
  length: fc.integer({ min: 1, max: 500 }),
  key: fc.tuple(word, word),
  probability: fc.double({ min: 0, max: 0.99, noNaN: true }),
  /**
   * If not null, the probability is the first random number plus this many half steps, to test <
   * against <=.
   */
  halfSteps: fc.option(fc.constantFrom(-1, 0, 1)),
});

const probabilityNearFirst = (key: readonly [number, number], halfSteps: number): number => {
  const first = new Rng({ key, drawn: 0 }).uniform();
  return Math.min(Math.max(first + halfSteps * 2 ** -25, 0), 0.99);
};

const computation = (
  length: number,
  probability: number,
  key: readonly [number, number],
): Computation => ({
  title: `${length} values, probability ${probability}, key ${key.join(' ')}`,
  inputs: [anywhere(length)],
  call: (inputs) => dropoutOp(inputs, { probability, key }),
});

/** Like `toEqual`, which takes a second for 100,000 values. */
function expectSameBits(actual: FloatArray, expected: FloatArray, label: string): void {
  expect(actual.length, label).toBe(expected.length);
  const wrong = expected.findIndex((value, i) => !Object.is(actual[i], value));
  expect(
    wrong,
    `${label}: element ${wrong} is ${actual[wrong]}, should be ${expected[wrong]}`,
  ).toBe(-1);
}

it.each([wasm(1), wasm(2)])(
  `$name draws the reference's masks (seed ${SEED})`,
  async ({ make }) => {
    const [backend, reference] = [await make(), await reference32.make()];
    const agree = async (testCase: Computation): Promise<void> => {
      const expected = await evaluate(reference, testCase, SEED);
      const actual = await evaluate(backend, testCase, SEED);
      expect([...actual.keys()], testCase.title).toEqual([...expected.keys()]);
      for (const [name, values] of expected)
        expectSameBits(actual.get(name)!, values, `${testCase.title}, ${name}`);
    };
    await fc.assert(
      fc.asyncProperty(cases, ({ length, key, probability, halfSteps }) =>
        agree(
          computation(
            length,
            halfSteps === null ? probability : probabilityNearFirst(key, halfSteps),
            key,
          ),
        ),
      ),
      { seed: SEED, numRuns: 200 },
    );
    await agree(computation(100_003, 0.3, [0xffffffff, 7])); // enough for all threads
    await backend.dispose();
    await reference.dispose();
  },
);
