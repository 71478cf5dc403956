// Tests image decoding: exact pixels for every kind of PNG, approximate and upright pixels for
// JPEG, and an error that names any other format.

import { encode } from 'jpeg-js';
import { describe, expect, it } from 'vitest';
import { decodeImage } from '../../../src/app/images/decode.js';
import { DataError } from '../../../src/data/errors.js';
import {
  buildPng,
  chunk,
  exif,
  filterless,
  grayJpeg,
  grayPng,
  segment,
  withSegments,
} from '../../support/imageFiles.js';

const decoded = (bytes: Uint8Array) => {
  const { data, ...rest } = decodeImage(bytes, 'a.png');
  return { ...rest, data: Array.from(data) };
};

describe('PNG', () => {
  it('is rotated as its eXIf chunk says, with any depth', () => {
    // The same segment as in a JPEG, without marker, length and name.
    const tiff = (orientation: number, little: boolean): Uint8Array =>
      chunk('eXIf', exif(orientation, { little }).subarray(10));
    const rows = filterless([1, 2, 3, 4, 5, 6], 3);
    const image = (other: Uint8Array) =>
      decoded(buildPng({ width: 3, height: 2, rows, others: [other] }));
    expect(image(tiff(6, false))).toEqual({
      data: [4, 1, 5, 2, 6, 3],
      width: 2,
      height: 3,
      channels: 1,
    });
    expect(image(tiff(3, true))).toMatchObject({ data: [6, 5, 4, 3, 2, 1], width: 3 });
    expect(image(tiff(1, true)).data).toEqual([1, 2, 3, 4, 5, 6]);
    expect(image(chunk('eXIf', Uint8Array.of(1, 2))).data).toEqual([1, 2, 3, 4, 5, 6]);
    const deep = { width: 2, height: 1, depth: 16, rows: filterless([1, 0, 2, 0], 4) };
    expect(decoded(buildPng({ ...deep, others: [tiff(8, false)] }))).toEqual({
      data: [512, 256],
      width: 1,
      height: 2,
      channels: 1,
    });
  });

  it('decodes 1, 2 and 4 bits, with rows that start at whole bytes', () => {
    // 10 pixels per row: 1 bit, 2 bytes per row.
    const bits = [0b10100000, 0b01000000, 0b00000000, 0b11000000];
    expect(
      decoded(buildPng({ width: 10, height: 2, depth: 1, rows: filterless(bits, 2) })).data,
    ).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1].map((bit) => 255 * bit));
    const pairs = buildPng({ width: 3, height: 1, depth: 2, rows: filterless([0b00011011], 1) });
    expect(decoded(pairs).data).toEqual([0, 85, 170]);
    const halves = buildPng({ width: 3, height: 1, depth: 4, rows: filterless([0x0f, 0x70], 2) });
    expect(decoded(halves)).toEqual({ data: [0, 255, 119], width: 3, height: 1, channels: 1 });
  });

  it('decodes 8 and 16 bits, with and without color and alpha', () => {
    for (const [color, channels] of [
      [0, 1],
      [2, 3],
      [4, 2],
      [6, 4],
    ] as const) {
      const values = Array.from({ length: 4 * channels }, (_, i) => 10 * i + 1);
      const eight = buildPng({
        width: 2,
        height: 2,
        color,
        rows: filterless(values, 2 * channels),
      });
      expect(decoded(eight)).toEqual({ data: values, width: 2, height: 2, channels });
      const halves = values.flatMap((value) => [value, 7]);
      const sixteen = buildPng({
        width: 2,
        height: 2,
        depth: 16,
        color,
        rows: filterless(halves, 4 * channels),
      });
      expect(decoded(sixteen).data).toEqual(values.map((value) => 256 * value + 7));
    }
  });

  it('decodes a palette with transparent colors', () => {
    const palette = [1, 2, 3, 40, 50, 60, 7, 8, 9];
    const parts = {
      width: 3,
      height: 1,
      depth: 2,
      color: 3,
      rows: filterless([0b01001000], 1),
      palette,
    };
    expect(decoded(buildPng(parts))).toMatchObject({
      data: [40, 50, 60, 1, 2, 3, 7, 8, 9],
      channels: 3,
    });
    const { data, channels } = decoded(buildPng({ ...parts, transparency: [0, 128] }));
    expect({ data, channels }).toEqual({
      data: [40, 50, 60, 128, 1, 2, 3, 0, 7, 8, 9, 255],
      channels: 4,
    });
  });

  it('decodes a color that means transparent', () => {
    const gray = buildPng({
      width: 2,
      height: 1,
      rows: filterless([5, 6], 2),
      transparency: [0, 6],
    });
    expect(decoded(gray)).toMatchObject({ data: [5, 255, 6, 0], channels: 2 });
    const bits = buildPng({
      width: 2,
      height: 1,
      depth: 1,
      rows: filterless([0b01000000], 1),
      transparency: [0, 1],
    });
    expect(decoded(bits)).toMatchObject({ data: [0, 255, 255, 0], channels: 2 });
    const rows = filterless([1, 2, 3, 1, 2, 4, 9, 9, 9], 9);
    const color = buildPng({
      width: 3,
      height: 1,
      color: 2,
      rows,
      transparency: [0, 1, 0, 2, 0, 3],
    });
    expect(decoded(color)).toMatchObject({
      data: [1, 2, 3, 0, 1, 2, 4, 255, 9, 9, 9, 255],
      channels: 4,
    });
  });

  it('interlaced', () => {
    // 3 x 3: pass 1 contains (0,0), pass 4 (2,0), pass 5 (0,2) and (2,2), pass 6 (1,0) and (1,2),
    // pass 7 the row between.
    const rows = Uint8Array.of(0, 1, 0, 3, 0, 7, 9, 0, 2, 0, 8, 0, 4, 5, 6);
    const png = buildPng({ width: 3, height: 3, interlace: 1, rows });
    expect(decoded(png).data).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const bits = { width: 3, height: 3, depth: 1, interlace: 1, rows };
    expect(() => decodeImage(buildPng(bits), 'a.png')).toThrow(
      /a\.png: interlaced.*fewer than 8 bits/,
    );
  });
});

describe('JPEG', () => {
  const [width, height] = [48, 32];
  /** A bright block at the top left, a gray one at the top right. */
  const pixels = Array.from({ length: width * height }, (_, i): number => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return y >= 16 ? 0 : x < 16 ? 255 : x < 32 ? 0 : 128;
  });
  const jpeg = grayJpeg(pixels, width, height);
  const corners = (bytes: Uint8Array): { size: string; corners: number[] } => {
    const image = decodeImage(bytes, 'a.jpg');
    const at = (x: number, y: number): number => {
      const value = image.data[3 * (y * image.width + x)];
      return value > 190 ? 2 : value > 64 ? 1 : 0;
    };
    const [right, below] = [image.width - 5, image.height - 5];
    return {
      size: `${image.width} x ${image.height}`,
      corners: [at(4, 4), at(right, 4), at(4, below), at(right, below)],
    };
  };

  it('decodes the pixels approximately', () => {
    const { data, channels } = decodeImage(jpeg, 'a.jpg');
    expect(channels).toBe(3);
    const worst = pixels.reduce(
      (maxDifference, value, i) => Math.max(maxDifference, Math.abs(data[3 * i] - value)),
      0,
    );
    expect(worst).toBeLessThan(20);
  });

  // The corners as a viewer shows them: top left, top right, bottom left, bottom right.
  it.each([
    [1, '48 x 32', [2, 1, 0, 0]],
    [2, '48 x 32', [1, 2, 0, 0]],
    [3, '48 x 32', [0, 0, 1, 2]],
    [4, '48 x 32', [0, 0, 2, 1]],
    [5, '32 x 48', [2, 0, 1, 0]],
    [6, '32 x 48', [0, 2, 0, 1]],
    [7, '32 x 48', [0, 1, 0, 2]],
    [8, '32 x 48', [1, 0, 2, 0]],
  ])('is rotated by Exif orientation %i', (orientation, size, expected) => {
    for (const little of [false, true]) {
      const turned = withSegments(jpeg, exif(orientation, { little }));
      expect(corners(turned)).toEqual({ size, corners: expected });
    }
  });

  it('is not rotated if the Exif data is invalid', () => {
    expect(corners(withSegments(jpeg, exif(9))).size).toBe('48 x 32');
    const cut = exif(6).subarray(0, 22);
    cut[3] = 20; // length of the segment
    expect(corners(withSegments(jpeg, cut)).size).toBe('48 x 32');
  });
});

describe('a JPEG with three components', () => {
  // Stored planes of about (120, 130, 140): as YCbCr this is RGB (137, 111, 124).
  const [planes, converted] = [
    [120, 130, 140],
    [137, 111, 124],
  ];
  const pixels = Uint8Array.from({ length: 4 * 256 }, (_, i) => [...converted, 255][i % 4]);
  const jpeg = encode({ data: pixels, width: 16, height: 16 }, 100).data;
  /** Without the JFIF segment, which declares YCbCr. */
  const plain = Buffer.concat([jpeg.subarray(0, 2), jpeg.subarray(20)]);
  const adobe = (transform: number): Uint8Array =>
    segment(0xee, Buffer.from(['Adobe', 0, 100, 0, 0, 0, 0, transform].flatMap((part) =>
      typeof part === 'string' ? [...Buffer.from(part)] : [part],
    ))); // prettier-ignore
  /** With components named R, G and B in the headers of the frame and of the scan. */
  const named = (): Uint8Array => {
    const bytes = Buffer.from(plain);
    const [frame, scan] = [0xc0, 0xda].map((marker) => bytes.indexOf(Uint8Array.of(0xff, marker)));
    Array.from('RGB').forEach((name, i) => {
      bytes[frame + 10 + 3 * i] = name.charCodeAt(0);
      bytes[scan + 5 + 2 * i] = name.charCodeAt(0);
    });
    return bytes;
  };

  it.each([
    ['JFIF', () => jpeg, converted],
    ['neither JFIF nor an Adobe segment', () => plain, converted],
    ['Adobe transform 1', () => withSegments(plain, adobe(1)), converted],
    ['Adobe transform 0', () => withSegments(plain, adobe(0)), planes],
    [
      'Adobe transform 0 after JFIF',
      () => withSegments(plain, jpeg.subarray(2, 20), adobe(0)),
      converted,
    ],
    ['components named R, G and B', named, planes],
  ])('and %s has the colors of a browser', (_, bytes, expected) => {
    const { data } = decodeImage(bytes(), 'a.jpg');
    for (const [c, value] of expected.entries()) expect(Math.abs(data[c] - value)).toBeLessThan(4);
  });
});

describe('other files', () => {
  it.each([
    ['GIF89a', /a GIF image/],
    ['RIFF....WEBPVP8 ', /a WebP image/],
    ['....ftypheic', /a HEIC or AVIF/],
    ['BM......', /a BMP/],
    ['%PDF-1.7', /a PDF document/],
    ['<svg xmlns=', /an SVG image/],
    ['<!doctype html>', /an HTML page/],
    ['hello', /neither a PNG nor a JPEG/],
    ['', /the file is empty/],
  ])('%j are rejected by the name of their format', (text, message) => {
    const decode = (): unknown => decodeImage(Buffer.from(text, 'latin1'), 'x.png');
    expect(decode).toThrow(DataError);
    expect(decode).toThrow(message);
    expect(decode).toThrow(/^x\.png: /);
  });

  it('too many pixels are rejected before decompression', () => {
    expect(() => decodeImage(grayPng([], 1, 0), 'x.png')).toThrow(/image size is 1 x 0/);
    expect(() =>
      decodeImage(buildPng({ width: 8000, height: 8000, rows: new Uint8Array(3) }), 'x.png'),
    ).toThrow(/image size is 8000 x 8000, more than the maximum of 32 million/);
  });
});
