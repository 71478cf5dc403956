// Where a command writes: a name next to its input, and never over something that is there. Imports node:.

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
