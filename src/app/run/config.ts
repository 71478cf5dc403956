// A run's config.json: settings, data and environment. It is written when the run begins, and
// validated strictly when the run is resumed.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FormatError, InkgradError } from '../../engine/errors.js';
import { DataError } from '../../data/errors.js';
import { JsonReader, type Json, type JsonObject } from '../../nn/saving/json.js';
import { parseStrictJson } from '../../nn/saving/strictJson.js';
import { writeAtomically } from '../outputFiles.js';
import { ModelError } from '../errors.js';
import { explainSystemError } from '../systemErrors.js';
import { digestJson, type DataRecord, type FileDigest } from './digests.js';
import { howToChange, readSettings, SETTING_NAMES, type Settings } from './settings.js';

export const CONFIG_FILE = 'config.json';

/** Version of the file's layout. */
const FORMAT_VERSION = 5;
/** Limits for untrusted files; a real config has a few thousand bytes. */
const MAX_BYTES = 1_000_000;
const MAX_DEPTH = 8;
const MAX_MESSAGE = 400;

/** One session of a run, from its start or a resumption to the next stop: its environment. */
export interface SessionRecord {
  /** ISO 8601. */
  readonly started: string;
  /** Position at which it began, e.g. `epoch 3, step 120`. */
  readonly from: string;
  /** Versions of this program and of Node. */
  readonly inkgrad: string;
  readonly node: string;
  /** Operating system and processor, e.g. `linux x64`. */
  readonly platform: string;
  /** E.g. `wasm (base SIMD, 2 threads)`. */
  readonly backend: string;
  /** Details of the device, e.g. the GPU; null if there are none. */
  readonly device: Json;
}

export interface RunConfig {
  readonly settings: Settings;
  /** Name of each class, in the order of the logits. */
  readonly classes: readonly string[];
  /** Number of parameters of the network. */
  readonly parameters: number;
  readonly data: DataRecord;
  /** Teacher model files for distillation, in the order in which they alternate. */
  readonly teachers: readonly FileDigest[];
  readonly sittings: readonly SessionRecord[];
}

/** The parts of a config, besides the settings, that have a digest each. */
const SECTIONS = ['classes', 'parameters', 'data', 'teachers', 'sittings'] as const;

/** A config from a file. */
export interface SavedRunConfig extends RunConfig {
  /** True if every section matches its digest; false if the file contains no digests. */
  readonly verified: boolean;
}

export async function writeConfig(directory: string, config: RunConfig): Promise<void> {
  const plain = JSON.parse(JSON.stringify(config)) as JsonObject;
  const contents = { format: FORMAT_VERSION, ...config, digests: digestsOf(plain) };
  const text = JSON.stringify(contents, null, 2);
  await writeAtomically(join(directory, CONFIG_FILE), `${text}\n`);
}

/**
 * Reads the config of a run to resume.
 *
 * @throws ModelError if it is missing, damaged or edited
 */
export async function readConfig(directory: string): Promise<SavedRunConfig> {
  const path = join(directory, CONFIG_FILE);
  const fail = (reason: string): never => {
    throw new ModelError(`--resume ${directory}: ${path}: ${printable(reason)}`);
  };
  try {
    return parseConfig(await readSmallFile(path));
  } catch (error) {
    if (error instanceof InkgradError) return fail(error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return fail(
      code === 'ENOENT'
        ? 'no such file; pass the folder of a run'
        : explainSystemError(error, 'read'),
    );
  }
}

/**
 * Removes control characters and limits the length: text from a damaged file may contain terminal
 * escapes or megabytes.
 */
function printable(reason: string): string {
  const clean = reason.replace(/\p{C}/gu, '?');
  return clean.length <= MAX_MESSAGE ? clean : `${clean.slice(0, MAX_MESSAGE)} ...`;
}

async function readSmallFile(path: string): Promise<string> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new FormatError('it is not a file');
  if (stats.size > MAX_BYTES) {
    throw new FormatError(`it has ${stats.size} bytes, above the limit of ${MAX_BYTES}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new FormatError('it is not UTF-8 text');
    throw error;
  }
}

/**
 * Parses and validates a config.
 *
 * @throws FormatError naming the invalid field
 */
export function parseConfig(text: string): SavedRunConfig {
  const config = new JsonReader(parseStrictJson(text, 'config', MAX_DEPTH), 'config');
  const format = config.count('format');
  if (format !== FORMAT_VERSION)
    throw new FormatError(`it has format version ${format}, this program reads ${FORMAT_VERSION}`);
  const settingValues = objectAt(config, 'settings');
  const settings = readSettings(settingValues);
  const parsed = {
    settings,
    classes: stringsAt(config, 'classes'),
    parameters: config.count('parameters'),
    data: readData(objectAt(config, 'data')),
    teachers: filesAt(config, 'teachers', 'config.teachers'),
    sittings: listAt(config, 'sittings').map(readSession),
  };
  if (!config.keys.includes('digests')) return { ...parsed, verified: false };
  const sections = SECTIONS.map((name) => [name, config.value(name)] as const);
  const raw = { settings: settingValues, ...Object.fromEntries(sections) };
  checkDigests(raw, settings, objectAt(config, 'digests'));
  return { ...parsed, verified: true };
}

/** Digests of all parts of a config, by name: of every setting, and of the other sections. */
function digestsOf(config: JsonObject): Readonly<Record<string, string>> {
  const settings = Object.entries(config.settings as JsonObject).map(
    ([name, value]) => [`settings.${name}`, value] as const,
  );
  const sections = SECTIONS.map((name) => [name, config[name]] as const);
  return Object.fromEntries(
    [...settings, ...sections].map(([name, value]) => [name, digestJson(value)]),
  );
}

/**
 * Compares a config with the digests in it.
 *
 * @throws FormatError that names a field that was edited, and how to change it
 */
function checkDigests(config: JsonObject, settings: Settings, saved: JsonObject): void {
  const changed = Object.entries(digestsOf(config)).find(
    ([name, digest]) => saved[name] !== digest,
  );
  if (changed === undefined) return;
  const [field] = changed;
  const setting = SETTING_NAMES.find((name) => field === `settings.${name}`);
  throw new FormatError(
    setting === undefined
      ? `${field} was changed after inkgrad wrote it; restore the original file`
      : `${field} was changed to ${JSON.stringify(settings[setting])} after inkgrad wrote it; ` +
          howToChange(setting, settings),
  );
}

function objectAt(config: JsonReader, key: string): JsonObject {
  const value = config.value(key);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as JsonObject;
  throw new FormatError(`config.${key}: expected an object`);
}

function listAt(config: JsonReader, key: string): readonly Json[] {
  const value = config.value(key);
  if (Array.isArray(value)) return value as readonly Json[];
  throw new FormatError(`config.${key}: expected a list`);
}

function stringsAt(config: JsonReader, key: string): readonly string[] {
  const items = listAt(config, key);
  if (items.length > 0 && items.every((item) => typeof item === 'string')) return items;
  throw new FormatError(`config.${key}: expected a list of strings`);
}

function readData(saved: JsonObject): DataRecord {
  const data = new JsonReader(saved, 'config.data');
  const part = (key: 'train' | 'validation'): DataRecord['train'] => {
    const digest = new JsonReader(data.value(key), `config.data.${key}`);
    return { images: digest.count('images'), sha256: sha256At(digest, `config.data.${key}`) };
  };
  return {
    name: data.text('name'),
    synthetic: data.flag('synthetic'),
    folder: data.keys.includes('folder') ? textOrNull(data, 'folder') : null,
    files: filesAt(data, 'files', 'config.data.files'),
    train: part('train'),
    validation: part('validation'),
  };
}

function textOrNull(reader: JsonReader, key: string): string | null {
  return reader.value(key) === null ? null : reader.text(key);
}

function filesAt(reader: JsonReader, key: string, path: string): FileDigest[] {
  return listAt(reader, key).map((file, index) => {
    const digest = new JsonReader(file, `${path}[${index}]`);
    return { name: digest.text('name'), sha256: sha256At(digest, `${path}[${index}]`) };
  });
}

function sha256At(reader: JsonReader, path: string): string {
  const value = reader.text('sha256');
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  throw new FormatError(`${path}.sha256: expected 64 hexadecimal digits`);
}

function readSession(saved: Json, index: number): SessionRecord {
  const session = new JsonReader(saved, `config.sittings[${index}]`);
  const keys = ['started', 'from', 'inkgrad', 'node', 'platform', 'backend'] as const;
  const entries = keys.map((key) => [key, session.text(key)]);
  return {
    ...(Object.fromEntries(entries) as Omit<SessionRecord, 'device'>),
    device: session.value('device'),
  };
}

/**
 * Compares the current data with the data that the run began with.
 *
 * @throws DataError if an image or label differs
 */
export function checkSameData(directory: string, saved: DataRecord, current: DataRecord): void {
  for (const part of ['train', 'validation'] as const) {
    if (saved[part].sha256 === current[part].sha256 && saved[part].images === current[part].images)
      continue;
    throw new DataError(
      `--resume ${directory}: the ${part === 'train' ? 'training' : 'validation'} data differs ` +
        `from the data of the run (saved: ${printable(saved.name)}, ${saved[part].images} ` +
        `images, SHA-256 ${saved[part].sha256.slice(0, 12)}...; found: ${current.name}, ` +
        `${current[part].images} images, ${current[part].sha256.slice(0, 12)}...); pass the folder ` +
        'of the same data with --data',
    );
  }
}
