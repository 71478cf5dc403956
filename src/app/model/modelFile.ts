// Model files on the disk: the network, what it was trained on and how far, in one safetensors file. Written beside and then
// renamed, so a file under the final name is always whole; PyTorch's files are read too. Imports nn's serialization,
// modelContents, modelBytes and the trainer's types.

import {
  Counter,
  decodeSafetensors,
  encodeSafetensors,
  loadState,
  modelArrays,
  saveState,
  type JsonObject,
  type Module,
} from '../../nn/index.js';
import { canonicalJson } from '../../nn/saving/json.js';
import { writeAtomically } from '../outputFiles.js';
import { ModelError } from '../errors.js';
import { readModelBytes } from './modelBytes.js';
import { modelFrom, naming, readTraining, type LoadedModel, type Training } from './modelContents.js';
import type { Trainer } from '../training/trainer.js';
import { readProgress } from '../training/progress.js';

/**
 * Saves weights, optimizer, schedule, random streams and progress: all that going on needs.
 *
 * @param average null in a file that is only to be used
 */
export async function saveModel(
  path: string,
  trainer: Trainer,
  training: Training,
  { average }: Pick<Trainer, 'average'> = trainer,
): Promise<void> {
  const { model, optimizer, scheduler, rngs, progress } = trainer;
  const about = { ...training, classes: [...training.classes], progress: { ...progress } };
  const bytes = await saveState({ model, optimizer, scheduler, average, rngs, extra: about });
  await writeAtomically(path, bytes);
}

/** Runs `read` on a file as safetensors and turns whatever is wrong with it into a ModelError that names it. */
async function reading<T>(path: string, read: (bytes: Uint8Array) => T): Promise<T> {
  const { safetensors } = await readModelBytes(path);
  return naming(path, () => read(safetensors));
}

/**
 * Reads a model for use; its optimizer state is left in the file.
 *
 * @throws ModelError if the file is missing, damaged, or of another network
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  return modelFrom(path, (await readModelBytes(path)).safetensors);
}

/**
 * Writes a temperature into a model file that `train` or `import` wrote; everything else stays.
 *
 * @throws ModelError if the file is missing or damaged
 */
export async function storeTemperature(path: string, temperature: number): Promise<void> {
  const bytes = await reading(path, (saved) => {
    const { tensors, metadata } = decodeSafetensors(saved);
    const extra = { ...(loadState(saved).extra as JsonObject), temperature };
    return encodeSafetensors(tensors, { ...metadata, extra: canonicalJson(extra) });
  });
  await writeAtomically(path, bytes);
}

/**
 * Writes batch norm's running statistics of a network into the model file that it was read from; everything else stays.
 *
 * @throws ModelError if the file is missing or damaged
 */
export async function storeStatistics(path: string, model: Module): Promise<void> {
  const buffers = model.namedBuffers().filter(([, buffer]) => !(buffer instanceof Counter));
  const taken = await Promise.all(
    buffers.map(async ([name, buffer]) => [name, await buffer.data()] as const),
  );
  const bytes = await reading(path, (saved) => {
    const { tensors, metadata } = decodeSafetensors(saved);
    const statistics = taken.map(([name, data]) => [name, { ...tensors[name], data }] as const);
    return encodeSafetensors({ ...tensors, ...Object.fromEntries(statistics) }, metadata);
  });
  await writeAtomically(path, bytes);
}

/** Overwrites a network's weights with those of a file, whatever else the file holds. */
export function initialize(model: Module, path: string): Promise<void> {
  return reading(path, (bytes) => {
    const { tensors } = decodeSafetensors(bytes);
    model.loadStateDict(modelArrays(tensors));
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
