// Exit codes of the process, and the mapping from errors to them.

import { DataError, DataMissingError } from '../../data/errors.js';
import { ArgumentError } from '../../engine/errors.js';
import { InterruptedError, ModelError, RunLockedError } from '../errors.js';
import { OutputError } from './output.js';

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
  /** Another process trains the run. */
  locked: 5,
  /** The terminal was closed (128 + SIGHUP). */
  hangup: 129,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
  /** The reader of stdout has ended (128 + SIGPIPE). */
  outputClosed: 141,
  /** Stopped by SIGTERM (128 + 15). */
  terminated: 143,
} as const;

/** The exit codes as text, for every command's help. */
export const EXIT_HELP =
  'Exit codes: 0 success, 1 failure, 2 invalid usage, 3 data missing or damaged, ' +
  '4 model damaged or incompatible, 5 run locked by another process, 129 terminal closed, ' +
  '130 interrupted (Ctrl-C), 141 output closed by its reader, 143 terminated (SIGTERM).';

const SIGNAL_CODES = {
  SIGHUP: EXIT.hangup,
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
} as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof DataError || error instanceof DataMissingError) return EXIT.data;
  if (error instanceof ModelError) return EXIT.model;
  if (error instanceof RunLockedError) return EXIT.locked;
  if (error instanceof InterruptedError) return SIGNAL_CODES[error.signal];
  if (error instanceof OutputError && error.closed) return EXIT.outputClosed;
  return error instanceof ArgumentError ? EXIT.usage : EXIT.failure;
}
