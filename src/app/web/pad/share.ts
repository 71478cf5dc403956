// Encoding of strokes as a short text for addresses, and decoding, which rejects damaged texts.
//
// Format: "1" (the version), then base64url (RFC 4648, section 5) of: the number of strokes; for each the number of points and
// for each point the offset from the previous one, x and y, in 1/1024 of the pad's height; a checksum of two bytes.
// Numbers are LEB128, signed ones in zigzag order (0, -1, 1, -2, ...).

import type { Stroke } from '../../../data/strokes/raster.js';
import { ArgumentError, FormatError } from '../../../engine/errors.js';
import { crc32c } from '../../formats/crc32c.js';
import { simplified } from './simplify.js';

/** Maximum length of a text: some programs truncate longer addresses. */
export const MAX_CHARACTERS = 3000;
/** Grid steps per height of the pad. */
const GRID = 1024;
/** Maximum aspect ratio of a pad. */
const WIDEST = 16;
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
    const check = crc32c(Uint8Array.from(body));
    return VERSION + toBase64Url([...body, check & 255, (check >> 8) & 255]);
  }
  throw new ArgumentError(
    `${strokes.length} strokes are too much for an address; clear the pad and write less`,
  );
}

function bytesOf(strokes: readonly Stroke[], tolerance: number): number[] {
  const drawn = strokes.filter((stroke) => stroke.length > 0);
  const bytes: number[] = [];
  pushNumber(bytes, drawn.length);
  let [x, y] = [0, 0];
  for (const stroke of drawn) {
    const points = onGrid(simplified(stroke, tolerance * sideOf(stroke)));
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
  const placed: number[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const x = Math.round(Math.min(WIDEST, Math.max(0, points[i])) * GRID);
    const y = Math.round(Math.min(1, Math.max(0, points[i + 1])) * GRID);
    if (placed.length === 0 || x !== placed.at(-2) || y !== placed.at(-1)) placed.push(x, y);
  }
  return placed;
}

function sideOf(stroke: Stroke): number {
  const sides = [0, 1].map((axis) => {
    const values = Array.from(stroke).filter((_, i) => i % 2 === axis);
    return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  });
  return Math.max(...sides);
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
  if (bytes === null || bytes.length < 3) throw damaged();
  const body = bytes.subarray(0, -2);
  const check = crc32c(body);
  if (bytes.at(-2) !== (check & 255) || bytes.at(-1) !== ((check >> 8) & 255)) throw damaged();

  const source = new Source(body);
  const strokes: number[][] = [];
  let [x, y] = [0, 0];
  for (let left = source.count(); left > 0; left--) {
    const stroke: number[] = [];
    for (let points = source.count(); points > 0; points--) {
      x += source.signed();
      y += source.signed();
      if (x < 0 || x > WIDEST * GRID || y < 0 || y > GRID) throw damaged();
      stroke.push(x / GRID, y / GRID);
    }
    if (stroke.length === 0) throw damaged();
    strokes.push(stroke);
  }
  if (!source.ended) throw damaged();
  return strokes;
}

const damaged = (): FormatError =>
  new FormatError(
    'the link was cut short or changed on its way, so its drawing cannot be shown; copy it again',
  );

/** Reads numbers; throws if the bytes are damaged. */
class Source {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A count of items that follow; each takes at least one byte. */
  count(): number {
    const value = this.#number();
    if (value > this.#bytes.length - this.#at) throw damaged();
    return value;
  }

  signed(): number {
    const value = this.#number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #number(): number {
    let value = 0;
    for (let place = 1; place < 2 ** 21; place *= 128) {
      if (this.ended) throw damaged();
      const byte = this.#bytes[this.#at++];
      value += (byte & 127) * place;
      if (byte < 128) return value;
    }
    throw damaged();
  }
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1;
}

function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(128 + (rest % 128));
  bytes.push(rest);
}

function toBase64Url(bytes: readonly number[]): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function fromBase64Url(text: string): Uint8Array | null {
  if (!/^[\w-]*$/.test(text)) return null;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
  } catch {
    return null; // not a valid base64 length
  }
}
