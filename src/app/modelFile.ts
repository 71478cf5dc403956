// Model files: the network, what it was trained on and how far, in one safetensors file. Written beside and then
// renamed, so a file under the final name is always whole; PyTorch's files are read too. Imports nn's serialisation,
// modelBytes and the trainer's types.

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
import { readModelBytes } from './modelBytes.js';
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
  /** Null in a model from elsewhere, which does not say what was set aside. */
  readonly seed: number | null;
  /** Part of the training images that was set aside; with the seed it tells which. */
  readonly valFraction: number;
  /** Whether it was validated on the test part instead. */
  readonly valOnTest?: boolean;
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

/** Runs `read` on a file as safetensors and turns whatever is wrong with it into a ModelError that names it. */
async function reading<T>(path: string, read: (bytes: Uint8Array) => T): Promise<T> {
  const { safetensors } = await readModelBytes(path);
  return naming(path, () => read(safetensors));
}

/** Turns whatever `work` finds wrong with a file into a ModelError that names it. */
function naming<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InkgradError)) throw error;
    throw new ModelError(`model ${path}: ${error.message}`);
  }
}

/** More outputs are refused before a network is made for them. */
const MAX_CLASSES = 1000;

function readTraining(extra: Json): Training {
  const about = extra as Partial<Training> | null;
  const { classes, data, synthetic, seed, valFraction, valOnTest, limit } = about ?? {};
  if (!Array.isArray(classes) || !classes.every((name) => typeof name === 'string') || classes.length === 0) {
    throw new ModelError(
      'it does not name its classes, so what it reads cannot be told; use a file that train wrote',
    );
  }
  if (classes.length > MAX_CLASSES) {
    throw new ModelError(`it names ${classes.length} classes, more than ${MAX_CLASSES}`);
  }
  return {
    classes,
    data: typeof data === 'string' ? data : 'unknown data',
    synthetic: synthetic === true,
    seed: typeof seed === 'number' ? seed : null,
    valFraction: typeof valFraction === 'number' ? valFraction : 0.1,
    valOnTest: valOnTest === true,
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
export async function loadModel(path: string): Promise<LoadedModel> {
  return modelFrom(path, (await readModelBytes(path)).safetensors);
}

/** The same from the bytes of a safetensors file; `path` is what messages call it. */
export function modelFrom(path: string, bytes: Uint8Array): LoadedModel {
  return naming(path, () => {
    const training = readTraining(loadState(bytes).extra);
    const model = new CharacterNet({ classes: training.classes.length, rng: new Rng(0) });
    try {
      loadState(bytes, { model });
    } catch (error) {
      model.dispose();
      throw error;
    }
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
    for (const key of ['seed', 'valFraction', 'valOnTest', 'limit', 'synthetic', 'classes'] as const) {
      const [found, wanted] = [String(saved[key]), String(training[key])];
      if (found !== wanted)
        throw new ModelError(`it is of another run: its ${key} is ${found}, not ${wanted}`);
    }
    const progress = readProgress((extra as JsonObject).progress ?? null);
    trainer.resume({ rngs, progress });
  });
}
