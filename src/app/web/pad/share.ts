// Encoding of strokes as a short text for addresses, and decoding, which rejects damaged texts.
//
// Format: "1" (the version), then base64url (RFC 4648, section 5) of: the number of strokes; for each the number of points and
// for each point the offset from the previous one, x and y, in 1/1024 of the pad's height; a checksum of two bytes.
// Numbers are LEB128, signed ones in zigzag order (0, -1, 1, -2, ...).

import type { Stroke } from '../../../data/strokes/raster.js';
import { ArgumentError, FormatError } from '../../../engine/errors.js';
import { crc32c } from '../../formats/crc32c.js';
import { simplify } from './simplify.js';
import { fromBase64Url, toBase64Url } from '../ui/base64Url.js';

/** Maximum length of a text: some programs truncate longer addresses. */
export const MAX_CHARACTERS = 3000;
/** Grid steps per height of the pad. */
const GRID = 1024;
/** Maximum aspect ratio of a pad. */
const MAX_ASPECT = 16;
const VERSION = '1';
/**
 * Tolerances of the simplification, as fractions of the drawing's longer side, finest first. The first is 1/8 pixel of the
 * 128 x 128 canvas from which the network's input is made; the others are for drawings that would not fit otherwise.
 */
const TOLERANCES = [1 / 480, 1 / 240, 1 / 120, 1 / 60];

/**
 * Encodes strokes as text.
 *
 * @param strokes in units of the pad
 * @throws ArgumentError if they do not fit in an address
 */
export function encodeStrokes(strokes: readonly Stroke[]): string {
  for (const tolerance of TOLERANCES) {
    const body = bytesOf(strokes, tolerance);
    if (1 + Math.ceil(((body.length + 2) * 4) / 3) > MAX_CHARACTERS) continue;
    const checksum = crc32c(Uint8Array.from(body));
    return VERSION + toBase64Url([...body, checksum & 255, (checksum >> 8) & 255]);
  }
  throw new ArgumentError(
    `${strokes.length} strokes are too much for an address; clear the pad and write less`,
  );
}

function bytesOf(strokes: readonly Stroke[], tolerance: number): number[] {
  const nonEmpty = strokes.filter((stroke) => stroke.length > 0);
  const bytes: number[] = [];
  pushNumber(bytes, nonEmpty.length);
  let [x, y] = [0, 0];
  for (const stroke of nonEmpty) {
    const points = onGrid(simplify(stroke, tolerance * longerSide(stroke)));
    pushNumber(bytes, points.length / 2);
    for (let i = 0; i < points.length; i += 2) {
      pushNumber(bytes, zigzag(points[i] - x));
      pushNumber(bytes, zigzag(points[i + 1] - y));
      [x, y] = [points[i], points[i + 1]];
    }
  }
  return bytes;
}

/** The points in grid steps, without consecutive duplicates. */
function onGrid(points: readonly number[]): number[] {
  const gridPoints: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const x = Math.round(Math.min(MAX_ASPECT, Math.max(0, points[i])) * GRID);
    const y = Math.round(Math.min(1, Math.max(0, points[i + 1])) * GRID);
    if (gridPoints.length === 0 || x !== gridPoints.at(-2) || y !== gridPoints.at(-1))
      gridPoints.push(x, y);
  }
  return gridPoints;
}

function longerSide(stroke: Stroke): number {
  const extents = [0, 1].map((axis) => {
    const values = Array.from(stroke).filter((_, i) => i % 2 === axis);
    return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  });
  return Math.max(...extents);
}

/**
 * Decodes the output of `encodeStrokes`.
 *
 * @throws FormatError if the text has another version, was truncated or changed
 */
export function decodeStrokes(text: string): number[][] {
  if (!text.startsWith(VERSION)) {
    throw new FormatError(
      'the link was made by another version of this page; ask for it to be copied again',
    );
  }
  const bytes = text.length <= MAX_CHARACTERS ? fromBase64Url(text.slice(1)) : null;
  if (bytes === null || bytes.length < 3) throw damagedLink();
  const body = bytes.subarray(0, -2);
  const checksum = crc32c(body);
  if (bytes.at(-2) !== (checksum & 255) || bytes.at(-1) !== ((checksum >> 8) & 255))
    throw damagedLink();

  const reader = new ByteReader(body);
  const strokes: number[][] = [];
  let [x, y] = [0, 0];
  for (let remaining = reader.count(); remaining > 0; remaining--) {
    const stroke: number[] = [];
    for (let points = reader.count(); points > 0; points--) {
      x += reader.signed();
      y += reader.signed();
      if (x < 0 || x > MAX_ASPECT * GRID || y < 0 || y > GRID) throw damagedLink();
      stroke.push(x / GRID, y / GRID);
    }
    if (stroke.length === 0) throw damagedLink();
    strokes.push(stroke);
  }
  if (!reader.atEnd) throw damagedLink();
  return strokes;
}

const damagedLink = (): FormatError =>
  new FormatError(
    'the link was cut short or changed on its way, so its drawing cannot be shown; copy it again',
  );

/** Reads numbers; throws if the bytes are damaged. */
class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  /** A count of items that follow; each takes at least one byte. */
  count(): number {
    const value = this.#number();
    if (value > this.#bytes.length - this.#offset) throw damagedLink();
    return value;
  }

  signed(): number {
    const value = this.#number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #number(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 21; factor *= 128) {
      if (this.atEnd) throw damagedLink();
      const byte = this.#bytes[this.#offset++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw damagedLink();
  }
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

function pushNumber(bytes: number[], value: number): void {
  let remaining = value;
  for (; remaining >= 128; remaining = Math.floor(remaining / 128))
    bytes.push(128 + (remaining % 128));
  bytes.push(remaining);
}
