// Model files on disk: network, training metadata and progress in one safetensors file. Files are
// written under a temporary name and then renamed, so a file with the final name is always
// complete. PyTorch files can also be read.

import type { Module } from '../../nn/module.js';
import { Counter } from '../../nn/parameter.js';
import { canonicalJson, type Json, type JsonObject } from '../../nn/saving/json.js';
import { encodeSafetensors } from '../../nn/saving/safetensors.js';
import { loadState, modelArrays, saveState } from '../../nn/saving/serialize.js';
import { writeAtomically } from '../outputFiles.js';
import { ModelError } from '../errors.js';
import { architectureOf, describeArchitecture } from './architecture.js';
import type { CharacterNet } from './characterNet.js';
import { withDigest, withoutDigest } from './fileDigest.js';
import { readModelBytes } from './modelBytes.js';
import {
  decodeModel,
  modelFrom,
  withModelName,
  parseTrainingMetadata,
  type DecodedModel,
  type LoadedModel,
  type TrainingMetadata,
} from './modelContents.js';
import type { Trainer } from '../training/trainer.js';
import { readProgress, type Progress } from '../training/progress.js';

/** Saves a model for inference: weights, training metadata and progress. */
export async function saveModel(
  path: string,
  { model, progress }: Trainer,
  training: TrainingMetadata,
): Promise<void> {
  const bytes = await saveState({ model, extra: metadataOf(training, progress) });
  await writeAtomically(path, await withDigest(bytes));
}

/**
 * Saves a checkpoint: the model, optimizer, schedule, averaged weights and random streams.
 *
 * @param settings of the run, by name; a resumed run must have equal ones
 */
export async function saveCheckpoint(
  path: string,
  { model, optimizer, scheduler, average, rngs, progress }: Trainer,
  training: TrainingMetadata,
  settings: JsonObject = {},
): Promise<void> {
  const extra = { ...metadataOf(training, progress), settings };
  const bytes = await saveState({ model, optimizer, scheduler, average, rngs, extra });
  await writeAtomically(path, await withDigest(bytes));
}

function metadataOf(training: TrainingMetadata, progress: Progress): JsonObject {
  return { ...training, classes: [...training.classes], progress: { ...progress } };
}

/**
 * Runs `use` on the verified contents of a file and converts every error to a ModelError that
 * names the file.
 */
async function withSafetensors<T>(
  path: string,
  use: (file: DecodedModel) => T | Promise<T>,
): Promise<T> {
  const { safetensors } = await readModelBytes(path);
  return withModelName(path, async () => use(await decodeModel(safetensors)));
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
  const bytes = await withSafetensors(path, (file) => {
    const extra = { ...(loadState(file).extra as JsonObject), ...calibration };
    const metadata = { ...withoutDigest(file.metadata), extra: canonicalJson(extra) };
    return withDigest(encodeSafetensors(file.tensors, metadata));
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
  const bytes = await withSafetensors(path, ({ tensors, metadata }) => {
    const statistics = hostBuffers.map(
      ([name, data]) => [name, { ...tensors[name], data }] as const,
    );
    const changed = { ...tensors, ...Object.fromEntries(statistics) };
    return withDigest(encodeSafetensors(changed, withoutDigest(metadata)));
  });
  await writeAtomically(path, bytes);
}

/**
 * Overwrites a network's weights with those of a file; other contents of the file are ignored.
 *
 * @throws ModelError if the file is missing, damaged, or of another network
 */
export function loadWeights(model: CharacterNet, path: string): Promise<void> {
  return withSafetensors(path, ({ tensors }) => {
    const [saved, expected] = [architectureOf(tensors), model.architecture].map(
      describeArchitecture,
    );
    if (saved !== expected) {
      throw new ModelError(
        `its network has ${saved}, but this run trains ${expected}; choose a model of the same ` +
          'architecture (--convolutions)',
      );
    }
    model.loadStateDict(modelArrays(tensors));
  });
}

/**
 * Restores a checkpoint: weights, optimizer, schedule, random streams and progress.
 *
 * @param settings of the run that must not change, by name
 * @throws ModelError if the file is missing, damaged, or of another run
 */
export function resumeTraining(
  path: string,
  trainer: Trainer,
  training: TrainingMetadata,
  settings: JsonObject = {},
): Promise<void> {
  return withSafetensors(path, (file) => {
    checkSameRun(loadState(file).extra, training, settings);
    const { rngs, extra } = loadState(file, trainer);
    const progress = readProgress((extra as JsonObject).progress ?? null);
    trainer.resume({ rngs, progress });
  });
}

/**
 * Compares the run of a checkpoint with the run to resume.
 *
 * @throws ModelError that names what differs
 */
function checkSameRun(extra: Json, training: TrainingMetadata, settings: JsonObject): void {
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
  const savedSettings = ((extra as JsonObject).settings ?? {}) as JsonObject;
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(savedSettings, name)) continue; // a checkpoint of an earlier version
    const [actual, expected] = [savedSettings[name], value].map((one) => JSON.stringify(one));
    if (actual !== expected)
      throw new ModelError(
        `it belongs to another run: its settings.${name} is ${actual}, expected ${expected} as in ` +
          'config.json; restore the original file',
      );
  }
  for (const part of ['train', 'validation'] as const) {
    if ((saved.digests?.[part] ?? null) === (training.digests?.[part] ?? null)) continue;
    if (saved.digests === undefined || training.digests === undefined) continue;
    throw new ModelError(`it belongs to another run: its ${part} data differs`);
  }
}
