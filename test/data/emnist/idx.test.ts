// Reading IDX files from a stream, and files that are not what they should be.

import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/errors.js';
import { FormatError } from '../../../src/engine/errors.js';
import {
  checkSameCount,
  isGzip,
  parseIdx,
  type IdxContents,
  type IdxKind,
} from '../../../src/data/emnist/idx.js';
import { readIdxStream } from '../../../src/data/emnist/idxStream.js';
import { idx, idxImages, idxLabels } from '../support.js';

const twoImages = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251);

/** The bytes as a stream of chunks of `size` bytes, as from a file or a decompressor. */
function chunks(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  const starts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => i * size);
  return Readable.from(starts.map((start) => bytes.subarray(start, start + size)));
}

function read(
  bytes: Uint8Array,
  expected: IdxKind,
  limit?: number,
  size = 1000,
): Promise<IdxContents> {
  return readIdxStream(chunks(bytes, size), { name: 'some-file', expect: expected, limit });
}

describe('parseIdx', () => {
  it('gives a view of the values of a whole file', () => {
    const bytes = idxImages(twoImages);
    const images = parseIdx(bytes, { name: 'some-file', expect: 'images' });
    expect([images.name, images.count, images.values.shape]).toEqual(['some-file', 2, [2, 28, 28]]);
    expect(Buffer.from(images.values.data).equals(twoImages)).toBe(true);
    expect(images.values.data.buffer).toBe(bytes.buffer);
    const labels = parseIdx(idxLabels([4, 0, 46]), { name: 'some-file', expect: 'labels' });
    expect([...labels.values.data]).toEqual([4, 0, 46]);
  });

  it('rejects missing and surplus bytes', () => {
    const parse = (bytes: Uint8Array) => () =>
      parseIdx(bytes, { name: 'some-file', expect: 'labels' });
    expect(parse(idxLabels([1, 2]).subarray(0, -1))).toThrow(DataError);
    expect(parse(idxLabels([1, 2]).subarray(0, -1))).toThrow(/some-file.*truncated/);
    expect(parse(Uint8Array.of(...idxLabels([1, 2]), 0))).toThrow(/1 bytes follow the last value/);
    expect(parse(Uint8Array.of(0x1f, 0x8b, 8, 0))).toThrow(/gzip-compressed/);
  });
});

describe('readIdxStream', () => {
  it.each([1, 15, 16, 17, 784, 5000])(
    'reads images as [n, 28, 28] from chunks of %i bytes',
    async (size) => {
      const { count, values } = await read(idxImages(twoImages), 'images', undefined, size);
      expect(count).toBe(2);
      expect(values.shape).toEqual([2, 28, 28]);
      expect(Buffer.from(values.data).equals(twoImages)).toBe(true);
    },
  );

  it('reads labels, also fewer than the length of an image header', async () => {
    const { count, values } = await read(idxLabels([4, 0, 46]), 'labels');
    expect(count).toBe(3);
    expect([...values.data]).toEqual([4, 0, 46]);
  });

  it('keeps only the requested number of images, and checks the rest', async () => {
    const { count, values } = await read(idxImages(twoImages), 'images', 1);
    expect(count).toBe(2);
    expect(values.shape).toEqual([1, 28, 28]);
    expect(values.data).toHaveLength(784);
    expect(Buffer.from(values.data).equals(twoImages.subarray(0, 784))).toBe(true);
    const cut = idxImages(twoImages).subarray(0, -1);
    await expect(read(cut, 'images', 1)).rejects.toThrow(/truncated/);
    expect((await read(idxLabels([1, 2]), 'labels', 100)).values.shape).toEqual([2]);
  });

  it('reads a file without images', async () => {
    expect((await read(idxImages([]), 'images')).values.shape).toEqual([0, 28, 28]);
  });

  const html = new TextEncoder().encode('\n<!DOCTYPE html><html><body>Moved</body></html>');
  const zip = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0);
  const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0);
  it.each([
    ['an HTML page', html, 'images', /HTML page.*download it again/],
    ['a ZIP archive', zip, 'images', /ZIP archive.*fetch --from/],
    ['gzip data', gzip, 'images', /gunzip/],
    ['labels where images belong', idxLabels([1]), 'images', /file of labels.*swapped/],
    ['images where labels belong', idxImages(twoImages), 'labels', /file of images.*swapped/],
    ['IDX of floats', idx(0x0d03, [1, 28, 28], []), 'images', /begins with 0x00000d03.*0x00000803/],
    ['an empty file', new Uint8Array(0), 'images', /takes 16 bytes.*only 0/],
    ['half a header', idxImages(twoImages).subarray(0, 10), 'images', /takes 16 bytes.*only 10/],
    [
      'a truncated file',
      idxImages(twoImages).subarray(0, 1000),
      'images',
      /takes 1584 bytes.*has 1000.*truncated/,
    ],
    [
      'surplus bytes',
      idx(0x801, [2], [1, 2, 3, 4, 5]),
      'labels',
      /more than the 10 bytes that its header/,
    ],
    [
      'images of another size',
      idx(0x803, [1, 32, 30], new Uint8Array(960)),
      'images',
      /32 x 30.*28 x 28/,
    ],
    [
      'a huge count',
      idx(0x803, [0xffffffff, 28, 28], []),
      'images',
      /declares 4294967295 images.*697932/,
    ],
  ] satisfies [string, Uint8Array, IdxKind, RegExp][])(
    'rejects %s',
    async (_, bytes, kind, message) => {
      const error = await read(bytes, kind).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DataError);
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toMatch(/^some-file: /);
    },
  );
});

it('checkSameCount rejects different numbers of images and labels', () => {
  const images = { name: 'the-images', count: 3 };
  expect(() => checkSameCount(images, { name: 'the-labels', count: 3 })).not.toThrow();
  expect(() => checkSameCount(images, { name: 'the-labels', count: 4 })).toThrow(
    /the-images contains 3 images but the-labels contains 4 labels/,
  );
});

it('isGzip detects gzip data by its signature', () => {
  expect(isGzip(Uint8Array.of(0x1f, 0x8b, 8))).toBe(true);
  expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
  expect(isGzip(idxLabels([1]))).toBe(false);
});
