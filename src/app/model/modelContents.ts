// What a model file holds, from its bytes: the network, its classes, what it was trained on. Opens no file, so a page reads
// models with it, too. Imports nn's serialization, the network and, when a PyTorch file turns up, pthModel.

import { InkgradError } from '../../engine/errors.js';
import { Rng } from '../../engine/rng.js';
import type { Json } from '../../nn/saving/json.js';
import { decodeSafetensors } from '../../nn/saving/safetensors.js';
import { loadState } from '../../nn/saving/serialize.js';
import { ModelError } from '../errors.js';
import { isLegacyPth, isPth } from '../formats/pthSignature.js';
import { CharacterNet, convolutionsOf } from './characterNet.js';

/** What the first bytes of a file say about it. */
export type ModelFormat = 'safetensors' | 'pth';

export interface ModelContents {
  /** What the file is. */
  readonly format: ModelFormat;
  /** Its contents as safetensors. */
  readonly safetensors: Uint8Array;
  /** What else a PyTorch file held, by key; not used. */
  readonly ignored: readonly string[];
}

/** What a model was trained on. */
export interface Training {
  /** Name of each class, in the order of the logits. */
  readonly classes: readonly string[];
  /** Name of the data. */
  readonly data: string;
  /** Whether it was drawn by the program. */
  readonly synthetic: boolean;
  /** Null in a model from elsewhere, which does not say what was set aside. */
  readonly seed: number | null;
  /** Part of the training images that was set aside; with the seed it tells which. */
  readonly valFraction: number;
  /** Whether it was validated on the test part instead. */
  readonly valOnTest?: boolean;
  /** Of how many images; null for all there were. */
  readonly limit: number | null;
  /** What `--balance` added to the logits in training, `[classes]` (`logPriors`); null: nothing. */
  readonly logPriors?: readonly number[] | null;
  /** What to divide the logits by, so that probabilities can be believed (temperature.ts); 1 until it is fitted. */
  readonly temperature?: number;
}

/** What to add to a model's logits to read one of the parts: the test part's classes are as often as each other, or unknown. */
export function priorsOf(training: Training, part: 'test' | 'train' | 'val'): readonly number[] | null {
  const isTest = part === 'test' || (part === 'val' && training.valOnTest === true);
  return isTest ? null : (training.logPriors ?? null);
}

export interface LoadedModel {
  /** In evaluation mode, on the current backend. */
  readonly model: CharacterNet;
  readonly classes: readonly string[];
  /** What to divide the logits by before they become probabilities (temperature.ts). */
  readonly temperature: number;
  readonly training: Training;
}

/**
 * Turns whatever `work` finds wrong with a file into a ModelError that names it.
 *
 * @param name what messages call the file
 */
export async function naming<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InkgradError)) throw error;
    throw new ModelError(`model ${name}: ${error.message}`);
  }
}

/**
 * Finds out what a file is. Safetensors stay as they are; a PyTorch file becomes those that `inkgrad import` would write, so
 * that everything behind this knows one format.
 *
 * @throws ModelError if it is a PyTorch file that is damaged, would run something, or is of another network
 */
export function readContents(name: string, bytes: Uint8Array): Promise<ModelContents> {
  return naming(name, async () => {
    if (!isPth(bytes) && !isLegacyPth(bytes))
      return { format: 'safetensors', safetensors: bytes, ignored: [] };
    const { convertPth } = await import('./pthModel.js');
    return { format: 'pth', ...(await convertPth(bytes)) };
  });
}

/**
 * Makes the network that a safetensors file holds; optimizer state is left in the file.
 *
 * @throws ModelError if the file is damaged or of another network
 */
export function modelFrom(name: string, safetensors: Uint8Array): Promise<LoadedModel> {
  return naming(name, () => {
    const file = decodeSafetensors(safetensors);
    const training = readTraining(loadState(file).extra);
    const convolutions = convolutionsOf(file.tensors);
    const model = new CharacterNet({ classes: training.classes.length, rng: new Rng(0), convolutions });
    try {
      loadState(file, { model });
    } catch (error) {
      model.dispose();
      throw error;
    }
    const { classes, temperature = 1 } = training;
    return { model: model.eval(), classes, temperature, training };
  });
}

/** More outputs are refused before a network is made for them. */
const MAX_CLASSES = 1000;

/** @throws ModelError if it does not name the classes */
export function readTraining(extra: Json): Training {
  const about = extra as Partial<Training> | null;
  const { classes, data, synthetic, seed, valFraction, valOnTest, limit, temperature = 1 } = about ?? {};
  const { logPriors = null } = about ?? {};
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string') || classes.length === 0) {
    throw new ModelError(
      'it does not name its classes, so what it reads cannot be told; use a file that train wrote',
    );
  }
  if (classes.length > MAX_CLASSES) {
    throw new ModelError(`it names ${classes.length} classes, more than ${MAX_CLASSES}`);
  }
  if (!(typeof temperature === 'number' && temperature > 0 && temperature < Infinity)) {
    throw new ModelError(`its temperature is ${JSON.stringify(temperature)}, expected a number above 0`);
  }
  if (logPriors !== null && !isPriors(logPriors, classes.length)) {
    throw new ModelError(`its logPriors are not ${classes.length} finite numbers, one for each class`);
  }
  return {
    classes,
    data: typeof data === 'string' ? data : 'unknown data',
    synthetic: synthetic === true,
    seed: typeof seed === 'number' ? seed : null,
    valFraction: typeof valFraction === 'number' ? valFraction : 0.1,
    valOnTest: valOnTest === true,
    limit: typeof limit === 'number' ? limit : null,
    logPriors,
    temperature,
  };
}

function isPriors(value: unknown, classes: number): boolean {
  return Array.isArray(value) && value.length === classes && value.every(Number.isFinite);
}
