// Damaged and malicious safetensors files for `inkgrad eval --model`. Each is rejected with the
// reason. The files are built byte by byte.

import { gzipSync } from 'node:zlib';
import { describeHostile, evaluating, type HostileInput } from './models.js';

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A file with any header; `length` is the declared length of the header. */
function file(
  header: object | string | Uint8Array,
  data = new Uint8Array(0),
  length?: bigint,
): Uint8Array {
  const text =
    typeof header === 'object' && !(header instanceof Uint8Array) ? JSON.stringify(header) : header;
  const bytes = typeof text === 'string' ? utf8(text) : text;
  const begin = new DataView(new ArrayBuffer(8));
  begin.setBigUint64(0, length ?? BigInt(bytes.length), true);
  return Buffer.concat([new Uint8Array(begin.buffer), bytes, data]);
}

const ten = new Uint8Array(40);
const array = (about: object = {}): object => ({
  dtype: 'F32',
  shape: [10],
  data_offsets: [0, 40],
  ...about,
});
const one = (about: object): Uint8Array => file({ x: array(about) }, ten);
const extra = (content: string): Uint8Array =>
  file({ __metadata__: { inkgrad: '1', extra: content }, x: array() }, ten);
const scales = (count: number): object =>
  array({ shape: [count], data_offsets: [40, 40 + 4 * count] });
/** One row of 40 8-bit weights, followed by floats. */
const bytes8 = (more: object, ...floats: number[]): Uint8Array =>
  file(
    { __metadata__: { inkgrad: '1' }, x: array({ dtype: 'I8', shape: [1, 40] }), ...more },
    Buffer.concat([ten, new Uint8Array(Float32Array.from(floats).buffer)]),
  );
const manyNames = JSON.stringify({ classes: new Array<string>(2_000_000).fill('') });

const inputs: readonly HostileInput[] = [
  // the header's length
  ['is empty', new Uint8Array(0), /the file has 0 bytes/],
  ['ends within the length of the header', new Uint8Array(7), /the file has 7 bytes/],
  [
    'claims a header of 2^63 bytes',
    file({}, ten, 2n ** 63n),
    /a header of 9223372036854775808 bytes exceeds the limit/,
  ],
  [
    'claims a header of 100 MB',
    file({}, ten, 100_000_000n),
    /the header should have 100000000 bytes, but the file ends after 42/,
  ],
  [
    'ends within the header',
    one({}).subarray(0, 30),
    /the header should have 56 bytes, but the file ends after 22/,
  ],
  // other files
  [
    'is a web page',
    utf8('<!doctype html><title>404</title>Not found'),
    /is this a safetensors file\?/,
  ],
  ['is compressed', gzipSync(one({})), /is this a safetensors file\?|the header/],
  ['is all zeros', new Uint8Array(1000), /the header should begin with \{/],
  // the header's text
  ['has a header that is not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d)), /not UTF-8/],
  ['has a header that is not JSON', file('{"x": }'), /not JSON/],
  ['has a list as its header', file('[1, 2, 3]'), /should begin with \{/],
  [
    'nests a million levels deep',
    file(`{"x":${'['.repeat(1_000_000)}`),
    /nested deeper than 3 levels/,
  ],
  [
    'has a duplicate array name',
    file(
      '{"x":{"dtype":"F32","shape":[10],"data_offsets":[0,40]},"x":{"dtype":"F32","shape":[10],"data_offsets":[0,40]}}',
      ten,
    ),
    /"x" appears twice/,
  ],
  [
    'has an array named __proto__',
    file('{"__proto__":{"dtype":"F32","shape":[10],"data_offsets":[0,40]}}', ten),
    /the key __proto__ is not allowed/,
  ],
  [
    'has a number in its metadata',
    file({ __metadata__: { n: 1 }, x: array() }, ten),
    /__metadata__ should be an object with string values/,
  ],
  // entries
  ['has a string as an entry', file({ x: 'F32' }), /array "x" should be an object/],
  ['has an unknown dtype', one({ dtype: 'F31' }), /array "x": dtype should be one of/],
  [
    'has a negative shape',
    one({ shape: [-10] }),
    /array "x": shape should be a list of whole numbers/,
  ],
  ['has a fractional shape', one({ shape: [2.5, 4] }), /array "x": shape should be/],
  [
    'has a shape whose product overflows',
    one({ shape: [2 ** 40, 2 ** 40] }),
    /array "x": .* needs .* bytes, but data_offsets \[0,40\] span 40/,
  ],
  [
    'has a shape larger than its bytes',
    one({ shape: [11] }),
    /array "x": shape \[11\] at 4 bytes per element needs 44 bytes/,
  ],
  [
    'has decreasing offsets',
    one({ data_offsets: [40, 0] }),
    /array "x": .* data_offsets \[40,0\] span -40/,
  ],
  [
    'has offsets outside the file',
    one({ data_offsets: [40, 80] }),
    /array "x": bytes 40 to 80 exceed the 40 bytes of data/,
  ],
  ['has a single offset', one({ data_offsets: [0] }), /data_offsets should be two/],
  // the whole
  [
    'has arrays that overlap',
    file({ x: array(), y: array() }, ten),
    /starts at byte 0 and overlaps the previous array/,
  ],
  [
    'has a gap',
    file({ x: array({ shape: [9], data_offsets: [4, 40] }) }, ten),
    /leaves a gap after 0/,
  ],
  [
    'has bytes outside all arrays',
    file({ x: array() }, new Uint8Array(44)),
    /4 bytes after the last array belong to no array/,
  ],
  [
    'contains an integer above 2^53',
    file(
      { x: array({ dtype: 'I64', shape: [1], data_offsets: [0, 8] }) },
      new Uint8Array(8).fill(0x7f),
    ),
    /too large to be represented exactly/,
  ],
  // 8-bit weights
  [
    'has 8-bit weights without scales',
    bytes8({}),
    /array "x" is 8-bit, but its scale x\.scale is missing/,
  ],
  [
    'has a scale without its weight',
    bytes8({ 'x.scale': scales(1), 'y.scale': { ...scales(1), data_offsets: [44, 48] } }, 1, 1),
    /array "y\.scale" is a scale, but its 8-bit array is missing/,
  ],
  [
    'has more scales than rows',
    bytes8({ 'x.scale': scales(3) }, 1, 1, 1),
    /array "x\.scale" has shape \[3\], expected \[1\], one scale per row/,
  ],
  ['has a negative scale', bytes8({ 'x.scale': scales(1) }, -1), /the scale of row 0 is -1/],
  ['has a NaN scale', bytes8({ 'x.scale': scales(1) }, NaN), /the scale of row 0 is not a number/],
  [
    'has an infinite scale',
    bytes8({ 'x.scale': scales(1) }, Infinity),
    /the scale of row 0 is Infinity/,
  ],
  // inkgrad's metadata
  [
    'has a newer format version',
    file({ __metadata__: { inkgrad: '2' }, x: array() }, ten),
    /the file has format version 2/,
  ],
  ['has no class names', extra('{}'), /contains no class names/],
  ['is of another network', one({}), /has no fc_layers\.3\.bias; it is not the character network/],
  [
    'has two million class names',
    extra(manyNames),
    /has 2000000 classes, more than the maximum of 1000/,
  ],
  ['has numbers as class names', extra('{"classes":[1,2]}'), /contains no class names/],
  ...['0', '-1', '"1"'].map((temperature): HostileInput => [
    `has the temperature ${temperature}`,
    extra(`{"classes":["a","b"],"temperature":${temperature}}`),
    /its temperature is .*, expected a number above 0/,
  ]),
  ...['[0]', '[0,"1"]', '[0,null]', '7'].map((priors): HostileInput => [
    `has the priors ${priors}`,
    extra(`{"classes":["a","b"],"logPriors":${priors}}`),
    /its logPriors must be 2 finite numbers/,
  ]),
  ['has metadata that is not JSON', extra('{"classes":'), /extra: not JSON/],
  ['contains another network', extra('{"classes":["a","b"]}'), /missing: conv_layers\.0\.weight/],
];

describeHostile('safetensors', evaluating('bad.safetensors', inputs), [
  'claims a header of 100 MB',
  'nests a million levels deep',
  'has two million class names',
]);
