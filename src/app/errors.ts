// Errors of the application, thrown by commands and by the page.

import { InkgradError } from '../engine/errors.js';

/**
 * A model file that cannot be used: missing, damaged, or of another network.
 *
 * @example
 * const damaged = loadCharacterModel(Uint8Array.of(1, 2, 3));
 * print(await damaged.catch((error) => error instanceof ModelError)); // true
 */
export class ModelError extends InkgradError {
  override name = 'ModelError';
}

/** Signals that stop a command in an orderly way. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Stopped by a signal before completion; the message states what was saved and how to resume. */
export class InterruptedError extends InkgradError {
  override name = 'InterruptedError';
  readonly signal: StopSignal;

  constructor(signal: StopSignal, message: string) {
    super(message);
    this.signal = signal;
  }
}

/** Another process trains the run. */
export class RunLockedError extends InkgradError {
  override name = 'RunLockedError';
}

/** A run stopped because of an error of the system; the message states how to resume it. */
export class RunStoppedError extends InkgradError {
  override name = 'RunStoppedError';
}
