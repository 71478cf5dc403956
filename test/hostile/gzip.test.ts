// Damaged and hostile gzip files in the data folder of `inkgrad train`: RFC 1952 for the container,
// RFC 1951 for its contents. Decompression bombs are small as files and large when unpacked.

import { deflateSync, gzipSync } from 'node:zlib';
import { idx, idxImages, idxLabels } from '../data/support.js';
import { zip } from '../support/zip.js';
import { describeHostile, type HostileCase } from './support.js';

const IMAGES = 'emnist-balanced-train-images-idx3-ubyte.gz';
const LABELS = 'emnist-balanced-train-labels-idx1-ubyte.gz';
// Noise, so that the packed data is long enough to be damaged in the middle.
const images = idxImages(
  Uint8Array.from({ length: 3 * 784 }, (_, i) => (i * i * 31 + 7 * i) % 251),
);
const packed = gzipSync(images);
const labels = gzipSync(idxLabels([1, 2, 3]));

function wrongImages(name: string, contents: Uint8Array, message: RegExp): HostileCase {
  const files = { [IMAGES]: contents, [LABELS]: labels };
  return {
    name,
    files,
    message,
    culprit: IMAGES,
    code: 3,
    command: 'train --data .',
    megabytes: 160,
  };
}

function wrongLabels(name: string, contents: Uint8Array, message: RegExp): HostileCase {
  const files = { [IMAGES]: packed, [LABELS]: contents };
  return {
    name,
    files,
    message,
    culprit: LABELS,
    code: 3,
    command: 'train --data .',
    megabytes: 160,
  };
}

/** The compressed images with some bytes replaced; negative offsets count from the end. */
function changed(offset: number, ...bytes: number[]): Buffer {
  const copy = Buffer.from(packed);
  copy.set(bytes, offset < 0 ? copy.length + offset : offset);
  return copy;
}

/** A gzip member around arbitrary bytes in place of deflated data. */
const wrapped = (flags: number, ...rest: number[]): Buffer =>
  Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3, ...rest]);

const zeros = Buffer.alloc(32e6);
const ofZeros = gzipSync(zeros);
/** One gigabyte of zeros after a valid header, in consecutive members. */
const bomb = Buffer.concat([packed, ...Array.from({ length: 32 }, () => ofZeros)]);
const DAMAGED = /the gzip data is damaged or truncated/;

describeHostile(
  'gzip file',
  [
    wrongImages('an empty file', Buffer.alloc(0), /has only 0/),
    wrongImages('only the signature', packed.subarray(0, 2), DAMAGED),
    wrongImages('half a header', packed.subarray(0, 6), DAMAGED),
    wrongImages('a header without data', packed.subarray(0, 10), DAMAGED),
    wrongImages('half its data', packed.subarray(0, packed.length / 2), DAMAGED),
    wrongImages('no trailer', packed.subarray(0, -8), DAMAGED),
    wrongImages('half a trailer', packed.subarray(0, -3), DAMAGED),
    wrongImages('a wrong CRC-32', changed(-8, 1, 2, 3, 4), /damaged.*incorrect data check/),
    wrongImages('a wrong length', changed(-4, 1, 2, 3, 4), /damaged.*incorrect length check/),
    wrongImages('an unknown method', changed(2, 7), /damaged.*unknown compression method/),
    wrongImages('reserved flags', changed(3, 0xe0), /damaged.*unknown header flags/),
    wrongImages('a changed byte', changed(200, packed[200] ^ 0x55), /damaged|its header declares/),
    wrongImages(
      'an invalid block type',
      wrapped(0, 0x07, 0, 0, 0, 0, 0, 0, 0, 0),
      /damaged.*invalid block type/,
    ),
    wrongImages(
      'a stored block with a false length',
      wrapped(0, 1, 5, 0, 5, 0, 1, 2, 3, 4, 5),
      /damaged.*stored block/,
    ),
    wrongImages(
      'a distance before the start',
      wrapped(0, 0x4b, 0x04, 0x42, 0, 0, 0, 0, 0, 0),
      DAMAGED,
    ),
    wrongImages('an unterminated extra field', wrapped(4, 0xff, 0xff, 1, 2, 3), DAMAGED),
    wrongImages('an unterminated file name', wrapped(8, ...Buffer.from('name')), DAMAGED),
    wrongImages(
      'a wrong header checksum',
      wrapped(2, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0),
      /damaged.*header crc/,
    ),
    wrongImages('zlib data', deflateSync(images), /begins with 0x789c/),
    wrongImages('bzip2 data', Buffer.from('BZh91AY&SY and so on and on'), /begins with 0x425a6839/),
    wrongImages(
      'a ZIP archive',
      zip([{ path: IMAGES, bytes: images }]),
      /looks like a ZIP archive/,
    ),
    wrongImages('gzip in gzip', gzipSync(packed), /is gzip-compressed: decompress it/),
    wrongImages(
      'a compressed web page',
      gzipSync('<!DOCTYPE html><p>Sorry!</p>'),
      /looks like an HTML page/,
    ),
    wrongImages('compressed empty data', gzipSync(''), /takes 16 bytes, but the file has only 0/),
    wrongImages(
      'half a compressed header',
      gzipSync(images.subarray(0, 9)),
      /takes 16 bytes.*has only 9/,
    ),
    wrongImages(
      'too few compressed images',
      gzipSync(images.subarray(0, 1000)),
      /takes 2368 bytes.*has 1000; it is truncated/,
    ),
    wrongImages('trailing garbage', Buffer.concat([packed, Buffer.from('garbage')]), /damaged/),
    wrongImages(
      'trailing zeros',
      Buffer.concat([packed, Buffer.alloc(512)]),
      /512 bytes follow the end.*damaged/,
    ),
    wrongImages('the file twice', Buffer.concat([packed, packed]), /more than the 2368 bytes/),
    wrongImages(
      'the file and its first half',
      Buffer.concat([packed, packed.subarray(0, 20)]),
      /more than the 2368|truncated/,
    ),
    wrongImages('a bomb of 1 GB', bomb, /more than the 2368 bytes that its header declares/),
    wrongImages(
      'a bomb in one member',
      gzipSync(Buffer.concat([images, zeros])),
      /more than the 2368 bytes/,
    ),
    wrongImages('a bomb of only zeros', ofZeros, /begins with 0x00000000/),
    wrongImages(
      'a header that declares 547 MB',
      gzipSync(idx(0x803, [697_932, 28, 28], new Uint8Array(784))),
      /takes 547178704 bytes, but the file has 800; it is truncated/,
    ),
    wrongLabels(
      'a bomb in the labels file',
      Buffer.concat([labels, ...Array.from({ length: 9 }, () => ofZeros)]),
      /more than/,
    ),
    wrongLabels('half its labels', labels.subarray(0, -9), DAMAGED),
  ],
  [
    'a bomb of 1 GB',
    'a bomb in one member',
    'a bomb in the labels file',
    'a header that declares 547 MB',
  ],
);
