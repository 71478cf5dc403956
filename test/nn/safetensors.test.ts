// safetensors: writing, reading of every dtype, and damaged or hostile files, each rejected with a
// FormatError that names the problem.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/engine/index.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn/index.js';
import { rounds } from '../support/rounds.js';

/** A file with this header and data. The header's length is computed unless given. */
function file(
  header: string | Uint8Array,
  data: ArrayLike<number> = [],
  length?: bigint,
): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(Uint8Array.from(data), 8 + text.length);
  return bytes;
}

/** One entry of a header. */
function entry(dtype: string, shape: number[], begin: number, end: number): string {
  return JSON.stringify({ dtype, shape, data_offsets: [begin, end] });
}

function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return new TextDecoder().decode(bytes.subarray(8, 8 + length));
}

describe('writing', () => {
  const tensors = {
    weight: { shape: [2, 2], data: Float32Array.of(1, -2.5, 0.1, Infinity) },
    count: { shape: [], data: Float64Array.of(2 ** 40 + 0.5) },
    empty: { shape: [0, 3], data: new Float32Array(0) },
    'a name with "quotes" and ü': { shape: [1], data: [7] },
  };

  it('and reading restores every bit, shape and metadata string', () => {
    const metadata = { format: 'pt', note: 'ünïcode "quoted"\n' };
    const { tensors: decoded, metadata: restoredMetadata } = decodeSafetensors(
      encodeSafetensors(tensors, metadata),
    );
    expect(restoredMetadata).toEqual(metadata);
    expect(Object.keys(decoded).sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      expect(decoded[name].shape).toEqual(shape);
      expect(Array.from(decoded[name].data), name).toEqual(Array.from(data));
    }
    expect(decoded.count.data).toBeInstanceOf(Float64Array);
    expect(decoded.weight.data).toBeInstanceOf(Float32Array);
  });

  it('pads the header, aligns the data, and gives the same bytes for any order of names', () => {
    const bytes = encodeSafetensors(tensors, { b: '2', a: '1' });
    const header = headerOf(bytes);
    expect(header).toMatch(/^\{"__metadata__":\{"a":"1","b":"2"\},"count":.*\} {0,7}$/);
    expect(new TextEncoder().encode(header).length % 8).toBe(0);
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(encodeSafetensors(reversed, { a: '1', b: '2' })).toEqual(bytes);
  });

  it('matches a file written by hand', () => {
    const json = '{"x":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}';
    const expected = file(json.padEnd(56, ' '), [0, 0, 128, 63, 0, 0, 0, 192]);
    expect(encodeSafetensors({ x: { shape: [2], data: [1, -2] } })).toEqual(expected);
  });

  it('round-trips a file without arrays', () => {
    expect(decodeSafetensors(encodeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
    expect(decodeSafetensors(file('{}'))).toEqual({ tensors: {}, metadata: {} });
  });

  it('rejects values that do not fill the shape, and the reserved name', () => {
    expect(() => encodeSafetensors({ x: { shape: [3], data: [1] } })).toThrow(
      /x: 1 values do not fill \[3\]/,
    );
    expect(() => encodeSafetensors({ __metadata__: { shape: [], data: [1] } })).toThrow(/reserved/);
  });
});

describe('reading dtypes', () => {
  const decodeValues = (dtype: string, bytes: number, data: number[]): number[] => {
    const count = data.length / bytes;
    const { tensors } = decodeSafetensors(
      file(`{"x":${entry(dtype, [count], 0, data.length)}}`, data),
    );
    return Array.from(tensors.x.data);
  };
  const littleEndian = (values: number[]): number[] =>
    values.flatMap((bits) => [bits & 255, bits >>> 8]);

  it('F16', () => {
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x3555, 0x03ff];
    expect(decodeValues('F16', 2, littleEndian(bits))).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      -0,
      Infinity,
      -Infinity,
      0.333251953125,
      1023 * 2 ** -24,
    ]);
    expect(decodeValues('F16', 2, littleEndian([0x7c01]))).toEqual([NaN]);
  });

  it('BF16', () => {
    expect(decodeValues('BF16', 2, littleEndian([0x3f80, 0xc040, 0x7f80, 0x8000]))).toEqual([
      1,
      -3,
      Infinity,
      -0,
    ]);
  });

  it('F64, I64, I32, I8, U8', () => {
    expect(
      decodeValues('F64', 8, Array.from(new Uint8Array(Float64Array.of(Math.PI).buffer))),
    ).toEqual([Math.PI]);
    expect(
      decodeValues('I64', 8, [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 16, 0]),
    ).toEqual([-1, 2 ** 52]);
    expect(decodeValues('I32', 4, [255, 255, 255, 127, 0, 0, 0, 128])).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
    ]);
    expect(decodeValues('I8', 1, [0, 127, 128, 255])).toEqual([0, 127, -128, -1]);
    expect(decodeValues('U8', 1, [0, 128, 255])).toEqual([0, 128, 255]);
  });

  it('accepts bytes at any offset of their buffer', () => {
    const bytes = encodeSafetensors({ x: { shape: [2], data: [1, 2] } });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3)).tensors.x.data).toEqual(Float32Array.of(1, 2));
  });
});

describe('hostile files', () => {
  const x = entry('F32', [1], 0, 4);
  const floatBytes = [0, 0, 128, 63];

  it.each<[string, Uint8Array, RegExp]>([
    ['empty', new Uint8Array(0), /0 bytes/],
    ['shorter than the length', new Uint8Array(7), /7 bytes/],
    ['a header longer than the file', file('{}', [], 100n), /100 bytes, but the file ends after 2/],
    ['a header above the limit', file('{}', [], 100_000_001n), /exceeds the limit/],
    ['a header of 2^64 - 1 bytes', file('{}', [], 2n ** 64n - 1n), /exceeds the limit/],
    ['an empty header', file('', [], 0n), /should begin with \{/],
    ['a header that is a list', file('[]'), /should begin with \{, found "\["/],
    ['a header after white space', file(' {}'), /should begin with \{/],
    ['a header that is not JSON', file('{"x":'), /not JSON/],
    ['something after the header', file('{}x'), /not JSON/],
    ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not UTF-8/],
    [
      'a pickle',
      Uint8Array.from([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]),
      /exceeds the limit/,
    ],
    ['deep nesting', file(`{"x":${'['.repeat(100_000)}`), /nested deeper than 3/],
    ['a name twice', file(`{"x":${x},"x":${x}}`, floatBytes), /"x" appears twice/],
    [
      'a name twice, once escaped',
      file(`{"x":${x},"\\u0078" :${x}}`, floatBytes),
      /"x" appears twice/,
    ],
    [
      'a field twice',
      file('{"x":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', floatBytes),
      /"dtype" appears twice/,
    ],
    ['__proto__', file(`{"__proto__":${x}}`, floatBytes), /__proto__ is not allowed/],
    [
      '__proto__ inside the metadata',
      file(`{"__metadata__":{"__proto__":"x"}}`),
      /__proto__ is not allowed/,
    ],
    [
      'the name constructor',
      file(`{"constructor":${x}}`, floatBytes),
      /constructor is not allowed/,
    ],
    ['an entry that is a number', file('{"x":3}'), /array "x" should be an object/],
    ['an entry that is a list', file('{"x":[]}'), /array "x" should be an object/],
    ['an entry that is null', file('{"x":null}'), /array "x" should be an object/],
    [
      'no dtype',
      file('{"x":{"shape":[1],"data_offsets":[0,4]}}', floatBytes),
      /dtype should be one of F64,/,
    ],
    ['an unknown dtype', file(`{"x":${entry('Q4', [1], 0, 4)}}`, floatBytes), /got "Q4"/],
    [
      'a dtype that is an inherited property',
      file(`{"x":${entry('toString', [1], 0, 4)}}`, floatBytes),
      /got "toString"/,
    ],
    ['no shape', file('{"x":{"dtype":"F32","data_offsets":[0,4]}}', floatBytes), /shape should be/],
    ['a negative size', file(`{"x":${entry('F32', [-1], 0, 4)}}`, floatBytes), /shape should be/],
    ['a fractional size', file(`{"x":${entry('F32', [0.5], 0, 2)}}`, [0, 0]), /shape should be/],
    [
      'a size beyond 2^53',
      file(`{"x":${entry('F32', [2 ** 60], 0, 4)}}`, floatBytes),
      /shape should be/,
    ],
    [
      'a product beyond 2^53',
      file(`{"x":${entry('F32', [2 ** 52, 2 ** 52], 0, 4)}}`, floatBytes),
      /needs/,
    ],
    ['no offsets', file('{"x":{"dtype":"F32","shape":[1]}}', floatBytes), /data_offsets should be/],
    [
      'three offsets',
      file('{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', floatBytes),
      /data_offsets/,
    ],
    [
      'a negative offset',
      file(`{"x":${entry('F32', [1], -4, 0)}}`, floatBytes),
      /data_offsets should be/,
    ],
    [
      'offsets in reverse',
      file(`{"x":${entry('F32', [1], 4, 0)}}`, floatBytes),
      /needs 4 bytes, .* span -4/,
    ],
    [
      'too few bytes for the shape',
      file(`{"x":${entry('F32', [2], 0, 4)}}`, floatBytes),
      /needs 8 bytes, .* span 4/,
    ],
    [
      'offsets outside the file',
      file(`{"x":${entry('F32', [2], 0, 8)}}`, floatBytes),
      /exceed the 4 bytes of data/,
    ],
    [
      'overlap',
      file(`{"x":${x},"y":${entry('F32', [1], 2, 6)}}`, [...floatBytes, 0, 0]),
      /overlaps the previous array/,
    ],
    [
      'two names for the same bytes',
      file(`{"x":${x},"y":${x}}`, floatBytes),
      /overlaps the previous array/,
    ],
    [
      'a gap',
      file(`{"x":${x},"y":${entry('F32', [1], 5, 9)}}`, [...floatBytes, 0, ...floatBytes]),
      /leaves a gap after 4/,
    ],
    [
      'a gap at the start',
      file(`{"x":${entry('F32', [1], 1, 5)}}`, [0, ...floatBytes]),
      /leaves a gap after 0/,
    ],
    [
      'bytes after the last array',
      file(`{"x":${x}}`, [...floatBytes, 9]),
      /1 bytes after the last array/,
    ],
    [
      'metadata that is a list',
      file('{"__metadata__":[]}'),
      /__metadata__ should be an object with string values/,
    ],
    [
      'metadata with a number',
      file('{"__metadata__":{"a":1}}'),
      /__metadata__ should be an object with string values/,
    ],
    [
      'an integer that float64 cannot represent',
      file(`{"x":${entry('I64', [1], 0, 8)}}`, [1, 0, 0, 0, 0, 0, 32, 0]),
      /9007199254740993 is too large/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
    expect(() => decodeSafetensors(bytes)).toThrow(message);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });

  it('a file with changed bytes is either read or rejected with a FormatError', () => {
    const good = encodeSafetensors(
      {
        a: { shape: [2], data: [1, 2] },
        b: { shape: [1, 3], data: Float64Array.of(1, 2, 3) },
        c: { shape: [0], data: [] },
      },
      { note: 'x' },
    );
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(changes, fc.nat(good.length), (edits, cut) => {
        const bytes = good.slice(0, cut % 5 === 0 ? cut : good.length);
        for (const [offset, value] of edits) if (offset < bytes.length) bytes[offset] = value;
        try {
          const { tensors } = decodeSafetensors(bytes);
          for (const { shape, data } of Object.values(tensors)) {
            expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
          }
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: rounds(2000) },
    );
  });
});
