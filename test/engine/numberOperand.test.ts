// add, sub and mul with a number: bit for bit the elements and gradients of the same op with an array
// that contains the number.

import { describe, expect, it } from 'vitest';
import { add, full, mul, scope, sub, tensor, type Operand, type Tensor } from '../../src/index.js';
import { backendsUnderTest, oracle, withFreshBackend } from '../support/backends.js';

const NUMBERS = [0, -0, 1, -1, 0.1, 3, 1e-40, 1e38, Infinity, -Infinity, NaN];
const VALUES = [0, -0, 1, -1, 0.3, -7.25, 1e-41, -1e-45, 3e38, Infinity, -Infinity, NaN];

const FUNCTIONS: readonly [string, (x: Tensor, operand: Operand) => Tensor][] = [
  ['x + c', (x, c) => add(x, c)],
  ['c + x', (x, c) => add(c, x)],
  ['x - c', (x, c) => sub(x, c)],
  ['c - x', (x, c) => sub(c, x)],
  ['x c', (x, c) => mul(x, c)],
  ['c x', (x, c) => mul(c, x)],
];

/** The elements of y = f(x, operand), and d y / d x for gradients of all values. */
async function results(
  f: (x: Tensor, operand: Operand) => Tensor,
  operand: (x: Tensor) => Operand,
): Promise<number[]> {
  const x = tensor(VALUES, { requiresGrad: true });
  const read = scope(() => {
    const y = f(x, operand(x));
    const elements = y.data();
    y.backward(tensor(VALUES));
    return Promise.all([elements, x.grad!.data()]);
  });
  const [elements, gradient] = await read;
  x.dispose();
  return [...elements, ...gradient];
}

describe.each([oracle, ...backendsUnderTest])('$name', ({ make }) => {
  it.each(FUNCTIONS)('%s', (_, f) =>
    withFreshBackend(make, async () => {
      for (const value of NUMBERS) {
        const expected = await results(f, (x) => full(x.shape, value));
        expect(await results(f, () => value), `c = ${value}`).toEqual(expected);
      }
    }),
  );
});
