// Output paths of commands: new folders, free names, and files that are complete or absent.

import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { ArgumentError } from '../engine/errors.js';
import { explainSystemError, withPath, withPathOf } from './systemErrors.js';

/**
 * Writes a file under a temporary name (`PATH.partial`) and renames it, so that a crash leaves no
 * incomplete file.
 *
 * @throws SystemError if the file cannot be written; `code` is Node's (`ENOENT`, `ENOSPC`, ...)
 * @example
 * await writeAtomically('build/example.txt', 'complete or absent');
 */
export async function writeAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const temporaryPath = `${path}.partial`;
  await withPath(path, 'written', async () => {
    try {
      await writeFile(temporaryPath, content);
      await rename(temporaryPath, path);
    } catch (error) {
      await rm(temporaryPath, { force: true }).catch(() => undefined); // the first error counts
      throw error;
    }
  });
}

/** Replaces the extension of a path: `runs/1/best.safetensors` -> `runs/1/best.onnx`. */
export function replaceExtension(path: string, suffix: string): string {
  const { dir, name } = parse(path);
  return join(dir, `${name}${suffix}`);
}

/** The path itself, or if it exists the first of `NAME-2.EXT`, `NAME-3.EXT`, ... that does not. */
export function freePath(path: string): string {
  const { dir, name, ext } = parse(path);
  let free = path;
  for (let number = 2; existsSync(free); number++) free = join(dir, `${name}-${number}${ext}`);
  return free;
}

/**
 * Checks that nothing would be overwritten.
 *
 * @throws ArgumentError if the path exists and `force` is false
 */
export function checkOverwrite(path: string, force: boolean): void {
  if (force || !existsSync(path)) return;
  throw new ArgumentError(
    `${path}: already exists; choose another file with --out, or pass --force to overwrite it`,
  );
}

/**
 * Creates a folder and its parents, unless it exists.
 *
 * Does not use the `recursive` option of mkdir: if a parent exists but rejects new folders (such as
 * /proc), Node 20 never returns.
 */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolder(parent);
    makeFolder(folder);
  }
}

/**
 * Creates a folder and its parents, or accepts an empty one.
 *
 * @param option the command-line option that names the folder, for the message
 * @throws ArgumentError if the folder contains anything or cannot be created
 */
export function newFolder(option: string, folder: string): string {
  let names: string[];
  try {
    makeFolder(folder);
    names = readdirSync(folder);
  } catch (error) {
    throw new ArgumentError(
      `--${option} ${folder}: cannot create the folder: ${explainSystemError(error)}`,
    );
  }
  if (names.length > 0) {
    throw new ArgumentError(
      `--${option} ${folder}: the folder is not empty; choose a new one, so that nothing is ` +
        'overwritten',
    );
  }
  return folder;
}

const RUNS_FOLDER = 'runs';

/**
 * Creates the named folder, or the next free number under runs/.
 *
 * @param prefix text before the number
 * @throws ArgumentError if the named folder contains anything or cannot be created; SystemError if
 *   runs/ cannot be written
 */
export function createRunDirectory(folder: string | undefined, prefix = ''): string {
  if (folder !== undefined) return newFolder('out', folder);
  try {
    return nextFolder(RUNS_FOLDER, prefix);
  } catch (error) {
    throw withPathOf(RUNS_FOLDER, 'written', error);
  }
}

/** Creates the next free number in a folder, which is created, too. */
function nextFolder(parent: string, prefix: string): string {
  makeFolder(parent);
  for (let number = 1; ; number++) {
    const directory = join(parent, `${prefix}${number}`);
    try {
      // Fails if it exists, also when two runs start at the same time.
      mkdirSync(directory);
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
