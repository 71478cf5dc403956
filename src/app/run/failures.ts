// What happens to a run folder when the system fails: a full disk, a deleted folder, exhausted
// memory, a lost device.

import { existsSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError } from '../../engine/errors.js';
import { RunStoppedError } from '../errors.js';
import { asSystemError, SystemError } from '../systemErrors.js';
import { CHECKPOINT_FILE, type Checkpoints } from './checkpoints.js';
import { CONFIG_FILE } from './config.js';

interface OpenFolder {
  readonly directory: string;
  readonly checkpoints: Checkpoints;
}

/**
 * Runs work on an open run folder; adds the command that resumes the run to errors of the system.
 *
 * @throws RunStoppedError
 */
export async function withResumeAdvice<T>(folder: OpenFolder, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = asSystemError(thrown);
    if (!(error instanceof SystemError || error instanceof BackendError)) throw error;
    throw new RunStoppedError(describeStop(error, folder), { cause: error });
  }
}

function describeStop({ message }: Error, { directory, checkpoints }: OpenFolder): string {
  if (!existsSync(join(directory, CONFIG_FILE)))
    return `${directory}: the run folder was deleted during training; restore it, or start a new run`;
  return (
    `${message}; the state at ${checkpoints.position} is saved: resume with  ` +
    `npx inkgrad train --resume ${directory}`
  );
}

/** Removes what a new run wrote before it failed, unless it can be resumed. */
export async function removeUnfinished(directory: string): Promise<void> {
  if (existsSync(join(directory, CONFIG_FILE))) return;
  try {
    await rm(join(directory, CHECKPOINT_FILE), { force: true });
    await rmdir(directory);
  } catch {
    // The error that caused the failure is reported.
  }
}
