// The command line as a function: parses the arguments, runs a command, and converts an error to a
// message and an exit code.

import yargs, { type Argv, type CommandModule } from 'yargs';
import { dataCommand } from './data.js';
import { doctorCommand } from './doctor.js';
import { evalCommand } from './eval.js';
import { exploreCommand } from './explore.js';
import { exportCommand } from './export.js';
import { importCommand } from './import.js';
import { infoCommand } from './info.js';
import { predictCommand } from './predict.js';
import { trainCommand } from './train.js';
import { EXIT, EXIT_HELP } from '../terminal/exitCodes.js';
import { closestName } from '../terminal/closestName.js';
import { reportError } from '../terminal/reportError.js';

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

/** Adds the exit codes to a command's help: yargs omits the program's epilogue there. */
function withExitCodes(command: CommandModule): CommandModule {
  const builder = command.builder as (parser: Argv) => Argv;
  return { ...command, builder: (parser: Argv) => builder(parser).epilogue(EXIT_HELP) };
}

/**
 * Suggests the closest option if one option is unknown: yargs suggests commands, but not options.
 */
function suggestOption(message: string, parser: Argv): string {
  const unknown = /^Unknown argument: (\S+)$/.exec(message)?.[1];
  const { key } = (
    parser as unknown as { getOptions(): { key: Record<string, unknown> } }
  ).getOptions();
  const closest = unknown === undefined ? null : closestName(unknown, Object.keys(key));
  return closest === null ? '' : `; did you mean --${closest}?`;
}

/**
 * Runs one command. Output goes to stdout and stderr; errors are reported there and not thrown.
 *
 * @param args the arguments after the program's name
 * @returns the exit code, see `EXIT`
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  try {
    const program = yargs(args);
    await program
      .scriptName('inkgrad')
      .usage(
        '$0 <command>\n\nTrain and evaluate a neural network that recognizes handwritten ' +
          'characters.',
      )
      .command(COMMANDS.map(withExitCodes))
      .option('verbose', {
        type: 'boolean',
        default: false,
        describe: 'Print the stack trace of an error',
      })
      .demandCommand(1, 'Specify a command.')
      .recommendCommands()
      .strict()
      .wrap(100)
      .example(
        '$0 train --epochs 5 --limit 10000',
        'download EMNIST if it is missing, and train for a few minutes',
      )
      .example('$0 eval --help', 'show the options of a command')
      .epilogue(EXIT_HELP)
      .exitProcess(false)
      // For an option given twice, the last value counts; a file named 007 keeps its name.
      .parserConfiguration({
        'duplicate-arguments-array': false,
        'parse-positional-numbers': false,
      })
      .fail((message, error: Error | undefined, parser) => {
        // yargs throws a YError for a value that an option's `coerce` rejected; any other error
        // comes from the command.
        if (error !== undefined && error.name !== 'YError') throw error;
        process.stderr.write(`${message}${suggestOption(message, program)}\n\n`);
        parser.showHelp('error');
        throw new UsagePrinted();
      })
      .parseAsync();
    return EXIT.success;
  } catch (error) {
    if (error instanceof UsagePrinted) return EXIT.usage;
    return reportError(error, args);
  }
}

/** Thrown after the message and the help have been printed. */
class UsagePrinted extends Error {}
