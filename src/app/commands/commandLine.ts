// The command line as a function: runs a command, and converts an error to a message and an exit
// code. program.ts parses the arguments.

import { InkgradError } from '../../engine/errors.js';
import { EXIT, exitCodeOf } from '../terminal/exitCodes.js';
import { withoutControls } from '../terminal/printable.js';
import { packageVersion } from '../terminal/version.js';

/**
 * Prints an error: the message only for an InkgradError, the stack for other errors,
 * which are bugs.
 */
function report(error: unknown, verbose: boolean): void {
  const messageOnly = error instanceof InkgradError && !verbose;
  process.stderr.write(
    `inkgrad: ${withoutControls(messageOnly ? error.message : String((error as Error).stack ?? error))}\n`,
  );
}

/**
 * Runs one command. Output goes to stdout and stderr; errors are reported there and not thrown.
 *
 * @param args the arguments after the program's name
 * @returns the exit code, see `EXIT`
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  if (args.length === 1 && args[0] === '--version') {
    process.stdout.write(`${packageVersion()}\n`); // without loading the parser
    return EXIT.success;
  }
  try {
    const { runProgram } = await import('./program.js');
    await runProgram(args);
    return EXIT.success;
  } catch (error) {
    report(error, args.includes('--verbose'));
    return exitCodeOf(error);
  }
}
