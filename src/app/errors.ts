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

/** Stopped by a signal before completion; the message states what was saved and how to resume. */
export class InterruptedError extends InkgradError {
  override name = 'InterruptedError';
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM', message: string) {
    super(message);
    this.signal = signal;
  }
}
