// 8-bit weights: how far a number may move, which rows keep every bit, that whoever loads a file gets floats, and files whose
// scales are missing or wrong, each refused by the name of the array.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, InkgradError, Rng } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { freshBackend, readAll } from './support.js';
import { rounds } from '../support/rounds.js';

const SEED = 31;
const all = (): boolean => true;
const file = (arrays: nn.HostState): Uint8Array => nn.encodeSafetensors(arrays);

/** Arrays as they come back from a file with 8-bit weights. */
function roundTrip(arrays: nn.HostState, which: Parameters<typeof nn.quantize>[1] = all) {
  return nn.modelArrays(nn.decodeSafetensors(file(nn.quantize(arrays, which))).tensors);
}

describe('a round trip', () => {
  it(`moves no number by more than half of its row's scale (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    for (const shape of [[1, 1], [7, 33], [16, 3, 3, 3], [5], [4, 0]]) {
      const [rows] = shape;
      const width = shape.slice(1).reduce((product, size) => product * size, 1);
      // Rows of very different sizes, which one scale for all would spoil.
      const size = Array.from({ length: rows }, () => 10 ** (12 * rng.uniform() - 6));
      const data = Float32Array.from(
        { length: rows * width },
        (_, i) => size[Math.floor(i / width)] * rng.normal(),
      );
      const { w } = roundTrip({ w: { shape, data } });
      expect(w.shape).toEqual(shape);
      expect(w.data).toBeInstanceOf(Float32Array);
      for (let i = 0; i < data.length; i++) {
        const row = data.subarray(
          Math.floor(i / width) * width,
          Math.floor(i / width) * width + width,
        );
        const scale = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
        // Half a scale, and the last bit of a float32, in which scale and product are rounded.
        const allowed = scale / 2 + 127 * scale * 2 ** -23;
        expect(Math.abs(w.data[i] - data[i]), `${i} of ${shape.join(' x ')}`).toBeLessThanOrEqual(
          allowed,
        );
      }
    }
  });

  it('keeps every bit of rows that are whole multiples of their scale', () => {
    const multiples = Array.from({ length: 255 }, (_, i) => i - 127);
    const data = [2 ** -9, 1, 3 * 2 ** 5].flatMap((scale) =>
      multiples.map((whole) => whole * scale),
    );
    const { w } = roundTrip({ w: { shape: [3, 255], data } });
    expect(Array.from(w.data)).toEqual(data);
  });

  it('gives each row a scale of its own, 0 to a row of zeros', () => {
    const arrays = nn.quantize({ w: { shape: [3, 2], data: [1, -127, 0, 0, -0, 0.5] } }, all);
    expect(arrays).toEqual({
      w: { shape: [3, 2], data: Int8Array.of(1, -127, 0, 0, 0, 127) },
      'w.scale': { shape: [3], data: Float32Array.of(1, 0, 0.5 / 127) },
    });
    expect(Array.from(roundTrip({ w: { shape: [2, 2], data: [0, 0, 0, 0] } }).w.data)).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('holds the largest weights, and takes rows beyond what a scale can count for zeros', () => {
    const data = [2e38, -2e38, 190 * 2 ** -149, 2 ** -149, 2e-36, -2e-36];
    const found = Array.from(roundTrip({ w: { shape: [3, 2], data } }).w.data);
    expect(found.map((value) => Number(value.toPrecision(2)))).toEqual([
      2e38, -2e38, 0, 0, 2e-36, -2e-36,
    ]);
  });

  it('leaves arrays that were not chosen as they are, and reads an array that is a view', () => {
    const bias = { shape: [2], data: Float32Array.of(0.1, 0.2) };
    const turned = { shape: [2, 3], data: [1, 4, 2, 5, 3, 127], stride: [1, 2] };
    const { bias: same, w } = roundTrip({ bias, w: turned }, (_, name) => name === 'w');
    expect(same).toEqual(bias);
    expect(w.data[2]).toBe(3);
    expect(w.data[5]).toBe(127);
    expect(Array.from(w.data)).toEqual(
      Array.from(roundTrip({ w: { shape: [2, 3], data: [1, 2, 3, 4, 5, 127] } }).w.data),
    );
  });

  it('takes a byte a weight, after the wide arrays', () => {
    const bytes = file(
      nn.quantize({ w: { shape: [10, 99], data: new Float32Array(990).fill(1) } }, all),
    );
    const header = 8 + new DataView(bytes.buffer).getUint32(0, true);
    expect(bytes.length - header).toBe(990 + 4 * 10);
    expect(new TextDecoder().decode(bytes.subarray(8, header))).toMatch(
      /"w\.scale".*"F32".*"w".*"I8"/,
    );
  });

  it.each<[string, nn.HostState, RegExp]>([
    [
      'a number that is none',
      { w: { shape: [2, 1], data: [1, NaN] } },
      /row 1 of w goes up to NaN; keep float32/,
    ],
    ['infinity', { w: { shape: [1, 2], data: [1, -Infinity] } }, /row 0 of w goes up to Infinity/],
    ['one number without rows', { w: { shape: [], data: [1] } }, /w is one number and has no rows/],
    [
      'the name of a scale',
      { 'norm.scale': { shape: [1], data: [1] } },
      /norm\.scale has the name of a scale/,
    ],
  ])('refuses %s', (_, arrays, message) => {
    expect(() => nn.quantize(arrays, all)).toThrow(message);
  });
});

describe('a file with 8-bit weights', () => {
  freshBackend();

  it('loads as any other', async () => {
    const model = new nn.Linear({ inFeatures: 2, outFeatures: 2, rng: new Rng(SEED) });
    const weight = { shape: [2, 2], data: [127, -3, 254, 2] };
    const bytes = file(
      nn.quantize({ weight, bias: { shape: [2], data: [5, 6] } }, ({ shape }) => shape.length > 1),
    );
    nn.loadState(bytes, { model });
    expect(await readAll(model.stateDict())).toEqual({ weight: [127, -3, 254, 2], bias: [5, 6] });
    model.dispose();
  });

  it('is written again as it was read', () => {
    const bytes = file(nn.quantize({ w: { shape: [2, 2], data: [1, 2, 3, 4] } }, all));
    expect(nn.encodeSafetensors(nn.decodeSafetensors(bytes).tensors)).toEqual(bytes);
  });

  it('any change of any byte is either read or refused in words', () => {
    const good = file(
      nn.quantize(
        { a: { shape: [2, 2], data: [1, 2, 3, 4] }, b: { shape: [1, 2], data: [1, 0] } },
        all,
      ),
    );
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(changes, (edits) => {
        const bytes = good.slice();
        for (const [at, value] of edits) bytes[at] = value;
        try {
          for (const { data } of Object.values(
            nn.modelArrays(nn.decodeSafetensors(bytes).tensors),
          )) {
            expect(data).not.toBeInstanceOf(Int8Array);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(InkgradError);
        }
      }),
      { numRuns: rounds(2000) },
    );
  });
});

describe('hostile files', () => {
  const w = { shape: [2, 2], data: Int8Array.of(1, 2, 3, 4) };
  const scale = (...numbers: number[]): nn.HostArray => ({
    shape: [numbers.length],
    data: Float32Array.from(numbers),
  });

  it.each<[string, nn.HostState, RegExp]>([
    ['no scale', { w }, /array "w" is in 8 bits, but there is no w\.scale/],
    [
      'a scale without its weight',
      { w, 'w.scale': scale(1, 1), 'v.scale': scale(1) },
      /"v\.scale" is the scale of/,
    ],
    [
      'a scale of floats',
      { w, 'w.scale': scale(1, 1), v: scale(1), 'v.scale': scale(1) },
      /"v\.scale" is the scale of/,
    ],
    [
      'too few scales',
      { w, 'w.scale': scale(1) },
      /"w\.scale" should have the shape \[2\], .* not \[1\]/,
    ],
    [
      'too many scales',
      { w, 'w.scale': scale(1, 1, 1) },
      /"w\.scale" should have the shape \[2\], .* not \[3\]/,
    ],
    ['scales in a column', { w, 'w.scale': { ...scale(1, 1), shape: [2, 1] } }, /not \[2,1\]/],
    [
      'a negative scale',
      { w, 'w.scale': scale(1, -1) },
      /"w\.scale" should hold .* the scale of row 1 is -1/,
    ],
    [
      'a scale that is no number',
      { w, 'w.scale': scale(NaN, 1) },
      /the scale of row 0 is not a number/,
    ],
    ['an infinite scale', { w, 'w.scale': scale(1, Infinity) }, /the scale of row 1 is Infinity/],
    [
      'a scale that makes weights infinite',
      { w, 'w.scale': scale(1, 3e36) },
      /the scale of row 1 is 3\.0*.*e\+36/,
    ],
    [
      'scales in 64 bits',
      { w, 'w.scale': { shape: [2], data: Float64Array.of(1, 1) } },
      /"w\.scale" should hold 32-bit/,
    ],
    [
      'a scale in 8 bits',
      { w, 'w.scale': { shape: [2], data: Int8Array.of(1, 1) }, 'w.scale.scale': scale(1, 1) },
      /"w\.scale" should hold 32-bit floats/,
    ],
    [
      'one number',
      { w: { shape: [], data: Int8Array.of(1) }, 'w.scale': scale(1) },
      /"w" is one 8-bit number/,
    ],
  ])('%s', (_, arrays, message) => {
    const bytes = file(arrays);
    expect(() => nn.loadState(bytes)).toThrow(FormatError);
    expect(() => nn.loadState(bytes)).toThrow(message);
  });

  it('a parameter that is called scale is no scale where nothing is in 8 bits', () => {
    const arrays = { 'norm.scale': { shape: [1], data: Float32Array.of(2) } };
    expect(nn.modelArrays(nn.decodeSafetensors(file(arrays)).tensors)).toEqual(arrays);
  });
});
