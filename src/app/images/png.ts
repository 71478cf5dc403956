// Decodes PNG files: chunks are validated first, so that a hostile file costs neither time nor
// memory, then fast-png decodes. Only the chunks that affect pixels reach the decoder.
//
// PNG specification, third edition: https://www.w3.org/TR/png-3/

import { inflateSync } from 'node:zlib';
import { convertIndexedToRgb, decode, type DecodedPng } from 'fast-png';
import { DataError } from '../../data/errors.js';
import type { DecodedImage } from '../../data/image/preprocess.js';
import { checkSize, reasonOf } from './limits.js';
import { readOrientation, upright } from './orientation.js';

export const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly channels: number;
  readonly interlaced: boolean;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk including length, type and checksum. */
  readonly raw: Uint8Array;
}

/** Values per pixel for each color type (section 11.2.1). */
const CHANNELS: Readonly<Record<number, number | undefined>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DECODED_CHUNKS = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const RELEVANT_CHUNKS = new Set([...DECODED_CHUNKS, 'eXIf']);

/**
 * Decodes a PNG file, upright.
 *
 * @throws DataError that names the file and the problem
 */
export function decodePng(bytes: Uint8Array, name: string): DecodedImage {
  const chunks = readChunks(bytes, name);
  const header = readHeader(chunks, name);
  checkPixels(chunks, header, name);
  const decoded = chunks.filter(({ type }) => DECODED_CHUNKS.has(type));
  const exif = chunks.find(({ type }) => type === 'eXIf');
  const orientation = exif === undefined ? 1 : (readOrientation(exif.data) ?? 1);
  const parts = [Uint8Array.from(PNG_SIGNATURE), ...decoded.map(({ raw }) => raw)];
  try {
    return upright(toImage(decode(Buffer.concat(parts), { checkCrc: true }), name), orientation);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new DataError(`${name}: the PNG data is damaged (${reasonOf(error)})`);
  }
}

/** The relevant chunks up to the end of the image; anything after it is ignored. */
function readChunks(bytes: Uint8Array, name: string): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let offset: number = PNG_SIGNATURE.length; ;) {
    if (offset + 12 > bytes.length) throw truncated(name);
    const length = view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    const end = offset + 12 + length;
    if (chunks.length === 0 && type !== 'IHDR') {
      throw new DataError(
        `${name}: the first chunk of the PNG is ${JSON.stringify(type)}, expected IHDR`,
      );
    }
    if (end > bytes.length) throw truncated(name);
    if (RELEVANT_CHUNKS.has(type)) {
      chunks.push({
        type,
        data: bytes.subarray(offset + 8, end - 4),
        raw: bytes.subarray(offset, end),
      });
    }
    if (type === 'IEND') return chunks;
    offset = end;
  }
}

const truncated = (name: string): DataError =>
  new DataError(`${name}: the PNG file is truncated; copy or save it again`);

function readHeader(chunks: readonly Chunk[], name: string): Header {
  const { data } = chunks[0];
  if (data.length !== 13)
    throw new DataError(`${name}: the PNG header has ${data.length} bytes, expected 13`);
  if (chunks.some(({ type }, i) => i > 0 && type === 'IHDR')) {
    throw new DataError(`${name}: has two PNG headers, expected one`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colorType, interlace] = [data[8], data[9], data[12]];
  checkSize(name, width, height);
  const channels = CHANNELS[colorType];
  if (channels === undefined)
    throw new DataError(`${name}: invalid PNG color type ${colorType}, expected 0, 2, 3, 4 or 6`);
  const depths = colorType === 0 ? [1, 2, 4, 8, 16] : colorType === 3 ? [1, 2, 4, 8] : [8, 16];
  if (!depths.includes(depth)) {
    throw new DataError(
      `${name}: invalid bit depth ${depth} for PNG color type ${colorType}, expected ` +
        depths.join(', '),
    );
  }
  if (colorType === 3 && !chunks.some(({ type }) => type === 'PLTE')) {
    throw new DataError(`${name}: PNG color type 3 requires a palette, but there is none`);
  }
  if (interlace === 1 && depth < 8) {
    throw new DataError(
      `${name}: interlaced PNG with fewer than 8 bits per value is not supported; save it ` +
        'without interlacing',
    );
  }
  return { width, height, depth, channels, interlaced: interlace === 1 };
}

/** Size of the unpacked pixels in bytes; each row starts with a byte for its filter type. */
function unpackedSize({ width, height, depth, channels, interlaced }: Header): number {
  const passBytes = (passWidth: number, passHeight: number): number =>
    passWidth === 0 || passHeight === 0
      ? 0
      : passHeight * (1 + Math.ceil((passWidth * depth * channels) / 8));
  if (!interlaced) return passBytes(width, height);
  // The seven passes of Adam7: first column, first row and the steps between (section 8.1).
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return passes.reduce(
    (sum, [x, y, stepX, stepY]) =>
      sum + passBytes(Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)),
    0,
  );
}

/**
 * Unpacks the pixels once with a size limit, which the decoder lacks: a decompression bomb stops at
 * the expected size.
 */
function checkPixels(chunks: readonly Chunk[], header: Header, name: string): void {
  const packed = Buffer.concat(
    chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data),
  );
  const expected = unpackedSize(header);
  let size: number;
  try {
    size = inflateSync(packed, { maxOutputLength: expected + 1 }).length;
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (!tooLarge)
      throw new DataError(`${name}: the packed pixels are damaged (${(error as Error).message})`);
    size = Infinity;
  }
  if (size === expected) return;
  throw new DataError(
    `${name}: the PNG contains ${size < expected ? 'fewer' : 'more'} pixels than the ` +
      `${header.width} x ${header.height} of its header; the file is damaged`,
  );
}

/** Resolves palettes, unpacks bits, and converts a transparent color to an alpha channel. */
function toImage(png: DecodedPng, name: string): DecodedImage {
  const { width, height } = png;
  if (png.palette !== undefined && png.channels === 1) {
    if (png.palette.length === 0 || png.palette.length > 256) {
      throw new DataError(
        `${name}: the PNG palette has ${png.palette.length} colors, expected 1 to 256`,
      );
    }
    return {
      data: convertIndexedToRgb(png),
      width,
      height,
      channels: png.palette[0].length as 3 | 4,
    };
  }
  const channels = png.channels as DecodedImage['channels'];
  const data = png.depth < 8 ? unpackBits(png) : (png.data as Uint8Array | Uint16Array);
  const image: DecodedImage = { data, width, height, channels };
  return png.transparency === undefined ? image : withAlpha(image, png.transparency, png.depth);
}

/**
 * Converts grayscale values of 1, 2 or 4 bits, with rows aligned to whole bytes, to bytes 0..255.
 */
function unpackBits({ data, width, height, depth }: DecodedPng): Uint8Array {
  const max = 2 ** depth - 1;
  const rowBytes = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)];
    return (((byte >> (8 - depth - (bit & 7))) & max) * 255) / max;
  });
}

/**
 * One color may mean transparency (section 11.3.1.1); its values have the bit depth of the file.
 */
function withAlpha(image: DecodedImage, transparent: Uint16Array, depth: number): DecodedImage {
  const { data, width, height, channels } = image;
  const opaque = data instanceof Uint16Array ? 65535 : 255;
  const key = Array.from(transparent, (value) =>
    depth < 8 ? (value * 255) / (2 ** depth - 1) : value,
  );
  const size = width * height * (channels + 1);
  const result = data instanceof Uint16Array ? new Uint16Array(size) : new Uint8Array(size);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [from, to] = [pixel * channels, pixel * (channels + 1)];
    for (let c = 0; c < channels; c++) result[to + c] = data[from + c];
    result[to + channels] = key.every((value, c) => data[from + c] === value) ? 0 : opaque;
  }
  return { data: result, width, height, channels: (channels + 1) as 2 | 4 };
}
