// Reports an error to the user, and chooses the exit code.

import { InkgradError } from '../../engine/errors.js';
import { asSystemError } from '../systemErrors.js';
import { exitCodeOf } from './exitCodes.js';
import { OutputError, write } from './output.js';
import { withoutControls } from './printable.js';

/**
 * Prints an error on stderr: the message only for an InkgradError or an error of the operating
 * system, the stack for other errors, which are bugs. A closed stdout is not an error to report.
 *
 * @param args arguments of the command; `--verbose` prints the stack
 * @returns the exit code
 */
export function reportError(thrown: unknown, args: readonly string[]): number {
  const error = asSystemError(thrown);
  const messageOnly = error instanceof InkgradError && !args.includes('--verbose');
  if (!(error instanceof OutputError && error.closed)) {
    const text = messageOnly ? error.message : String((error as Error).stack ?? error);
    write(process.stderr, `inkgrad: ${withoutControls(text)}\n`);
  }
  return exitCodeOf(error);
}
