// Where a model comes from, as far as its file and the config.json of its run tell: settings, data, device, progress.
// All of it is somebody else's text until it is printed. Imports nn's JSON and node:fs.

import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeSafetensors, type Json, type JsonObject } from '../../nn/index.js';
import { parseStrictJson } from '../../nn/saving/strictJson.js';

/** A config has a few thousand bytes. */
const MAX_CONFIG_BYTES = 1_000_000;

export interface Provenance {
  /** What the file says about its training: data, seed, progress, ... */
  readonly training: JsonObject;
  /** Settings of the optimizer, if the file is a checkpoint. */
  readonly optimizer: JsonObject;
  /** The config.json beside the file; empty if there is none that can be read. */
  readonly run: JsonObject;
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The config of the run in whose folder a model lies. A damaged one says nothing. */
async function readRun(model: string): Promise<JsonObject> {
  const path = join(dirname(model), 'config.json');
  try {
    const { size } = await stat(path);
    return size > MAX_CONFIG_BYTES ? {} : asObject(parseStrictJson(await readFile(path, 'utf8'), path));
  } catch {
    return {}; // the model is what was asked about
  }
}

/** Reads the texts of a model file that was found good, and the run's beside it. */
export async function provenanceOf(path: string, safetensors: Uint8Array): Promise<Provenance> {
  const { metadata } = decodeSafetensors(safetensors);
  const part = (name: string): JsonObject =>
    Object.hasOwn(metadata, name) ? asObject(parseStrictJson(metadata[name], name)) : {};
  const training = without(part('extra'), 'classes');
  return { training, optimizer: part('optimizer'), run: await readRun(path) };
}

export function without(object: JsonObject, left: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== left));
}

/** An object as short texts by path, `progress.epoch` -> `12`; lists and what is too deep are left out. */
export function facts(value: JsonObject, depth = 3, prefix = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, one]): [string, string][] => {
    if (one === null || Array.isArray(one)) return [];
    if (typeof one === 'object') return depth > 1 ? facts(asObject(one), depth - 1, `${prefix}${key}.`) : [];
    return [[`${prefix}${key}`, String(one)]];
  });
}
