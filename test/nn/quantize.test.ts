// 8-bit weights: quantization error, exact rows, floats after loading, and files whose scales are
// missing or invalid.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError, InkgradError, Rng } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { modelArrays } from '../../src/nn/saving/serialize.js';
import { freshBackend, readAll } from './support.js';
import { rounds } from '../support/rounds.js';

const SEED = 31;
const all = (): boolean => true;
const file = (arrays: nn.HostState): Uint8Array => nn.encodeSafetensors(arrays);

/** Arrays after a round trip through a file with 8-bit weights. */
function roundTrip(arrays: nn.HostState, select: Parameters<typeof nn.quantize>[1] = all) {
  return modelArrays(nn.decodeSafetensors(file(nn.quantize(arrays, select))).tensors);
}

describe('a round trip', () => {
  it(`changes no value by more than half of its row's scale (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    for (const shape of [[1, 1], [7, 33], [16, 3, 3, 3], [5], [4, 0]]) {
      const [rows] = shape;
      const width = shape.slice(1).reduce((product, size) => product * size, 1);
      // Rows of very different magnitudes, for which one common scale would be too coarse.
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
        const scale = row.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / 127;
        // Half a scale, plus the rounding of scale and product to float32.
        const tolerance = scale / 2 + 127 * scale * 2 ** -23;
        expect(Math.abs(w.data[i] - data[i]), `${i} of ${shape.join(' x ')}`).toBeLessThanOrEqual(
          tolerance,
        );
      }
    }
  });

  it('is exact for rows of integer multiples of their scale', () => {
    const multiples = Array.from({ length: 255 }, (_, i) => i - 127);
    const data = [2 ** -9, 1, 3 * 2 ** 5].flatMap((scale) =>
      multiples.map((multiple) => multiple * scale),
    );
    const { w } = roundTrip({ w: { shape: [3, 255], data } });
    expect(Array.from(w.data)).toEqual(data);
  });

  it('uses one scale per row, 0 for a row of zeros', () => {
    const arrays = nn.quantize({ w: { shape: [3, 2], data: [1, -127, 0, 0, -0, 0.5] } }, all);
    expect(arrays).toEqual({
      w: { shape: [3, 2], data: Int8Array.of(1, -127, 0, 0, 0, 127) },
      'w.scale': { shape: [3], data: Float32Array.of(1, 0, 0.5 / 127) },
    });
    expect(Array.from(roundTrip({ w: { shape: [2, 2], data: [0, 0, 0, 0] } }).w.data)).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('represents the largest weights, and flushes rows below the smallest scale to zero', () => {
    const data = [2e38, -2e38, 190 * 2 ** -149, 2 ** -149, 2e-36, -2e-36];
    const restored = Array.from(roundTrip({ w: { shape: [3, 2], data } }).w.data);
    expect(restored.map((value) => Number(value.toPrecision(2)))).toEqual([
      2e38, -2e38, 0, 0, 2e-36, -2e-36,
    ]);
  });

  it('does not change unselected arrays, and accepts strided arrays', () => {
    const bias = { shape: [2], data: Float32Array.of(0.1, 0.2) };
    const transposed = { shape: [2, 3], data: [1, 4, 2, 5, 3, 127], stride: [1, 2] };
    const { bias: restoredBias, w } = roundTrip({ bias, w: transposed }, (_, name) => name === 'w');
    expect(restoredBias).toEqual(bias);
    expect(w.data[2]).toBe(3);
    expect(w.data[5]).toBe(127);
    expect(Array.from(w.data)).toEqual(
      Array.from(roundTrip({ w: { shape: [2, 3], data: [1, 2, 3, 4, 5, 127] } }).w.data),
    );
  });

  it('stores one byte per weight, after the wider arrays', () => {
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
      'NaN',
      { w: { shape: [2, 1], data: [1, NaN] } },
      /row 1 of w has magnitudes up to NaN, out of range; keep float32/,
    ],
    [
      'infinity',
      { w: { shape: [1, 2], data: [1, -Infinity] } },
      /row 0 of w has magnitudes up to Infinity/,
    ],
    ['a scalar without rows', { w: { shape: [], data: [1] } }, /w is a scalar and has no rows/],
    [
      'an array with the name of a scale',
      { 'norm.scale': { shape: [1], data: [1] } },
      /norm\.scale ends in \.scale, which is reserved/,
    ],
  ])('rejects %s', (_, arrays, message) => {
    expect(() => nn.quantize(arrays, all)).toThrow(message);
  });
});

describe('a file with 8-bit weights', () => {
  freshBackend();

  it('loads like any other file', async () => {
    const model = new nn.Linear({ inFeatures: 2, outFeatures: 2, rng: new Rng(SEED) });
    const weight = { shape: [2, 2], data: [127, -3, 254, 2] };
    const bytes = file(
      nn.quantize({ weight, bias: { shape: [2], data: [5, 6] } }, ({ shape }) => shape.length > 1),
    );
    nn.loadState(bytes, { model });
    expect(await readAll(model.stateDict())).toEqual({ weight: [127, -3, 254, 2], bias: [5, 6] });
    model.dispose();
  });

  it('is written again bit-for-bit identical after reading', () => {
    const bytes = file(nn.quantize({ w: { shape: [2, 2], data: [1, 2, 3, 4] } }, all));
    expect(nn.encodeSafetensors(nn.decodeSafetensors(bytes).tensors)).toEqual(bytes);
  });

  it('with changed bytes is either read or rejected with an InkgradError', () => {
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
        for (const [index, value] of edits) bytes[index] = value;
        try {
          for (const { data } of Object.values(modelArrays(nn.decodeSafetensors(bytes).tensors))) {
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
    ['a missing scale', { w }, /array "w" is 8-bit, but its scale w\.scale is missing/],
    [
      'a scale without its weight',
      { w, 'w.scale': scale(1, 1), 'v.scale': scale(1) },
      /"v\.scale" is a scale, but its 8-bit array is missing/,
    ],
    [
      'a scale of float weights',
      { w, 'w.scale': scale(1, 1), v: scale(1), 'v.scale': scale(1) },
      /"v\.scale" is a scale, but its 8-bit array is missing/,
    ],
    ['too few scales', { w, 'w.scale': scale(1) }, /"w\.scale" has shape \[1\], expected \[2\]/],
    [
      'too many scales',
      { w, 'w.scale': scale(1, 1, 1) },
      /"w\.scale" has shape \[3\], expected \[2\]/,
    ],
    [
      'scales as a column',
      { w, 'w.scale': { ...scale(1, 1), shape: [2, 1] } },
      /has shape \[2,1\], expected \[2\]/,
    ],
    [
      'a negative scale',
      { w, 'w.scale': scale(1, -1) },
      /"w\.scale" must contain .* the scale of row 1 is -1/,
    ],
    ['a scale of NaN', { w, 'w.scale': scale(NaN, 1) }, /the scale of row 0 is not a number/],
    ['an infinite scale', { w, 'w.scale': scale(1, Infinity) }, /the scale of row 1 is Infinity/],
    [
      'a scale that makes weights infinite',
      { w, 'w.scale': scale(1, 3e36) },
      /the scale of row 1 is 3\.0*.*e\+36/,
    ],
    [
      'scales in 64 bits',
      { w, 'w.scale': { shape: [2], data: Float64Array.of(1, 1) } },
      /"w\.scale" must be float32/,
    ],
    [
      'a scale in 8 bits',
      { w, 'w.scale': { shape: [2], data: Int8Array.of(1, 1) }, 'w.scale.scale': scale(1, 1) },
      /"w\.scale" must be float32/,
    ],
    [
      'an 8-bit scalar',
      { w: { shape: [], data: Int8Array.of(1) }, 'w.scale': scale(1) },
      /"w" is an 8-bit scalar/,
    ],
  ])('%s', (_, arrays, message) => {
    const bytes = file(arrays);
    expect(() => nn.loadState(bytes)).toThrow(FormatError);
    expect(() => nn.loadState(bytes)).toThrow(message);
  });

  it('a parameter named scale is not a scale in a file without 8-bit arrays', () => {
    const arrays = { 'norm.scale': { shape: [1], data: Float32Array.of(2) } };
    expect(modelArrays(nn.decodeSafetensors(file(arrays)).tensors)).toEqual(arrays);
  });
});
