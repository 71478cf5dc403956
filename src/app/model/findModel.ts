// Finds the model of a command: the one given, else the newest run's, else the bundled one.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from '../errors.js';
import { SHIPPED_MODEL } from './shippedModel.js';

/** The model's file in the folder of a run. */
export const MODEL_FILE = 'best.safetensors';

/** A model file, and how a command refers to it. */
export interface FoundModel {
  readonly path: string;
  /** Its name in messages and reports. */
  readonly name: string;
  /** True for the model that is part of the package; its file must not change. */
  readonly bundled: boolean;
  /** Which model was selected, for the user; null if the user selected it. */
  readonly note: string | null;
}

/**
 * Selects the model of a command.
 *
 * @param given a model file or the folder of a run; undefined selects the newest model under `runs`,
 *   or the bundled one if there is none
 * @throws ModelError if `given` is a folder without a model
 */
export async function findModel(given: string | undefined, runs = 'runs'): Promise<FoundModel> {
  if (given !== undefined) {
    const path = await modelPath(given);
    return { path, name: path, bundled: false, note: null };
  }
  const newest = await newestModel(runs);
  if (newest !== null) {
    const note = `*** Using ${newest}, the newest model in runs/; choose another with --model. ***`;
    return { path: newest, name: newest, bundled: false, note };
  }
  return {
    path: fileURLToPath(SHIPPED_MODEL),
    name: 'the bundled model',
    bundled: true,
    note: '*** Using the bundled model, since runs/ contains none; choose another with --model. ***',
  };
}

/**
 * The model file that a path stands for: the file itself, or the model in the folder of a run.
 *
 * @throws ModelError if it is a folder without a model
 */
export async function modelPath(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false, // the reader of the file reports the reason
  );
  if (!isFolder) return path;
  const file = join(path, MODEL_FILE);
  if ((await modifiedAt(file)) !== null) return file;
  throw new ModelError(
    `model ${path}: the folder contains no ${MODEL_FILE}; pass a model file, or the folder of a ` +
      'run that has completed an epoch',
  );
}

/** The most recently written model of the runs in a folder; null if there is none. */
async function newestModel(runs: string): Promise<string | null> {
  const names = await readdir(runs).catch(() => []);
  const paths = names.map((name) => join(runs, name, MODEL_FILE));
  const times = await Promise.all(paths.map(modifiedAt));
  const models = paths
    .map((path, i) => ({ path, time: times[i] }))
    .filter((model): model is { path: string; time: number } => model.time !== null)
    .sort((a, b) => b.time - a.time);
  return models.at(0)?.path ?? null;
}

/** When a file was written, in milliseconds; null if it does not exist. */
function modifiedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
