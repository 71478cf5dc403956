// The corrections of a visitor and their JSON encoding, which the browser's storage and saved files share.
// Decoding validates every field, since a file may come from anywhere.

import { FormatError } from '../../../engine/errors.js';
import { IMAGE_PIXELS } from '../../../data/emnist/idx.js';
import type { Stroke } from '../../../data/strokes/raster.js';
import { canonicalJson, JsonReader, type Json } from '../../../nn/saving/json.js';
import { parseStrictJson } from '../../../nn/saving/strictJson.js';

/** A drawing with its label. Independent of the model: any model with this class can be fine-tuned on it. */
export interface Correction {
  /** The character, e.g. `B`. */
  readonly label: string;
  /** The character predicted when it was corrected. */
  readonly was: string;
  /** [28, 28], 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  /** In units of the pad; empty for an image from a file. */
  readonly strokes: readonly Stroke[];
}

/** The oldest beyond this number are dropped, because fine-tuning on more takes minutes. */
export const MAX_CORRECTIONS = 200;
/** Longer files are rejected before parsing. */
const MAX_CHARACTERS = 20_000_000;
const MAX_NUMBERS = 20_000; // coordinates per drawing
const KIND = 'inkgrad corrections';
const VERSION = 1;
/** Coordinates are rounded to 1 / PRECISION of the pad's height, about 1/20 pixel on most screens. */
const PRECISION = 10_000;

/** Encodes corrections as JSON with images in base64. Equal corrections give equal text. */
export function encodeCorrections(corrections: readonly Correction[]): string {
  const items = corrections.map(({ label, was, image, strokes }) => ({
    label,
    was,
    image: btoa(String.fromCharCode(...image)),
    strokes: strokes.map((stroke) =>
      Array.from(stroke, (value) => Math.round(value * PRECISION) / PRECISION),
    ),
  }));
  return canonicalJson({ kind: KIND, version: VERSION, corrections: items });
}

/**
 * Parses and validates the output of `encodeCorrections`.
 *
 * @param name the source, for error messages
 * @throws FormatError with the invalid field
 */
export function decodeCorrections(text: string, name: string): Correction[] {
  if (text.length > MAX_CHARACTERS) {
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
  const items = listOf(file.value('corrections'), `${name}: corrections`);
  if (items.length > MAX_CORRECTIONS) {
    throw new FormatError(
      `${name}: holds ${items.length} corrections, more than ${MAX_CORRECTIONS}`,
    );
  }
  return items.map((item, index) => readCorrection(item, `${name}: correction ${index + 1}`));
}

function readCorrection(item: Json, location: string): Correction {
  const reader = new JsonReader(item, location);
  const strokes = listOf(reader.value('strokes'), `${location}: strokes`).map((stroke) => {
    const values = listOf(stroke, `${location}: strokes`);
    const isValid = values.every((value) => typeof value === 'number' && Math.abs(value) <= 1000);
    if (!isValid || values.length % 2 !== 0) {
      throw new FormatError(`${location}: a stroke is x, y, x, y, ... in numbers up to 1000`);
    }
    return values as number[];
  });
  if (strokes.reduce((sum, stroke) => sum + stroke.length, 0) > MAX_NUMBERS) {
    throw new FormatError(`${location}: its strokes have more than ${MAX_NUMBERS} numbers`);
  }
  return {
    label: character(reader.text('label'), location),
    was: character(reader.text('was'), location),
    image: readImage(reader.text('image'), location),
    strokes,
  };
}

function character(text: string, location: string): string {
  if (text.length >= 1 && text.length <= 20) return text;
  throw new FormatError(
    `${location}: a character's name has 1 to 20 letters, this one ${text.length}`,
  );
}

function readImage(text: string, location: string): Uint8Array {
  let bytes = '';
  try {
    bytes = atob(text);
  } catch {
    // Not base64: the length check below throws.
  }
  if (bytes.length !== IMAGE_PIXELS) {
    throw new FormatError(`${location}: its image is not ${IMAGE_PIXELS} bytes in base 64`);
  }
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}

function listOf(value: Json, location: string): readonly Json[] {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new FormatError(`${location}: expected a list`);
}

/** Appends corrections. A later correction of the same image replaces the earlier one; at most `MAX_CORRECTIONS` remain. */
export function addCorrections(
  corrections: readonly Correction[],
  more: readonly Correction[],
): Correction[] {
  const all = [...corrections];
  for (const added of more) {
    const index = all.findIndex((correction) => isSameDrawing(correction, added));
    if (index >= 0) all.splice(index, 1);
    all.push(added);
  }
  return all.slice(-MAX_CORRECTIONS);
}

/** Removes the correction of the same drawing. */
export function removeCorrection(
  corrections: readonly Correction[],
  removed: Correction,
): Correction[] {
  return corrections.filter((correction) => !isSameDrawing(correction, removed));
}

/** The corrections, with the objects of `known` for those that it contains. */
export function reuseCorrections(
  corrections: readonly Correction[],
  known: readonly Correction[],
): Correction[] {
  return corrections.map((correction) => {
    const same = known.find((other) => isSameDrawing(other, correction));
    return same?.label === correction.label && same.was === correction.was ? same : correction;
  });
}

function isSameDrawing({ image }: Correction, other: Correction): boolean {
  return image.every((byte, pixel) => byte === other.image[pixel]);
}
