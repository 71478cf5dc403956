// Writes to stdout and stderr, which can fail at any time: the reader of a pipe ends (EPIPE), a
// terminal disappears (EIO), a disk is full (ENOSPC). Node reports the failure in an event after the
// write; without a listener, the event ends the process with a stack trace.

import { InkgradError } from '../../engine/errors.js';
import { explainSystemError } from '../systemErrors.js';

/** Errors that mean that the reader of the output has ended. */
const CLOSED = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'EOF', 'ERR_STREAM_DESTROYED']);

/** The output of a command was lost. */
export class OutputError extends InkgradError {
  override name = 'OutputError';
  /** True if the reader of stdout has ended, as in `inkgrad predict scans | head -1`. */
  readonly closed: boolean;

  constructor(error: NodeJS.ErrnoException) {
    super(`stdout: cannot be written: ${explainSystemError(error)}`);
    this.closed = CLOSED.has(error.code ?? '');
  }
}

/** The first error of each stream that has failed. */
const failures = new Map<NodeJS.WriteStream, NodeJS.ErrnoException>();
let required = true;

/** Listens for errors of stdout and stderr; call it once, when the process starts. */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!failures.has(stream)) failures.set(stream, error);
    });
  }
}

/**
 * Sets whether the command is useless without its output. Then a failure of stdout changes the exit
 * code.
 */
export function requireOutput(isRequired: boolean): void {
  required = isRequired;
}

/** Writes text; nothing if the stream has failed. */
export function write(stream: NodeJS.WriteStream, text: string): void {
  if (!failures.has(stream)) stream.write(text);
}

/** Why stdout has failed; null while it works. */
export function stdoutError(): OutputError | null {
  const error = failures.get(process.stdout);
  return error === undefined ? null : new OutputError(error);
}

/** As `stdoutError`, but null if the command does not need stdout. */
export function lostOutput(): OutputError | null {
  return required ? stdoutError() : null;
}
