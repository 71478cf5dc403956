// The networks that a run learns from beside the labels (--teacher): read, checked, and recorded by their digests, so that a
// resumed run goes on with the same. Imports the model files and digests.

import { ModelError } from '../exitCodes.js';
import type { CharacterNet } from '../model.js';
import { loadModel } from '../modelFile.js';
import { digestFile, type FileDigest } from './digests.js';

export interface Teachers {
  /** In evaluation mode, on the current backend; whoever asked frees them. */
  readonly models: readonly CharacterNet[];
  readonly files: readonly FileDigest[];
}

/**
 * Reads the models of a list of files with commas between; none for null.
 *
 * @param classes what the run learns to tell apart
 * @throws ModelError if one is missing, damaged, or tells other classes apart
 */
export async function openTeachers(list: string | null, classes: readonly string[]): Promise<Teachers> {
  const models: CharacterNet[] = [];
  const files: FileDigest[] = [];
  try {
    for (const path of list?.split(',') ?? []) {
      const teacher = await loadModel(path);
      models.push(teacher.model);
      if (teacher.classes.join('\n') !== classes.join('\n')) {
        throw new ModelError(
          `--teacher ${path}: its ${teacher.classes.length} classes are not the ${classes.length} of the data; ` +
            'name a model that was trained on the same classes',
        );
      }
      files.push(await digestFile(path));
    }
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
  return { models, files };
}

/**
 * Compares the teachers found with those that a run began with.
 *
 * @throws ModelError if one is another, or their number or order is
 */
export function checkSameTeachers(
  directory: string,
  saved: readonly FileDigest[],
  found: readonly FileDigest[],
): void {
  const same = saved.length === found.length && saved.every(({ sha256 }, i) => sha256 === found[i].sha256);
  if (same) return;
  const tell = (files: readonly FileDigest[]): string =>
    files.map(({ name, sha256 }) => `${name} (SHA-256 ${sha256.slice(0, 12)}...)`).join(', ') || 'none';
  throw new ModelError(
    `--resume ${directory}: the teachers are not those the run began with (then ${tell(saved)}; found ${tell(found)}); ` +
      'name the same files in the same order with --teacher',
  );
}
