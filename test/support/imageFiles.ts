// Builds PNG and JPEG files byte by byte, valid or invalid as a test requires. It does not use the
// project's decoder.

import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'jpeg-js';

export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Bits per value; default 8. */
  readonly depth?: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA; default 0. */
  readonly color?: number;
  readonly interlace?: number;
  /** Rows, each with its filter byte first; compressed here. */
  readonly rows: Uint8Array;
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** Chunks before the pixel data. */
  readonly others?: readonly Uint8Array[];
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A chunk with its length and checksum. */
export function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

export function pngHeader(parts: Omit<PngParts, 'rows'>): Uint8Array {
  const { width, height, depth = 8, color = 0, interlace = 0 } = parts;
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, color, 0, 0, interlace], 8);
  return chunk('IHDR', data);
}

/** Chunks after the signature, as a file. */
export function pngOf(...chunks: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([SIGNATURE, ...chunks]);
}

export function buildPng(parts: PngParts): Uint8Array {
  const { rows, palette, transparency, others = [] } = parts;
  return pngOf(
    pngHeader(parts),
    ...others,
    ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
    ...(transparency === undefined ? [] : [chunk('tRNS', Uint8Array.from(transparency))]),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', new Uint8Array()),
  );
}

/** Gray bytes as a PNG. */
export function grayPng(data: ArrayLike<number>, width: number, height: number): Uint8Array {
  return buildPng({ width, height, rows: filterless(data, width) });
}

/** Puts filter 0 in front of every row of `rowBytes` bytes. */
export function filterless(data: ArrayLike<number>, rowBytes: number): Uint8Array {
  const height = data.length / rowBytes;
  const rows = new Uint8Array(height * (rowBytes + 1));
  for (let i = 0; i < data.length; i++)
    rows[Math.floor(i / rowBytes) * (rowBytes + 1) + 1 + (i % rowBytes)] = data[i];
  return rows;
}

/** Gray bytes as a baseline JPEG. */
export function grayJpeg(
  data: ArrayLike<number>,
  width: number,
  height: number,
  quality = 90,
): Uint8Array {
  const rgba = new Uint8Array(4 * data.length);
  for (let i = 0; i < data.length; i++) rgba.set([data[i], data[i], data[i], 255], 4 * i);
  return Uint8Array.from(encode({ data: rgba, width, height }, quality).data);
}

/** A JPEG segment with its length. */
export function segment(marker: number, data: Uint8Array): Uint8Array {
  const length = data.length + 2;
  return Buffer.concat([Uint8Array.of(0xff, marker, length >> 8, length & 255), data]);
}

/** Inserts segments after a JPEG's first marker. */
export function withSegments(jpeg: Uint8Array, ...segments: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

/** An Exif segment that contains only the orientation. */
export function exif(
  orientation: number,
  { little = false }: { little?: boolean } = {},
): Uint8Array {
  const tiff = Buffer.alloc(26);
  const [two, four] = little
    ? (['writeUInt16LE', 'writeUInt32LE'] as const)
    : (['writeUInt16BE', 'writeUInt32BE'] as const);
  tiff.write(little ? 'II' : 'MM', 'latin1');
  tiff[two](42, 2);
  tiff[four](8, 4); // offset of the directory
  tiff[two](1, 8);
  tiff[two](0x0112, 10); // Orientation
  tiff[two](3, 12); // type: 16 bits
  tiff[four](1, 14);
  tiff[two](orientation, 18);
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]));
}
