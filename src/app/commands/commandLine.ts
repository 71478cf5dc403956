// The command line as a function: parses the arguments, runs a command, and turns an error into a message and an exit code.

import yargs, { type Argv, type CommandModule } from 'yargs';
import { InkgradError } from '../../engine/errors.js';
import { dataCommand } from './data.js';
import { doctorCommand } from './doctor.js';
import { evalCommand } from './eval.js';
import { exploreCommand } from './explore.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { infoCommand } from './info.js';
import { predictCommand } from './predict.js';
import { trainCommand } from './train.js';
import { EXIT, EXIT_HELP, exitCodeOf } from '../terminal/exitCodes.js';
import { closestName } from '../terminal/closestName.js';

/** A message without a stack for errors we raise ourselves; everything for the others, which are bugs. */
function report(error: unknown, verbose: boolean): void {
  const known = error instanceof InkgradError && !verbose;
  process.stderr.write(`inkgrad: ${known ? error.message : String((error as Error).stack ?? error)}\n`);
}

const COMMANDS = [
  dataCommand,
  exploreCommand,
  trainCommand,
  evalCommand,
  predictCommand,
  importCommand,
  exportCommand,
  infoCommand,
  doctorCommand,
] as CommandModule[];

/** yargs forgets the epilogue of the program in the help of a command. */
function withExitCodes(command: CommandModule): CommandModule {
  const builder = command.builder as (parser: Argv) => Argv;
  return { ...command, builder: (parser: Argv) => builder(parser).epilogue(EXIT_HELP) };
}

/** yargs recommends commands, not options: the option that was meant, if a single unknown one is like it. */
function guessOption(message: string, parser: Argv): string {
  const unknown = /^Unknown argument: (\S+)$/.exec(message)?.[1];
  const { key } = (parser as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions();
  const near = unknown === undefined ? null : closestName(unknown, Object.keys(key));
  return near === null ? '' : `; did you mean --${near}?`;
}

/**
 * Runs one command. Output goes to stdout and stderr; errors are reported there and not thrown.
 *
 * @param words the arguments after the program's name
 * @returns the exit code, see `EXIT`
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  try {
    const program = yargs(words);
    await program
      .scriptName('inkgrad')
      .usage('$0 <command>\n\nTrain and measure a network that reads handwriting.')
      .command(COMMANDS.map(withExitCodes))
      .option('verbose', { type: 'boolean', default: false, describe: 'Show where an error came from' })
      .demandCommand(1, 'Name a command.')
      .recommendCommands()
      .strict()
      .wrap(100)
      .example('$0 train --epochs 5 --limit 10000', 'fetch EMNIST if need be, and train for a few minutes')
      .example('$0 eval --help', 'the options of one command')
      .epilogue(EXIT_HELP)
      .exitProcess(false)
      // The last of two wins; a file called 007 keeps its name.
      .parserConfiguration({ 'duplicate-arguments-array': false, 'parse-positional-numbers': false })
      .fail((message, error: Error | undefined, parser) => {
        // yargs raises a YError for a value that an option's `coerce` refused; any other error is a command's own.
        if (error !== undefined && error.name !== 'YError') throw error;
        process.stderr.write(`${message}${guessOption(message, program)}\n\n`);
        parser.showHelp('error');
        throw new UsageShown();
      })
      .parseAsync();
    return EXIT.done;
  } catch (error) {
    if (error instanceof UsageShown) return EXIT.usage;
    report(error, words.includes('--verbose'));
    return exitCodeOf(error);
  }
}

/** The message and the help are on the screen already. */
class UsageShown extends Error {}
