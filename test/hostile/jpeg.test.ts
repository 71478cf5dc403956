// Damaged and hostile JPEG files for `predict`: truncated files, false sizes, thousands of scans,
// unsupported codings, other files instead of an image.

import { exif, grayJpeg, segment, withSegments } from '../support/imageFiles.js';
import { untrainedModel } from '../support/untrainedModel.js';
import { describeHostile, type HostileCase } from './support.js';

const model = await untrainedModel();
const side = 64;
const pixels = Uint8Array.from({ length: side * side }, (_, i) =>
  i % side > 28 && i % side < 36 ? 0 : 255,
);
const good = grayJpeg(pixels, side, side);

/** Where the segment of a marker begins. */
const placeOf = (marker: number): number => Buffer.from(good).indexOf(Uint8Array.of(0xff, marker));
const [frame, tables, scan] = [placeOf(0xc0), placeOf(0xc4), placeOf(0xda)];
/** The good file with some bytes replaced from a place on. */
function changed(at: number, ...values: number[]): Uint8Array {
  const bytes = Uint8Array.from(good);
  bytes.set(values, at);
  return bytes;
}
const size = (width: number, height: number): Uint8Array =>
  changed(frame + 5, height >> 8, height & 255, width >> 8, width & 255);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const garbage = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919 + (i >> 3)) & 255);
/** The segment that begins a scan, and what is packed in it. */
const scanOf = good.subarray(scan, -2);
const EOI = Uint8Array.of(0xff, 0xd9);

const inputs: readonly (readonly [name: string, file: Uint8Array, message: RegExp])[] = [
  ['the first marker alone', good.subarray(0, 2), /cut short/],
  ['half a header', good.subarray(0, 90), /cut short/],
  ['half of the pixels', good.subarray(0, scan + 60), /cut short/],
  ['no end', good.subarray(0, -2), /cut short/],
  [
    'a beginning and random bytes',
    join(good.subarray(0, 2), garbage),
    /damaged \(no marker at byte/,
  ],
  ['65,535 x 65,535 pixels', size(65535, 65535), /65535 x 65535 pixels large; at most 32 million/],
  ['no columns', size(0, 64), /0 x 64 pixels large, so there is nothing/],
  ['no rows', size(64, 0), /64 x 0 pixels large/],
  ['more rows than its pixels fill', size(64, 4000), /damaged/],
  ['arithmetic coding', changed(frame + 1, 0xc9), /arithmetic coding is not read; save it as/],
  ['lossless coding', changed(frame + 1, 0xc3), /lossless or hierarchical coding is not read/],
  ['12 bits a value', changed(frame + 4, 12), /12 bits a value is not read/],
  ['two color components', changed(frame + 9, 2), /a frame of a wrong length/],
  ['sampling of nothing', changed(frame + 11, 0x00), /sampling 0 x 0/],
  ['sampling of 15 x 15', changed(frame + 11, 0xff), /sampling 15 x 15/],
  [
    'two frames',
    join(good.subarray(0, scan), good.subarray(frame, scan), good.subarray(scan)),
    /two frames/,
  ],
  [
    'no frame',
    join(good.subarray(0, frame), good.subarray(tables)),
    /damaged \(no picture between/,
  ],
  ['no scan', join(good.subarray(0, scan), EOI), /damaged \(no picture between/],
  ['no Huffman tables', join(good.subarray(0, tables), good.subarray(scan)), /damaged/],
  ['Huffman tables of garbage', changed(tables + 5, ...new Array<number>(16).fill(255)), /damaged/],
  [
    '2,000 scans',
    join(good.subarray(0, scan), ...new Array<Uint8Array>(2000).fill(scanOf), EOI),
    /more than 100 scans/,
  ],
  [
    'a segment of no length',
    withSegments(good, Uint8Array.of(0xff, 0xe2, 0, 0)),
    /a segment of 0 bytes/,
  ],
  [
    'a segment longer than the file',
    withSegments(good, Uint8Array.of(0xff, 0xe2, 0xff, 0xff)),
    /cut short|no marker/,
  ],
  [
    '20 MB of Exif, and then no picture',
    join(
      good.subarray(0, 2),
      ...new Array<Uint8Array>(320).fill(segment(0xe1, new Uint8Array(65533))),
      exif(6),
      EOI,
    ),
    /damaged \(no picture between/,
  ],
];

describeHostile(
  'JPEG',
  inputs.map(([name, file, message]): HostileCase => ({
    name,
    message,
    culprit: 'bad.jpg',
    code: 3,
    files: { 'bad.jpg': file, 'm.safetensors': model },
    command: 'predict bad.jpg --model m.safetensors',
  })),
  ['65,535 x 65,535 pixels', '2,000 scans', '20 MB of Exif, and then no picture'],
);
