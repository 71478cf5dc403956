// Saves a training run in one safetensors file.
// The model's arrays keep their own names, so other tools can read the weights. The optimizer's
// arrays have the prefix `optimizer.`, averaged weights `average.`. Everything else is JSON in the
// header's metadata. The functions convert to and from bytes; they do not access files.

import { ArgumentError, FormatError } from '../../engine/errors.js';
import { Rng, type RngState } from '../../engine/rng.js';
import type { Tensor } from '../../engine/tensor.js';
import { canonicalJson, JsonReader, type Json, type JsonObject } from './json.js';
import type { Module } from '../module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { dequantize } from './quantize.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type SafetensorsFile,
  type SavedArray,
} from './safetensors.js';
import type { Scheduler } from '../schedule/scheduler.js';
import type { HostArray } from './stateDict.js';
import { parseStrictJson } from './strictJson.js';
import type { WeightAverage } from '../optim/weightAverage.js';

/** Parts with their own arrays, whose names start with the part and a dot. */
const PARTS = ['optimizer', 'average'] as const;
/** Version of the metadata format. */
const VERSION = '1';

/** The parts to save. All are optional: a model alone gives a plain file of weights. */
export interface StateParts {
  /** Parameters and buffers, under their own names. */
  readonly model?: Module;
  /** Stored with the prefix `optimizer.`. */
  readonly optimizer?: Optimizer;
  /** State of the learning rate schedule. */
  readonly scheduler?: Scheduler;
  /** Null is the same as absent. */
  readonly average?: WeightAverage | null;
  /** Random streams by purpose: `{ dropout, shuffle }`. */
  readonly rngs?: Readonly<Record<string, Rng>>;
  /** Any other JSON data: the epoch, the class names, ... */
  readonly extra?: Json;
}

/** The parts that `loadState` returns instead of loading them in place. */
export interface LoadedState {
  /**
   * The saved streams, at their saved positions. A stream cannot be rewound, so these replace the
   * existing ones.
   */
  readonly rngs: Readonly<Record<string, Rng>>;
  /** Null if nothing was saved. */
  readonly extra: Json;
}

/**
 * Saves a run. The file contains the state at the time of the call, even if training continues
 * before the promise resolves. Equal states give equal bytes.
 *
 * @example
 * const rng = new Rng(1);
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng });
 * const optimizer = new Adam(model.parameters());
 * const bytes = await saveState({ model, optimizer, rngs: { main: rng }, extra: { epoch: 3 } });
 * const { rngs, extra } = loadState(bytes, { model, optimizer });
 * print(extra, rngs.main.uniform() === rng.uniform()); // { epoch: 3 } true
 * model.dispose();
 * optimizer.dispose();
 *
 * @throws ArgumentError if a name in the model starts with the name of another part
 */
export async function saveState(parts: StateParts): Promise<Uint8Array<ArrayBuffer>> {
  const { model, scheduler, rngs, extra } = parts;
  const tensors = new Map(Object.entries(model?.stateDict() ?? {}));
  const conflict = [...tensors.keys()].find((name) => partOf(name) !== null);
  if (conflict !== undefined) {
    throw new ArgumentError(
      `saveState: the name ${conflict} in the model starts with the reserved prefix ${partOf(conflict)!}.; rename the module`,
    );
  }
  const metadata: Record<string, string> = { inkgrad: VERSION };
  for (const part of PARTS) {
    const state = parts[part]?.stateDict();
    if (state === undefined) continue;
    for (const [name, tensor] of Object.entries(state.tensors))
      tensors.set(`${part}.${name}`, tensor);
    metadata[part] = canonicalJson(state.settings, `${part} state`);
  }
  if (scheduler !== undefined)
    metadata.scheduler = canonicalJson(scheduler.state(), 'scheduler state');
  if (rngs !== undefined) metadata.rngs = canonicalJson(streamsToJson(rngs), 'random streams');
  if (extra !== undefined) metadata.extra = canonicalJson(extra, 'extra');

  // Start every read before the first await: no optimizer step can occur between them.
  const read = async ([name, tensor]: [string, Tensor]): Promise<[string, HostArray]> => [
    name,
    { shape: tensor.shape, data: await tensor.data() },
  ];
  const arrays = await Promise.all([...tensors].map(read));
  return encodeSafetensors(Object.fromEntries(arrays), metadata);
}

/**
 * Loads a saved run. Only the given parts are loaded. Without any, it returns only streams and
 * extra, for example to find out which model to create.
 *
 * @param saved the bytes of the file, or the result of `decodeSafetensors`, which avoids decoding
 *   twice
 * @throws FormatError if the file is damaged or a given part is missing in it
 * @throws ArgumentError if names or shapes do not match; in both cases nothing is changed
 * @example
 * const rng = new Rng(1);
 * const model = new Linear({ inFeatures: 2, outFeatures: 1, rng });
 * const bytes = await saveState({ model, extra: { epoch: 3 } });
 * print(loadState(bytes, { model }).extra); // { epoch: 3 }
 * model.dispose();
 */
export function loadState(
  saved: Uint8Array | SafetensorsFile,
  targets: Pick<StateParts, 'model' | 'optimizer' | 'scheduler' | 'average'> = {},
): LoadedState {
  const { tensors, metadata } = saved instanceof Uint8Array ? decodeSafetensors(saved) : saved;
  const part = (name: string): Json => {
    if (!Object.hasOwn(metadata, name))
      throw new FormatError(`loadState: the file contains no ${name}`);
    return parseStrictJson(metadata[name], `loadState: ${name}`);
  };
  const optional = (name: string): Json => (Object.hasOwn(metadata, name) ? part(name) : null);
  const { inkgrad: version = VERSION } = metadata;
  if (version !== VERSION) {
    throw new FormatError(`loadState: the file has format version ${version}, expected ${VERSION}`);
  }

  const { model, scheduler } = targets;
  const modelState = modelArrays(tensors);
  const prepared = PARTS.flatMap((name) => {
    const target = targets[name] ?? null;
    if (target === null) return [];
    const arrays = Object.entries(tensors)
      .filter(([fullName]) => partOf(fullName) === name)
      .map(([fullName, array]) => [fullName.slice(name.length + 1), array] as const);
    return [target.prepareLoad({ settings: part(name), tensors: Object.fromEntries(arrays) })];
  });
  // All checks run before the first change.
  const commits = [
    ...(model === undefined ? [] : [model.prepareLoad(modelState).commit]),
    ...prepared,
    ...(scheduler === undefined ? [] : [scheduler.prepareLoad(part('scheduler'))]),
  ];
  const result = { rngs: streamsFromJson(optional('rngs') ?? {}), extra: optional('extra') };
  for (const commit of commits) commit();
  return result;
}

/** The part that an array belongs to; null for arrays of the model. */
function partOf(name: string): (typeof PARTS)[number] | null {
  return PARTS.find((part) => name.startsWith(`${part}.`)) ?? null;
}

/**
 * The model's arrays among the arrays of a file, as floats. Dequantizes 8-bit weights, so callers
 * need not handle the file's number formats.
 *
 * @throws FormatError if 8-bit weights lack their scales or have wrong ones
 */
export function modelArrays(
  tensors: Readonly<Record<string, SavedArray>>,
): Record<string, SavedArray> {
  return dequantize(
    Object.fromEntries(Object.entries(tensors).filter(([name]) => partOf(name) === null)),
  );
}

function streamsToJson(rngs: Readonly<Record<string, Rng>>): JsonObject {
  return Object.fromEntries(
    Object.entries(rngs).map(([name, rng]) => {
      const { key, drawn } = rng.state();
      return [name, { key: [...key], drawn }];
    }),
  );
}

function streamsFromJson(saved: Json): Record<string, Rng> {
  const streams = new JsonReader(saved, 'random streams');
  return Object.fromEntries(
    streams.keys.map((name) => {
      const stream = new JsonReader(streams.value(name), `random stream ${name}`);
      const key = stream.counts('key');
      if (key.length !== 2 || !key.every((word) => word < 2 ** 32)) {
        throw new FormatError(`random stream ${name}: key must be two 32-bit integers`);
      }
      const state: RngState = { key: [key[0], key[1]], drawn: stream.count('drawn') };
      return [name, new Rng(state)];
    }),
  );
}
