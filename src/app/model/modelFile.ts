// Model files on disk: network, training metadata and progress in one safetensors file. Files are
// written under a temporary name and then renamed, so a file with the final name is always
// complete. PyTorch files can also be read.

import type { Module } from '../../nn/module.js';
import { Counter } from '../../nn/parameter.js';
import { canonicalJson, type JsonObject } from '../../nn/saving/json.js';
import { decodeSafetensors, encodeSafetensors } from '../../nn/saving/safetensors.js';
import { loadState, modelArrays, saveState } from '../../nn/saving/serialize.js';
import { writeAtomically } from '../outputFiles.js';
import { ModelError } from '../errors.js';
import { readModelBytes } from './modelBytes.js';
import {
  modelFrom,
  withModelName,
  parseTrainingMetadata,
  type LoadedModel,
  type TrainingMetadata,
} from './modelContents.js';
import type { Trainer } from '../training/trainer.js';
import { readProgress } from '../training/progress.js';

/**
 * Saves weights, optimizer, schedule, random streams and progress: everything that resuming needs.
 *
 * @param average null for a model that will not be resumed
 */
export async function saveModel(
  path: string,
  trainer: Trainer,
  training: TrainingMetadata,
  { average }: Pick<Trainer, 'average'> = trainer,
): Promise<void> {
  const { model, optimizer, scheduler, rngs, progress } = trainer;
  const metadata = { ...training, classes: [...training.classes], progress: { ...progress } };
  const bytes = await saveState({ model, optimizer, scheduler, average, rngs, extra: metadata });
  await writeAtomically(path, bytes);
}

/**
 * Runs `decode` on a file as safetensors and converts every error to a ModelError that
 * names the file.
 */
async function withSafetensors<T>(path: string, decode: (bytes: Uint8Array) => T): Promise<T> {
  const { safetensors } = await readModelBytes(path);
  return withModelName(path, () => decode(safetensors));
}

/**
 * Loads a model for inference; optimizer state is ignored.
 *
 * @throws ModelError if the file is missing, damaged, or of another network
 */
export async function loadModel(path: string): Promise<LoadedModel> {
  return modelFrom(path, (await readModelBytes(path)).safetensors);
}

/** What calibration writes into a model file. */
export type Calibration = Required<Pick<TrainingMetadata, 'temperature'>> &
  Pick<TrainingMetadata, 'minEvidence'>;

/**
 * Writes a calibration into a model file of `train` or `import`; everything else stays unchanged.
 *
 * @throws ModelError if the file is missing or damaged
 */
export async function storeCalibration(path: string, calibration: Calibration): Promise<void> {
  const bytes = await withSafetensors(path, (saved) => {
    const { tensors, metadata } = decodeSafetensors(saved);
    const extra = { ...(loadState(saved).extra as JsonObject), ...calibration };
    return encodeSafetensors(tensors, { ...metadata, extra: canonicalJson(extra) });
  });
  await writeAtomically(path, bytes);
}

/**
 * Writes a network's batch-norm running statistics into its model file; everything
 * else stays unchanged.
 *
 * @throws ModelError if the file is missing or damaged
 */
export async function storeBatchNormStatistics(path: string, model: Module): Promise<void> {
  const buffers = model.namedBuffers().filter(([, buffer]) => !(buffer instanceof Counter));
  const hostBuffers = await Promise.all(
    buffers.map(async ([name, buffer]) => [name, await buffer.data()] as const),
  );
  const bytes = await withSafetensors(path, (saved) => {
    const { tensors, metadata } = decodeSafetensors(saved);
    const statistics = hostBuffers.map(
      ([name, data]) => [name, { ...tensors[name], data }] as const,
    );
    return encodeSafetensors({ ...tensors, ...Object.fromEntries(statistics) }, metadata);
  });
  await writeAtomically(path, bytes);
}

/**
 * Overwrites a network's weights with those of a file; other contents of the file are ignored.
 *
 * @throws ModelError if the file is missing, damaged, or of another network
 */
export function loadWeights(model: Module, path: string): Promise<void> {
  return withSafetensors(path, (bytes) => {
    const { tensors } = decodeSafetensors(bytes);
    model.loadStateDict(modelArrays(tensors));
  });
}

/**
 * Restores a checkpoint: weights, optimizer, schedule, random streams and progress.
 *
 * @throws ModelError if the file is missing, damaged, or of another run
 */
export function resumeTraining(
  path: string,
  trainer: Trainer,
  training: TrainingMetadata,
): Promise<void> {
  return withSafetensors(path, (bytes) => {
    const { rngs, extra } = loadState(bytes, trainer);
    const saved = parseTrainingMetadata(extra);
    for (const key of [
      'seed',
      'valFraction',
      'valOnTest',
      'limit',
      'synthetic',
      'classes',
    ] as const) {
      const [actual, expected] = [String(saved[key]), String(training[key])];
      if (actual !== expected)
        throw new ModelError(
          `it belongs to another run: its ${key} is ${actual}, expected ${expected}`,
        );
    }
    const progress = readProgress((extra as JsonObject).progress ?? null);
    trainer.resume({ rngs, progress });
  });
}
