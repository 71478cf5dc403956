// Exit codes of the process, and the mapping from errors to them.

import { DataError, DataMissingError } from '../../data/errors.js';
import { ArgumentError } from '../../engine/errors.js';
import { InterruptedError, ModelError } from '../errors.js';

export const EXIT = {
  success: 0,
  /** Any failure without a code below. */
  failure: 1,
  /** The command line is invalid. */
  usage: 2,
  /** Data is missing or damaged. */
  data: 3,
  /** A model file is damaged or incompatible. */
  model: 4,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** Stopped by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

/** The exit codes as text, for every command's help. */
export const EXIT_HELP =
  'Exit codes: 0 success, 1 failure, 2 invalid usage, 3 data missing or damaged, ' +
  '4 model damaged or incompatible, 130 interrupted (Ctrl-C), 143 terminated (SIGTERM).';

export function exitCodeOf(error: unknown): number {
  if (error instanceof DataError || error instanceof DataMissingError) return EXIT.data;
  if (error instanceof ModelError) return EXIT.model;
  if (error instanceof InterruptedError) {
    return error.signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
  return error instanceof ArgumentError ? EXIT.usage : EXIT.failure;
}
