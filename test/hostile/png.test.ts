// Damaged and hostile PNG files for `predict`: truncated files, false sizes, decompression bombs,
// wrong checksums, other formats.

import { deflateSync } from 'node:zlib';
import { buildPng, chunk, filterless, grayPng, pngHeader, pngOf } from '../support/imageFiles.js';
import { untrainedModel } from '../support/untrainedModel.js';
import { describeHostile, type HostileCase } from './support.js';

const model = await untrainedModel();
const [side, end] = [64, chunk('IEND', new Uint8Array())];
const pixels = Uint8Array.from({ length: side * side }, (_, i) =>
  i % side > 28 && i % side < 36 ? 0 : 255,
);
const good = grayPng(pixels, side, side);
const rows = filterless(pixels, side);
const header = pngHeader({ width: side, height: side });
const data = (bytes: Uint8Array): Uint8Array => chunk('IDAT', deflateSync(bytes));
const changed = (at: number, value: number): Uint8Array =>
  Uint8Array.from(good, (byte, i) => (i === at ? value : byte));
const zeros = (megabytes: number): Uint8Array => deflateSync(new Uint8Array(megabytes * 2 ** 20));

const inputs: readonly (readonly [name: string, file: Uint8Array | string, message: RegExp])[] = [
  ['nothing', '', /the file is empty/],
  ['a text', 'a picture of an A', /neither a PNG nor a JPEG/],
  ['only the signature', good.subarray(0, 8), /truncated/],
  ['half a header', good.subarray(0, 20), /truncated/],
  ['half of the pixel data', good.subarray(0, good.length >> 1), /truncated/],
  ['no end', good.subarray(0, -12), /truncated/],
  ['a wrong checksum of the pixels', changed(good.length - 14, 1), /damaged \(.*CRC/i],
  ['a wrong checksum of the header', changed(30, good[30] ^ 1), /damaged \(.*CRC/i],
  [
    '65,535 x 65,535 pixels',
    pngOf(pngHeader({ width: 65535, height: 65535 }), data(rows), end),
    /image size is 65535 x 65535, more than the maximum of 32 million/,
  ],
  [
    '4,294,967,295 columns',
    pngOf(pngHeader({ width: 2 ** 32 - 1, height: 1 }), data(rows), end),
    /more than the maximum of 32 million/,
  ],
  [
    'no columns',
    pngOf(pngHeader({ width: 0, height: 9 }), data(rows), end),
    /image size is 0 x 9, but must be/,
  ],
  [
    'a bomb of 600 MB in the pixels',
    pngOf(header, chunk('IDAT', zeros(600)), end),
    /more pixels than the 64 x 64/,
  ],
  [
    'a bomb of 300 MB in a color profile, without pixels',
    pngOf(header, chunk('iCCP', Buffer.concat([Buffer.from('x\0\0', 'latin1'), zeros(300)])), end),
    /packed pixels are damaged/,
  ],
  [
    'fewer rows than declared',
    pngOf(header, data(rows.subarray(0, 1000)), end),
    /fewer pixels than the 64 x 64/,
  ],
  ['uncompressed pixels', pngOf(header, chunk('IDAT', rows), end), /packed pixels are damaged/],
  [
    'an invalid filter',
    pngOf(header, data(rows.map((byte, i) => (i === 65 ? 9 : byte))), end),
    /damaged \(Unsupported filter: 9\)/,
  ],
  [
    'an unknown color type',
    pngOf(pngHeader({ width: 9, height: 9, color: 5 }), data(rows), end),
    /invalid PNG color type 5/,
  ],
  [
    '3 bits per value',
    pngOf(pngHeader({ width: 9, height: 9, depth: 3 }), data(rows), end),
    /invalid bit depth 3/,
  ],
  [
    'palette indices without a palette',
    buildPng({ width: side, height: side, color: 3, rows }),
    /requires a palette/,
  ],
  [
    'colors outside the palette',
    buildPng({ width: side, height: side, color: 3, rows, palette: [1, 2, 3] }),
    /Incorrect index of palette/,
  ],
  [
    'an empty palette',
    buildPng({ width: side, height: side, color: 3, rows, palette: [] }),
    /palette has 0 colors|damaged/,
  ],
  [
    'an invalid interlace method',
    buildPng({ width: side, height: side, interlace: 7, rows }),
    /Interlace method 7/,
  ],
  [
    'interlaced bits',
    buildPng({ width: 8, height: 8, depth: 1, interlace: 1, rows: new Uint8Array(20) }),
    /interlaced.*save it without/,
  ],
  [
    'two headers',
    pngOf(header, pngHeader({ width: 4000, height: 4000 }), data(rows), end),
    /two PNG headers/,
  ],
  [
    'pixels before the header',
    pngOf(data(rows), header, end),
    /first chunk of the PNG is "IDAT", expected IHDR/,
  ],
  [
    'a chunk longer than the file',
    pngOf(header, Uint8Array.of(0x7f, 255, 255, 255, 0x49, 0x44, 0x41, 0x54, 1, 2, 3, 4)),
    /truncated/,
  ],
];

describeHostile(
  'PNG',
  inputs.map(([name, file, message]): HostileCase => ({
    name,
    message,
    culprit: 'bad.png',
    code: 3,
    files: { 'bad.png': file, 'm.safetensors': model },
    command: 'predict bad.png --model m.safetensors',
  })),
  [
    '65,535 x 65,535 pixels',
    'a bomb of 600 MB in the pixels',
    'a bomb of 300 MB in a color profile, without pixels',
  ],
);
