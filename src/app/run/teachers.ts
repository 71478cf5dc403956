// Teacher networks of a run (--teacher): loaded, validated, and recorded by their digests, so that
// a resumed run uses the same ones.

import { ModelError } from '../errors.js';
import type { CharacterNet } from '../model/characterNet.js';
import { modelPath } from '../model/findModel.js';
import { loadModel } from '../model/modelFile.js';
import type { LoadedModel } from '../model/modelContents.js';
import { digestFile, type FileDigest } from './digests.js';

export interface Teachers {
  /** In evaluation mode, on the current backend; the caller disposes them. */
  readonly models: readonly CharacterNet[];
  readonly files: readonly FileDigest[];
}

/** Properties that a teacher must share with the student's run. */
export interface Student {
  /** The run's class names, in the order of the logits. */
  readonly classes: readonly string[];
  /** True if the run trains with logit adjustment. */
  readonly balance: boolean;
}

/**
 * Loads the models of a comma-separated list of files or run folders; none for null.
 *
 * @throws ModelError if one is missing or damaged or has other classes, or if only one of teacher
 *   and run uses `--balance`: their predictions would then differ by the log-priors
 */
export async function openTeachers(paths: string | null, student: Student): Promise<Teachers> {
  const models: CharacterNet[] = [];
  const files: FileDigest[] = [];
  try {
    for (const given of paths?.split(',') ?? []) {
      const path = await modelPath(given);
      const teacher = await loadModel(path);
      models.push(teacher.model);
      checkSameTask(path, teacher, student);
      files.push(await digestFile(path));
    }
  } catch (error) {
    for (const model of models) model.dispose();
    throw error;
  }
  return { models, files };
}

function checkSameTask(path: string, { classes, training }: LoadedModel, student: Student): void {
  if (classes.join('\n') !== student.classes.join('\n')) {
    throw new ModelError(
      `--teacher ${path}: its classes (${classes.length}) differ from those of the data ` +
        `(${student.classes.length}); use a model trained on the same classes`,
    );
  }
  const balanced = (training.logPriors ?? null) !== null;
  if (balanced === student.balance) return;
  throw new ModelError(
    student.balance
      ? `--teacher ${path}: it was trained without --balance, but this run uses it; use a model ` +
          'trained with it, or pass --no-balance'
      : `--teacher ${path}: it was trained with --balance, but this run does not use it; add ` +
          '--balance, or use another model',
  );
}

/**
 * Compares the current teachers with those that a run began with.
 *
 * @throws ModelError if a file, their number or their order differs
 */
export function checkSameTeachers(
  directory: string,
  saved: readonly FileDigest[],
  current: readonly FileDigest[],
): void {
  const isSame =
    saved.length === current.length && saved.every(({ sha256 }, i) => sha256 === current[i].sha256);
  if (isSame) return;
  const describeFiles = (files: readonly FileDigest[]): string =>
    files.map(({ name, sha256 }) => `${name} (SHA-256 ${sha256.slice(0, 12)}...)`).join(', ') ||
    'none';
  throw new ModelError(
    `--resume ${directory}: the teachers differ from those of the run (saved: ${describeFiles(saved)}; ` +
      `found: ${describeFiles(current)}); pass the same files in the same order with --teacher`,
  );
}
