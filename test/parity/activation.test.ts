// The SIMD versions of sigmoid and tanh: accurate to a few units in the last place over the whole
// range, also near 0 and where they saturate; special values; ranges that are no multiple of four.

import { describe, expect, it } from 'vitest';
import { scope, sigmoid, sum, tanh, tensor, type Tensor } from '../../src/engine/index.js';
import { fastBackends, withFreshBackend } from '../support/backends.js';

const FUNCTIONS: readonly [string, (x: Tensor) => Tensor, (x: number) => number][] = [
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  ['tanh', tanh, Math.tanh],
];

/** Numbers from 2^-20 to 2^6 of both signs; 2081 of them, not a multiple of four. */
const NUMBERS = Float32Array.from(
  { length: 2081 },
  (_, i) => (i % 2 === 0 ? 1 : -1) * 2 ** (-20 + i / 80),
);

describe.each(fastBackends)('$name', ({ make }) => {
  it.each(FUNCTIONS)('%s is accurate', (_, call, exact) =>
    withFreshBackend(make, async () => {
      const values = await scope(() => call(tensor(NUMBERS)).data());
      const errors = Array.from(values, (value, i) => {
        const expected = exact(NUMBERS[i]);
        return Math.abs(value / expected - 1);
      });
      expect(Math.max(...errors)).toBeLessThan(4 * 2 ** -24);
    }),
  );

  it.each(FUNCTIONS)('the gradient of %s', (name, call, exact) =>
    withFreshBackend(make, async () => {
      const values = await scope(() => {
        const x = tensor(NUMBERS, { requiresGrad: true });
        sum(call(x)).backward();
        return x.grad!.data();
      });
      values.forEach((value, i) => {
        const y = exact(NUMBERS[i]);
        const expected = name === 'tanh' ? 1 - y * y : y * (1 - y);
        expect(Math.abs(value - expected), `x = ${NUMBERS[i]}`).toBeLessThan(3e-7);
      });
    }),
  );

  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ['sigmoid', sigmoid, [NaN, 1, 0, 0.5, 0.5, 1, 0]],
    ['tanh', tanh, [NaN, 1, -1, 0, -0, 1, -1]],
  ])('special values of %s', (_, call, expected) =>
    withFreshBackend(make, async () => {
      const x = [NaN, Infinity, -Infinity, 0, -0, 200, -200];
      expect(Array.from(await scope(() => call(tensor(x)).data()))).toEqual(expected);
    }),
  );
});
