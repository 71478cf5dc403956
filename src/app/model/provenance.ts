// Provenance of a model from its file and the config.json of its run: settings, data, device,
// progress. All values are untrusted text; escape them when printing.

import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeSafetensors, type Json, type JsonObject } from '../../nn/index.js';
import { parseStrictJson } from '../../nn/saving/strictJson.js';

/** Maximum size; a real config has a few thousand bytes. */
const MAX_CONFIG_BYTES = 1_000_000;

export interface Provenance {
  /** Training metadata of the file: data, seed, progress, ... */
  readonly training: JsonObject;
  /** Optimizer settings, if the file is a checkpoint. */
  readonly optimizer: JsonObject;
  /** The config.json next to the file; empty if it is missing or unreadable. */
  readonly run: JsonObject;
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** The config of the run whose folder contains the model. A damaged config counts as empty. */
async function readRunConfig(model: string): Promise<JsonObject> {
  const path = join(dirname(model), 'config.json');
  try {
    const { size } = await stat(path);
    return size > MAX_CONFIG_BYTES
      ? {}
      : asObject(parseStrictJson(await readFile(path, 'utf8'), path));
  } catch {
    return {}; // not an error: the caller needs the model, not the run
  }
}

/** Reads the metadata of a valid model file, and the config of the run next to it. */
export async function provenanceOf(path: string, safetensors: Uint8Array): Promise<Provenance> {
  const { metadata } = decodeSafetensors(safetensors);
  const metadataObject = (name: string): JsonObject =>
    Object.hasOwn(metadata, name) ? asObject(parseStrictJson(metadata[name], name)) : {};
  const training = omit(metadataObject('extra'), 'classes');
  return { training, optimizer: metadataObject('optimizer'), run: await readRunConfig(path) };
}

export function omit(object: JsonObject, omitted: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== omitted));
}

/**
 * Flattens an object to short texts by path, `progress.epoch` -> `12`. Omits lists, nulls and
 * values nested too deeply.
 */
export function flattenValues(value: JsonObject, depth = 3, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, entry]): [string, string][] => {
    if (entry === null || Array.isArray(entry)) return [];
    if (typeof entry === 'object')
      return depth > 1 ? flattenValues(asObject(entry), depth - 1, `${prefix}${key}.`) : [];
    return [[`${prefix}${key}`, String(entry)]];
  });
}
