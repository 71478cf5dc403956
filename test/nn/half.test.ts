// Half precision in safetensors: all 65,536 values round-trip, other numbers round to nearest, ties
// to even, and numbers out of range are rejected with the name of the array.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LARGEST_HALF, toHalf } from '../../src/nn/saving/elementTypes.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn/index.js';
import { ArgumentError } from '../../src/engine/index.js';
import { rounds } from '../support/rounds.js';

const half = () => true;

/** Values after a round trip through a file in half precision. */
function roundTrip(data: ArrayLike<number>): number[] {
  const bytes = encodeSafetensors({ x: { shape: [data.length], data } }, {}, { half });
  return Array.from(decodeSafetensors(bytes).tensors.x.data);
}

/** The value of 16 bits, by the formulas of IEEE 754. */
function decodeHalf(bits: number): number {
  const sign = bits >>> 15 ? -1 : 1;
  const [exponent, fraction] = [(bits >>> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0
    ? sign * (fraction / 1024) * 2 ** -14
    : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

it('round-trips every half-precision value, including subnormal values and both zeros', () => {
  const wrong = [];
  for (let bits = 0; bits < 65536; bits++) {
    const value = decodeHalf(bits);
    if (!Number.isNaN(value) && toHalf(value) !== bits) wrong.push(bits);
  }
  expect(wrong).toEqual([]);
  expect(Number.isNaN(decodeHalf(toHalf(NaN)))).toBe(true);
});

it.each([
  ['one', 1, 0x3c00],
  ['the smallest subnormal', 2 ** -24, 0x0001],
  ['half the smallest subnormal, a tie: to the even 0', 2 ** -25, 0x0000],
  ['slightly more than half the smallest subnormal', 2 ** -25 * 1.001, 0x0001],
  ['1.5 times the smallest subnormal, a tie: to the even 2', 1.5 * 2 ** -24, 0x0002],
  ['less than half the smallest subnormal, negative', -(2 ** -26), 0x8000],
  ['the largest subnormal', 1023 * 2 ** -24, 0x03ff],
  [
    'half a step above the largest subnormal, a tie: to the smallest normal',
    1023.5 * 2 ** -24,
    0x0400,
  ],
  ['half a step above 1, a tie: down to the even', 1 + 2 ** -11, 0x3c00],
  ['1.5 steps above 1, a tie: up to the even', 1 + 3 * 2 ** -11, 0x3c02],
  ['half a step below 2, a tie: up into the next exponent', 2 - 2 ** -11, 0x4000],
  ['the largest', 65504, 0x7bff],
  ['just below half a step above the largest', 65519.99, 0x7bff],
  ['half a step above the largest: infinity', 65520, 0x7c00],
  ['a float64 that float32 cannot represent', 1 + 2 ** -11 + 2 ** -40, 0x3c01],
  ['the smallest float64', 5e-324, 0x0000],
])('rounds %s', (_, value, bits) => {
  expect(toHalf(value).toString(16)).toBe(bits.toString(16));
});

it('rounds to the nearest value', () => {
  const finite = fc.double({ min: -65519, max: 65519, noNaN: true });
  fc.assert(
    fc.property(finite, (value) => {
      const bits = toHalf(value);
      const distance = Math.abs(decodeHalf(bits) - value);
      for (const neighbor of [bits - 1, bits + 1]) {
        const other = Math.abs(decodeHalf(neighbor & 0xffff) - value);
        if (!Number.isNaN(other))
          expect(distance <= other || (neighbor & 0x7fff) === 0x7c00).toBe(true);
      }
    }),
    { numRuns: rounds(2000) },
  );
});

it('writes two bytes per value after the wider arrays, and reads them back', () => {
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

it('rejects a finite number that would become infinite, with the name of its array', () => {
  expect(roundTrip([65519, -65519])).toEqual([LARGEST_HALF, -LARGEST_HALF]);
  const write = (value: number) =>
    encodeSafetensors({ w: { shape: [2], data: [0, value] } }, {}, { half });
  for (const value of [65520, -1e30]) expect(() => write(value)).toThrow(ArgumentError);
  expect(() => write(70000)).toThrow(/cannot write w: 70000 exceeds 65504/);
});
