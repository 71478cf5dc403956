// Errors of the application, as thrown by commands and by the page.

import { InkgradError } from '../engine/errors.js';

/** A model file that cannot be used: not there, damaged, or for another network. */
export class ModelError extends InkgradError {
  override name = 'ModelError';
}

/** Stopped by a signal before the work was done; the message says what was saved and how to go on. */
export class InterruptedError extends InkgradError {
  override name = 'InterruptedError';
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM', message: string) {
    super(message);
    this.signal = signal;
  }
}
