// Half precision as safetensors hold it: every one of the 65,536 numbers survives, all others go to the nearest, ties to
// the even one, and what is too large is refused by name.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LARGEST_HALF, toHalf } from '../../src/nn/saving/elementTypes.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn/index.js';
import { ArgumentError } from '../../src/engine/index.js';
import { rounds } from '../support/rounds.js';

const half = () => true;

/** Numbers as they come back from a file in half precision. */
function roundTrip(data: ArrayLike<number>): number[] {
  const bytes = encodeSafetensors({ x: { shape: [data.length], data } }, {}, { half });
  return Array.from(decodeSafetensors(bytes).tensors.x.data);
}

/** What 16 bits mean, by the formulas of IEEE 754. */
function meaning(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const [exponent, fraction] = [(bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * (fraction / 1024) * 2 ** -14
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it('keeps every number of half precision, subnormal ones and both zeros included', () => {
  const wrong = [];
  for (let bits = 0; bits < 65536; bits++) {
    const value = meaning(bits);
    if (!Number.isNaN(value) && toHalf(value) !== bits) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
  expect(Number.isNaN(meaning(toHalf(NaN)))).toBe(true);
});

it.each([
  ['one', 1, 0x3c00],
  ['the smallest subnormal', 2 ** -24, 0x0001],
  ['half of it, a tie: to the even 0', 2 ** -25, 0x0000],
  ['a little more than half of it', 2 ** -25 * 1.001, 0x0001],
  ['one and a half of it, a tie: to the even 2', 1.5 * 2 ** -24, 0x0002],
  ['less than half of it, negative', -(2 ** -26), 0x8000],
  ['the largest subnormal', 1023 * 2 ** -24, 0x03ff],
  ['half a step more, a tie: to the smallest normal', 1023.5 * 2 ** -24, 0x0400],
  ['half a step above 1, a tie: down to the even', 1 + 2 ** -11, 0x3c00],
  ['one and a half steps above 1, a tie: up to the even', 1 + 3 * 2 ** -11, 0x3c02],
  ['half a step below 2, a tie: up into the next exponent', 2 - 2 ** -11, 0x4000],
  ['the largest', 65504, 0x7bff],
  ['just below half a step more', 65519.99, 0x7bff],
  ['half a step more: infinity', 65520, 0x7c00],
  ['a float64 that no float32 holds', 1 + 2 ** -11 + 2 ** -40, 0x3c01],
  ['the smallest float64', 5e-324, 0x0000],
])('rounds %s', (_, value, bits) => {
  expect(toHalf(value).toString(16)).toBe(bits.toString(16));
});

it('takes the nearest of all', () => {
  const finite = fc.double({ min: -65519, max: 65519, noNaN: true });
  fc.assert(
    fc.property(finite, (value) => {
      const bits = toHalf(value);
      const distance = Math.abs(meaning(bits) - value);
      for (const neighbour of [bits - 1, bits + 1]) {
        const other = Math.abs(meaning(neighbour & 0xffff) - value);
        if (!Number.isNaN(other))
          expect(distance <= other || (neighbour & 0x7fff) === 0x7c00).toBe(true);
      }
    }),
    { numRuns: rounds(2000) },
  );
});

it('writes two bytes a number after the wide ones, and reads them back', () => {
  const values = Float32Array.of(0.1, -1.5, 3e-6, 60000, -Infinity);
  const bytes = encodeSafetensors(
    {
      a: { shape: [5], data: values },
      b: { shape: [1], data: Float32Array.of(0.1) },
      c: { shape: [1], data: Float64Array.of(0.1) },
    },
    {},
    { half: (_, name) => name === 'a' },
  );
  const { a, b, c } = decodeSafetensors(bytes).tensors;
  expect(bytes.length % 8).toBe((8 + 4 + 10) % 8);
  expect([b.data[0], c.data[0]]).toEqual([Math.fround(0.1), 0.1]);
  expect(Array.from(a.data)).toEqual(roundTrip(values));
  for (let i = 0; i < 4; i++) {
    const step = Math.max(Math.abs(values[i]) * 2 ** -10, 2 ** -24); // 3e-6 is subnormal
    expect(Math.abs(a.data[i] - values[i])).toBeLessThanOrEqual(step / 2);
  }
  expect(a.data[4]).toBe(-Infinity);
});

it('refuses a finite number that would become infinite, by the name of its array', () => {
  expect(roundTrip([65519, -65519])).toEqual([LARGEST_HALF, -LARGEST_HALF]);
  const write = (value: number) =>
    encodeSafetensors({ w: { shape: [2], data: [0, value] } }, {}, { half });
  for (const value of [65520, -1e30]) expect(() => write(value)).toThrow(ArgumentError);
  expect(() => write(70000)).toThrow(/cannot write w: 70000 is beyond 65504/);
});
