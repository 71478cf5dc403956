// Model files: the network, what it was trained on and how far, in one safetensors file. Written beside and then
// renamed, so a file under the final name is always whole. Imports nn's serialisation, the trainer's types and node:fs.

import { readFile } from 'node:fs/promises';
import { InkgradError } from '../engine/errors.js';
import { Rng } from '../engine/rng.js';
import {
  decodeSafetensors,
  loadState,
  saveState,
  type Json,
  type JsonObject,
  type Module,
} from '../nn/index.js';
import { writeAtomically } from './atomicFile.js';
import { ModelError } from './exitCodes.js';
import { CharacterNet } from './model.js';
import type { Trainer } from './trainer.js';
import { readProgress } from './trainerEvents.js';

/** What a model was trained on. */
export interface Training {
  /** Name of each class, in the order of the logits. */
  readonly classes: readonly string[];
  /** Name of the data. */
  readonly data: string;
  /** Whether it was drawn by the program. */
  readonly synthetic: boolean;
  readonly seed: number;
  /** Part of the training images that was set aside; with the seed it tells which. */
  readonly valFraction: number;
  /** Of how many images; null for all there were. */
  readonly limit: number | null;
}

/** Saves weights, optimizer, schedule, random streams and progress: all that going on needs. */
export async function saveModel(path: string, trainer: Trainer, training: Training): Promise<void> {
  const { model, optimizer, scheduler, rngs, progress } = trainer;
  const about = { ...training, classes: [...training.classes], progress: { ...progress } };
  const bytes = await saveState({ model, optimizer, scheduler, rngs, extra: about });
  await writeAtomically(path, bytes);
}

/** Runs `read` and turns whatever is wrong with the file into a ModelError that names it. */
async function reading<T>(path: string, read: (bytes: Uint8Array) => T): Promise<T> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ModelError(`model ${path}: cannot be read (${(error as Error).message})`);
  }
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof InkgradError)) throw error;
    throw new ModelError(`model ${path}: ${error.message}`);
  }
}

function readTraining(extra: Json): Training {
  const about = extra as Partial<Training> | null;
  const { classes, data, synthetic, seed, valFraction, limit } = about ?? {};
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string') || classes.length === 0) {
    throw new ModelError(
      'it does not name its classes, so what it reads cannot be told; use a file that train wrote',
    );
  }
  return {
    classes,
    data: typeof data === 'string' ? data : 'unknown data',
    synthetic: synthetic === true,
    seed: typeof seed === 'number' ? seed : 0,
    valFraction: typeof valFraction === 'number' ? valFraction : 0.1,
    limit: typeof limit === 'number' ? limit : null,
  };
}

export interface LoadedModel {
  readonly model: CharacterNet;
  readonly classes: readonly string[];
  readonly training: Training;
}

/**
 * Reads a model for use; its optimizer state is left in the file.
 *
 * @throws ModelError if the file is missing, damaged, or of another network
 */
export function loadModel(path: string): Promise<LoadedModel> {
  return reading(path, (bytes) => {
    const training = readTraining(loadState(bytes).extra);
    const model = new CharacterNet({ classes: training.classes.length, rng: new Rng(0) });
    loadState(bytes, { model });
    return { model: model.eval(), classes: training.classes, training };
  });
}

/** Overwrites a network's weights with those of a file, whatever else the file holds. */
export function initialise(model: Module, path: string): Promise<void> {
  return reading(path, (bytes) => {
    const { tensors } = decodeSafetensors(bytes);
    model.loadStateDict(
      Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.startsWith('optimizer.'))),
    );
  });
}

/**
 * Puts a saved run in place: weights, optimizer, schedule, random streams and progress.
 *
 * @throws ModelError if the file is missing, damaged, or of another run
 */
export function resumeTraining(path: string, trainer: Trainer, training: Training): Promise<void> {
  return reading(path, (bytes) => {
    const { rngs, extra } = loadState(bytes, trainer);
    const saved = readTraining(extra);
    for (const key of ['seed', 'valFraction', 'limit', 'synthetic', 'classes'] as const) {
      const [found, wanted] = [String(saved[key]), String(training[key])];
      if (found !== wanted)
        throw new ModelError(`it is of another run: its ${key} is ${found}, not ${wanted}`);
    }
    const progress = readProgress((extra as JsonObject).progress ?? null);
    trainer.resume({ rngs, progress });
  });
}
