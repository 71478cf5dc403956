// Damaged and hostile JPEG files for `predict`: truncated files, false sizes, thousands of scans,
// unsupported codings, other kinds of files.

import { exif, grayJpeg, segment, withSegments } from '../support/imageFiles.js';
import { untrainedModel } from '../support/untrainedModel.js';
import { describeHostile, type HostileCase } from './support.js';

const model = await untrainedModel();
const side = 64;
const pixels = Uint8Array.from({ length: side * side }, (_, i) =>
  i % side > 28 && i % side < 36 ? 0 : 255,
);
const good = grayJpeg(pixels, side, side);

/** Offset of a marker's segment. */
const offsetOf = (marker: number): number => Buffer.from(good).indexOf(Uint8Array.of(0xff, marker));
const [frame, tables, scan] = [offsetOf(0xc0), offsetOf(0xc4), offsetOf(0xda)];
/** The valid file with some bytes replaced from an offset on. */
function changed(at: number, ...values: number[]): Uint8Array {
  const bytes = Uint8Array.from(good);
  bytes.set(values, at);
  return bytes;
}
const size = (width: number, height: number): Uint8Array =>
  changed(frame + 5, height >> 8, height & 255, width >> 8, width & 255);
const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
const garbage = Uint8Array.from({ length: 3000 }, (_, i) => (i * 7919 + (i >> 3)) & 255);
/** The start-of-scan segment and its compressed data. */
const scanOf = good.subarray(scan, -2);
const EOI = Uint8Array.of(0xff, 0xd9);

const inputs: readonly (readonly [name: string, file: Uint8Array, message: RegExp])[] = [
  ['only the first marker', good.subarray(0, 2), /truncated/],
  ['half a header', good.subarray(0, 90), /truncated/],
  ['half of the pixel data', good.subarray(0, scan + 60), /truncated/],
  ['no end', good.subarray(0, -2), /truncated/],
  [
    'a valid start and random bytes',
    join(good.subarray(0, 2), garbage),
    /damaged \(no marker at byte/,
  ],
  [
    '65,535 x 65,535 pixels',
    size(65535, 65535),
    /image size is 65535 x 65535, more than the maximum of 32 million/,
  ],
  ['no columns', size(0, 64), /image size is 0 x 64, but must be/],
  ['no rows', size(64, 0), /image size is 64 x 0/],
  ['more rows than pixel data', size(64, 4000), /damaged/],
  ['arithmetic coding', changed(frame + 1, 0xc9), /arithmetic coding is not supported; save it as/],
  ['lossless coding', changed(frame + 1, 0xc3), /lossless or hierarchical coding is not supported/],
  ['12 bits per value', changed(frame + 4, 12), /12 bits per value is not supported/],
  ['two color components', changed(frame + 9, 2), /a frame with a wrong length/],
  ['sampling factors of 0', changed(frame + 11, 0x00), /sampling 0 x 0/],
  ['sampling factors of 15 x 15', changed(frame + 11, 0xff), /sampling 15 x 15/],
  [
    'two frames',
    join(good.subarray(0, scan), good.subarray(frame, scan), good.subarray(scan)),
    /two frames/,
  ],
  ['no frame', join(good.subarray(0, frame), good.subarray(tables)), /damaged \(no image between/],
  ['no scan', join(good.subarray(0, scan), EOI), /damaged \(no image between/],
  ['no Huffman tables', join(good.subarray(0, tables), good.subarray(scan)), /damaged/],
  ['invalid Huffman tables', changed(tables + 5, ...new Array<number>(16).fill(255)), /damaged/],
  [
    '2,000 scans',
    join(good.subarray(0, scan), ...new Array<Uint8Array>(2000).fill(scanOf), EOI),
    /more than 100 scans/,
  ],
  [
    'a segment of length 0',
    withSegments(good, Uint8Array.of(0xff, 0xe2, 0, 0)),
    /a segment of 0 bytes/,
  ],
  [
    'a segment longer than the file',
    withSegments(good, Uint8Array.of(0xff, 0xe2, 0xff, 0xff)),
    /truncated|no marker/,
  ],
  [
    '20 MB of Exif without an image',
    join(
      good.subarray(0, 2),
      ...new Array<Uint8Array>(320).fill(segment(0xe1, new Uint8Array(65533))),
      exif(6),
      EOI,
    ),
    /damaged \(no image between/,
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
  ['65,535 x 65,535 pixels', '2,000 scans', '20 MB of Exif without an image'],
);
