// What a command writes and where: a name next to its input, never over something that is there; digests; and texts from
// files made fit for a terminal. Imports node:.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { parse, join } from 'node:path';
import { ArgumentError } from '../engine/errors.js';

/** The same file with another ending: `runs/1/best.safetensors` -> `runs/1/best.onnx`. */
export function beside(path: string, ending: string): string {
  const { dir, name } = parse(path);
  return join(dir, `${name}${ending}`);
}

/** Refuses to write where something is, unless told to. */
export function checkFree(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  throw new ArgumentError(`${path}: is there already; name another file with --out, or say --force`);
}

/** SHA-256, in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Longest text from a file that is worth a line. */
const MAX_PRINTED = 200;

/** A text out of a file, without what a terminal would obey, and not endless. */
export function printable(text: string): string {
  const clean = text.replace(/\p{C}/gu, '?');
  return clean.length <= MAX_PRINTED ? clean : `${clean.slice(0, MAX_PRINTED)} ...`;
}
