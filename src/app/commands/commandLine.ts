// The command line as a function: runs a command, and converts an error to a message and an exit
// code. program.ts parses the arguments.

import { EXIT } from '../terminal/exitCodes.js';
import { reportError } from '../terminal/reportError.js';
import { packageVersion } from '../terminal/version.js';

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
    return reportError(error, args);
  }
}
