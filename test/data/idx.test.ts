import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/data/errors.js';
import { FormatError } from '../../src/engine/errors.js';
import { checkSameCount, isGzip, parseIdx, type IdxKind } from '../../src/data/idx.js';
import { idx, idxImages, idxLabels } from './support.js';

const twoImages = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251);

function parse(bytes: Uint8Array, expected: IdxKind = 'images'): unknown {
  return parseIdx(bytes, { name: 'some-file', expect: expected });
}

describe('parseIdx', () => {
  it('views images as [n, 28, 28] without copying', () => {
    const bytes = idxImages(twoImages);
    const images = parseIdx(bytes, { name: 'f', expect: 'images' });
    expect(images.shape).toEqual([2, 28, 28]);
    expect(images.get(1, 3, 5)).toBe(twoImages[784 + 3 * 28 + 5]);
    bytes[16] = 77;
    expect(images.get(0, 0, 0)).toBe(77);
  });

  it('reads labels, also from the middle of a larger buffer', () => {
    const shifted = new Uint8Array(7 + 8 + 3).subarray(7);
    shifted.set(idxLabels([4, 0, 46]));
    const labels = parseIdx(shifted, { name: 'f', expect: 'labels' });
    expect(labels.shape).toEqual([3]);
    expect([labels.get(0), labels.get(1), labels.get(2)]).toEqual([4, 0, 46]);
  });

  it('reads a file of no images', () => {
    expect(parseIdx(idxImages([]), { name: 'f', expect: 'images' }).shape).toEqual([0, 28, 28]);
  });

  const html = new TextEncoder().encode('\n<!DOCTYPE html><html><body>Moved</body></html>');
  const zip = Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0);
  const gzip = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0);
  it.each([
    ['an HTML page', html, 'images', /HTML page.*download it again/],
    ['a ZIP archive', zip, 'images', /ZIP archive.*fetch --from/],
    ['packed data', gzip, 'images', /gunzip/],
    ['labels where images belong', idxLabels([1]), 'images', /file of labels.*swapped/],
    ['images where labels belong', idxImages(twoImages), 'labels', /file of images.*swapped/],
    ['IDX of floats', idx(0x0d03, [1, 28, 28], []), 'images', /begins with 0x00000d03.*0x00000803/],
    ['an empty file', new Uint8Array(0), 'images', /takes 16 bytes.*only 0/],
    ['half a header', idxImages(twoImages).subarray(0, 10), 'images', /takes 16 bytes.*only 10/],
    ['a cut file', idxImages(twoImages).subarray(0, 1000), 'images', /so 1584 bytes.*has 1000.*cut short/],
    ['surplus bytes', idx(0x801, [2], [1, 2, 3, 4, 5]), 'labels', /so 10 bytes.*has 13.*3 bytes follow/],
    ['images of another size', idx(0x803, [1, 32, 30], new Uint8Array(960)), 'images', /32 x 30.*28 x 28/],
    ['a huge count', idx(0x803, [0xffffffff, 28, 28], []), 'images', /promises 4294967295 images.*697932/],
  ] satisfies [string, Uint8Array, IdxKind, RegExp][])('refuses %s', (_, bytes, kind, message) => {
    expect(() => parse(bytes, kind)).toThrow(DataError);
    expect(() => parse(bytes, kind)).toThrow(FormatError);
    expect(() => parse(bytes, kind)).toThrow(message);
    expect(() => parse(bytes, kind)).toThrow(/^some-file: /);
  });
});

it('refuses images and labels that disagree in number', () => {
  const images = { name: 'the-images', count: 3 };
  expect(() => checkSameCount(images, { name: 'the-labels', count: 3 })).not.toThrow();
  expect(() => checkSameCount(images, { name: 'the-labels', count: 4 })).toThrow(
    /the-images holds 3 images but the-labels holds 4 labels/,
  );
});

it('knows gzip by its signature', () => {
  expect(isGzip(Uint8Array.of(0x1f, 0x8b, 8))).toBe(true);
  expect(isGzip(Uint8Array.of(0x1f))).toBe(false);
  expect(isGzip(idxLabels([1]))).toBe(false);
});
