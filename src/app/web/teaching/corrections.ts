// The corrections somebody made, and the one text that they are kept as in the browser and in a file. What comes in is not
// trusted: every part is checked. No storage, no elements. Imports nn's JSON and data's sizes.

import { FormatError } from '../../../engine/errors.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import type { Stroke } from '../../../data/strokes/raster.js';
import { canonicalJson, JsonReader, type Json } from '../../../nn/saving/json.js';
import { parseStrictJson } from '../../../nn/saving/strictJson.js';

/** A drawing and what somebody says it is. Not tied to a model: any model that knows the character can learn it. */
export interface Correction {
  /** The character, e.g. `B`. */
  readonly label: string;
  /** What was read in its place. */
  readonly was: string;
  /** 784 bytes, 0 paper, 255 ink. */
  readonly image: Uint8Array;
  /** In units of the pad; none if it was a picture. */
  readonly strokes: readonly Stroke[];
}

/** More are not kept: a lesson would take minutes. */
export const MOST_CORRECTIONS = 200;
/** A longer text is not even looked at. */
const MOST_CHARACTERS = 20_000_000;
const MOST_NUMBERS = 20_000; // of one drawing's strokes
const KIND = 'inkgrad corrections';
const VERSION = 1;
/** Strokes are kept to this part of the pad's height, a twentieth of a pixel on most screens. */
const PRECISION = 10_000;

/** Corrections as text: JSON, images in base 64. Equal corrections give equal text. */
export function encodeCorrections(corrections: readonly Correction[]): string {
  const list = corrections.map(({ label, was, image, strokes }) => ({
    label,
    was,
    image: btoa(String.fromCharCode(...image)),
    strokes: strokes.map((stroke) =>
      Array.from(stroke, (value) => Math.round(value * PRECISION) / PRECISION),
    ),
  }));
  return canonicalJson({ kind: KIND, version: VERSION, corrections: list });
}

/**
 * Reads such a text.
 *
 * @param name what messages call it
 * @throws FormatError that says what is wrong and where
 */
export function decodeCorrections(text: string, name: string): Correction[] {
  if (text.length > MOST_CHARACTERS) {
    throw new FormatError(`${name}: is too long for a file of corrections`);
  }
  const file = new JsonReader(parseStrictJson(text, name), name);
  if (!file.keys.includes('kind') || file.text('kind') !== KIND) {
    throw new FormatError(`${name}: is no file of corrections; choose one that this page saved`);
  }
  const version = file.count('version');
  if (version !== VERSION) {
    throw new FormatError(`${name}: is of version ${version}, this page reads ${VERSION}`);
  }
  const list = listOf(file.value('corrections'), `${name}: corrections`);
  if (list.length > MOST_CORRECTIONS) {
    throw new FormatError(`${name}: holds ${list.length} corrections, more than ${MOST_CORRECTIONS}`);
  }
  return list.map((item, at) => readCorrection(item, `${name}: correction ${at + 1}`));
}

function readCorrection(item: Json, where: string): Correction {
  const reader = new JsonReader(item, where);
  const strokes = listOf(reader.value('strokes'), `${where}: strokes`).map((stroke) => {
    const values = listOf(stroke, `${where}: strokes`);
    const fine = values.every((value) => typeof value === 'number' && Math.abs(value) <= 1000);
    if (!fine || values.length % 2 !== 0) {
      throw new FormatError(`${where}: a stroke is x, y, x, y, ... in numbers up to 1000`);
    }
    return values as number[];
  });
  if (strokes.reduce((sum, stroke) => sum + stroke.length, 0) > MOST_NUMBERS) {
    throw new FormatError(`${where}: its strokes have more than ${MOST_NUMBERS} numbers`);
  }
  return {
    label: character(reader.text('label'), where),
    was: character(reader.text('was'), where),
    image: readImage(reader.text('image'), where),
    strokes,
  };
}

function character(text: string, where: string): string {
  if (text.length >= 1 && text.length <= 20) return text;
  throw new FormatError(`${where}: a character's name has 1 to 20 letters, this one ${text.length}`);
}

function readImage(text: string, where: string): Uint8Array {
  let bytes = '';
  try {
    bytes = atob(text);
  } catch {
    // Told below: of what is no base 64 there are no bytes.
  }
  if (bytes.length !== IMAGE_PIXELS) {
    throw new FormatError(`${where}: its image is not ${IMAGE_PIXELS} bytes in base 64`);
  }
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

function listOf(value: Json, where: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new FormatError(`${where}: expected a list`);
}

/** Puts corrections to those there are; of one and the same image the later word counts, and the oldest beyond 200 go. */
export function withMore(corrections: readonly Correction[], more: readonly Correction[]): Correction[] {
  const all = [...corrections];
  for (const added of more) {
    const at = all.findIndex(({ image }) => image.every((byte, pixel) => byte === added.image[pixel]));
    if (at >= 0) all.splice(at, 1);
    all.push(added);
  }
  return all.slice(-MOST_CORRECTIONS);
}
