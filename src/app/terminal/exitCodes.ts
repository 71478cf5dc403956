// What the process's exit status means, and which error leads to which.

import { DataError, DataMissingError } from '../../data/errors.js';
import { ArgumentError } from '../../engine/errors.js';
import { InterruptedError, ModelError } from '../errors.js';

export const EXIT = {
  done: 0,
  /** Something went wrong that no code below names. */
  failure: 1,
  /** The command line does not make sense. */
  usage: 2,
  /** Data is missing or damaged. */
  data: 3,
  /** A model file is damaged or does not fit. */
  model: 4,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

/** The same for people, under every command's help. */
export const EXIT_HELP =
  'Exit codes: 0 done, 1 failure, 2 usage, 3 data missing or damaged, 4 model incompatible, 130 stopped by Ctrl-C, ' +
  '143 by SIGTERM.';

export function exitCodeOf(error: unknown): number {
  if (error instanceof DataError || error instanceof DataMissingError) return EXIT.data;
  if (error instanceof ModelError) return EXIT.model;
  if (error instanceof InterruptedError) {
    return error.signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
  return error instanceof ArgumentError ? EXIT.usage : EXIT.failure;
}
