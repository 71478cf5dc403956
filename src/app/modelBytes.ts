// The bytes of a model file, whatever wrote it: safetensors stay as they are, a PyTorch file becomes the safetensors
// that `inkgrad import` would write, so that everything behind this knows one format. Imports node:fs, nn, formats.

import { readFile, stat } from 'node:fs/promises';
import { InkgradError, FormatError } from '../engine/errors.js';
import { EMNIST_SPLITS } from '../data/splits.js';
import { encodeSafetensors, type JsonObject } from '../nn/index.js';
import { canonicalJson } from '../nn/json.js';
import { ModelError } from './exitCodes.js';
import { decodePth, isPth, type PthFile } from './formats/pth.js';

/** Larger files are refused before they are read; the network has 1.6 MB, a whole run of it 5. */
const MAX_FILE_BYTES = 2 ** 28;

/** What the first bytes of a file say about it. */
export type ModelFormat = 'safetensors' | 'pth';

export interface ModelBytes {
  /** What the file is. */
  readonly format: ModelFormat;
  /** The file itself. */
  readonly original: Uint8Array;
  /** Its contents as safetensors. */
  readonly safetensors: Uint8Array;
  /** What else a PyTorch file held, by key; not used. */
  readonly ignored: readonly string[];
}

/**
 * Reads a model file.
 *
 * @throws ModelError that names the file if it is missing, too large, damaged, or would run something
 */
export async function readModelBytes(path: string): Promise<ModelBytes> {
  const original = await readWhole(path);
  try {
    return await understand(original);
  } catch (error) {
    if (!(error instanceof InkgradError)) throw error;
    throw new ModelError(`model ${path}: ${error.message}`);
  }
}

async function readWhole(path: string): Promise<Uint8Array> {
  const refuse = (reason: string): never => {
    throw new ModelError(`model ${path}: cannot be read (${reason})`);
  };
  try {
    const about = await stat(path);
    if (!about.isFile()) return refuse('it is not a file');
    if (about.size > MAX_FILE_BYTES) return refuse(`it has ${about.size} bytes, more than ${MAX_FILE_BYTES}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof ModelError) throw error;
    return refuse((error as Error).message);
  }
}

async function understand(original: Uint8Array): Promise<ModelBytes> {
  if (isPth(original)) {
    const file = await decodePth(original);
    return { format: 'pth', original, safetensors: toSafetensors(file), ignored: file.ignored };
  }
  if (isLegacyPth(original)) {
    throw new FormatError(
      'pth: this is the format of PyTorch before 1.6; open it there and torch.save it again to get the new one',
    );
  }
  return { format: 'safetensors', original, safetensors: original, ignored: [] };
}

/** A pickle that begins with PyTorch's old magic number, 0x1950a86a20f9469cfc6c. */
function isLegacyPth(bytes: Uint8Array): boolean {
  return [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc].every((byte, at) => bytes[at] === byte);
}

/** Weights and class names as `saveState` would write them; equal files give equal bytes. */
function toSafetensors({ tensors, classes }: PthFile): Uint8Array {
  const extra: JsonObject = {
    classes: [...(classes ?? usualClasses(tensors))],
    data: 'unknown data',
    origin: 'pytorch',
  };
  return encodeSafetensors(tensors, { inkgrad: '1', extra: canonicalJson(extra) });
}

/** A file that names no classes is taken to tell those of the EMNIST split that has as many. */
function usualClasses(tensors: PthFile['tensors']): readonly string[] {
  const outputs = Object.hasOwn(tensors, LAST_BIAS) ? tensors[LAST_BIAS].shape[0] : undefined;
  const split = Object.values(EMNIST_SPLITS).find(({ classes }) => classes.length === outputs);
  if (split !== undefined) return split.classes;
  const known = [...new Set(Object.values(EMNIST_SPLITS).map(({ classes }) => classes.length))].join(', ');
  throw new FormatError(
    outputs === undefined
      ? `pth: there is no ${LAST_BIAS}, so it is not the character network`
      : `pth: it names no classes (class_mapping), and ${outputs} outputs are none of EMNIST's ${known}`,
  );
}

/** The bias of the last layer has a number for each class. */
const LAST_BIAS = 'fc_layers.3.bias';
