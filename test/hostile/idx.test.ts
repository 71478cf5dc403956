// Damaged and hostile IDX files and mappings in the data folder of `inkgrad train`, built byte by
// byte.

import { idx, idxImages, idxLabels } from '../data/support.js';
import { describeHostile, type HostileCase } from './support.js';

const IMAGES = 'emnist-balanced-train-images-idx3-ubyte';
const LABELS = 'emnist-balanced-train-labels-idx1-ubyte';
const MAPPING = 'emnist-balanced-mapping.txt';
const images = idxImages(new Uint8Array(3 * 784));
const labels = idxLabels([1, 2, 3]);
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A data folder of three images in which one file is wrong. */
function wrong(
  name: string,
  [file, contents]: readonly [string, Uint8Array | string],
  message: RegExp,
): HostileCase {
  const files = { [IMAGES]: images, [LABELS]: labels, [file]: contents };
  return {
    name,
    message,
    culprit: file.split('/')[0],
    code: 3,
    command: 'train --data .',
    files: Object.fromEntries(
      Object.entries(files).filter(([path]) => !file.startsWith(`${path}/`)),
    ),
  };
}

const wrongImages = (name: string, contents: Uint8Array, message: RegExp): HostileCase =>
  wrong(name, [IMAGES, contents], message);
const wrongLabels = (name: string, contents: Uint8Array, message: RegExp): HostileCase =>
  wrong(name, [LABELS, contents], message);
const wrongMapping = (name: string, contents: string, message: RegExp): HostileCase =>
  wrong(name, [MAPPING, contents], message);

/** The header's numbers in little-endian order. */
const littleEndian = Uint8Array.from(
  images,
  (_, i) => images[i < 16 ? 4 * Math.floor(i / 4) + 3 - (i % 4) : i],
);
const goodMapping = Array.from({ length: 47 }, (_, label) => `${label} ${48 + label}`).join('\n');

describeHostile(
  'IDX file',
  [
    wrongImages('an empty file', new Uint8Array(0), /takes 16 bytes, but the file has only 0/),
    wrongImages('one byte', Uint8Array.of(0), /has only 1/),
    wrongImages(
      'half a header',
      images.subarray(0, 10),
      /takes 16 bytes, but the file has only 10/,
    ),
    wrongImages(
      'a header without images',
      images.subarray(0, 16),
      /takes 2368 bytes, but the file has 16; it is truncated/,
    ),
    wrongImages(
      'a truncated last image',
      images.subarray(0, -1),
      /but the file has 2367; it is truncated/,
    ),
    wrongImages('one extra byte', Uint8Array.of(...images, 0), /1 bytes follow the last value/),
    wrongImages(
      'prose',
      text('These are not images.'),
      /begins with 0x54686573.*this is not an IDX file/,
    ),
    wrongImages('a web page', text('<!DOCTYPE html><title>404</title>'), /looks like an HTML page/),
    wrongImages(
      'a ZIP archive',
      text('PK\u0003\u0004 and so on, and on'),
      /looks like a ZIP archive/,
    ),
    wrongImages('floats', idx(0x0d03, [3, 28, 28], new Uint8Array(9408)), /begins with 0x00000d03/),
    wrongImages(
      'signed bytes',
      idx(0x0903, [3, 28, 28], new Uint8Array(2352)),
      /begins with 0x00000903/,
    ),
    wrongImages('two axes', idx(0x0802, [3, 784], new Uint8Array(2352)), /begins with 0x00000802/),
    wrongImages(
      '255 axes',
      idx(0x08ff, [3, 28, 28], new Uint8Array(2352)),
      /begins with 0x000008ff/,
    ),
    wrongImages(
      'labels',
      labels,
      /this is a file of labels: check that the two names are not swapped/,
    ),
    wrongImages('little-endian numbers', littleEndian, /begins with 0x03080000/),
    wrongImages(
      'a count of 2^32 - 1',
      idx(0x803, [0xffffffff, 28, 28], new Uint8Array(784)),
      /declares 4294967295/,
    ),
    // 5,478,275 x 784 is 2^32 + 304: a 32-bit product would accept 304 bytes.
    wrongImages(
      'a count that overflows',
      idx(0x803, [5_478_275, 28, 28], new Uint8Array(304)),
      /declares 5478275/,
    ),
    wrongImages(
      'a large count with little data',
      idx(0x803, [697_932, 28, 28], []),
      /takes 547178704 bytes.*has 16/,
    ),
    wrongImages('no images at all', idxImages([]), /contains 0 images but .* contains 3 labels/),
    wrongImages(
      'images of 27 x 27',
      idx(0x803, [3, 27, 27], new Uint8Array(2187)),
      /27 x 27 pixels/,
    ),
    wrongImages('images of size 0', idx(0x803, [3, 0, 0], []), /0 x 0 pixels/),
    wrongImages('a huge side', idx(0x803, [3, 28, 0xffffffff], []), /28 x 4294967295 pixels/),
    wrongImages(
      'one image fewer than labels',
      idxImages(new Uint8Array(1568)),
      /contains 2 images but .* 3 labels/,
    ),
    wrongLabels(
      'an empty labels file',
      new Uint8Array(0),
      /takes 8 bytes, but the file has only 0/,
    ),
    wrongLabels('images for labels', images, /this is a file of images/),
    wrongLabels(
      'one label too many',
      idxLabels([1, 2, 3, 4]),
      /contains 3 images but .* contains 4 labels/,
    ),
    wrongLabels(
      'a label without a class',
      idxLabels([1, 47, 3]),
      /label 47 of image 1 is outside 0 to 46/,
    ),
    wrongLabels('a label of 255', idxLabels([1, 2, 255]), /label 255 of image 2/),
    wrongLabels(
      'a huge count of labels',
      idx(0x801, [0xfffffff0], [1, 2, 3]),
      /declares 4294967280 labels/,
    ),
    wrong(
      'a folder in place of the file',
      [`${IMAGES}/inside`, 'x'],
      /images-idx3-ubyte: is not a file/,
    ),
    wrongMapping('an empty mapping', '', /maps 0 labels, but the balanced split has 47/),
    wrongMapping('prose as the mapping', 'zero is 0', /line 1 is "zero is 0", expected a label/),
    wrongMapping('control characters', '0 48\n\u001b[2J\u0007', /line 2 is "\\u001b\[2J\\u0007"/),
    wrongMapping('an endless line', '1'.repeat(5_000_000), /line 1 is "1{40}"/),
    wrongMapping('half a mapping', goodMapping.slice(0, 100), /maps \d\d labels|expected a label/),
    wrongMapping('codes beyond ASCII', goodMapping.replace('0 48', '0 955'), /line 1 is "0 955"/),
  ],
  ['a count of 2^32 - 1', 'a large count with little data', 'an endless line'],
);
