// Parses the arguments with yargs, and runs the command that they name. Only that command is
// loaded.

import yargs, { type Argv, type CommandModule } from 'yargs';
import { ArgumentError } from '../../engine/errors.js';
import { EXIT_HELP } from '../terminal/exitCodes.js';
import { terminalColumns } from '../terminal/columns.js';
import { packageVersion } from '../terminal/version.js';
import type { CommandBody } from './commandBody.js';
import { COMMANDS, nameOf, type CommandEntry } from './commandList.js';
import { usageMessage } from './usageMessage.js';

/**
 * The command as a module of yargs; without options unless the arguments contain its name, because
 * its options and its function have to be loaded.
 */
async function commandModule(entry: CommandEntry, args: readonly string[]): Promise<CommandModule> {
  const { command, describe, load } = entry;
  if (!args.includes(nameOf(entry))) return { command, describe, handler: () => undefined };
  const { builder, handler } = (await load()) as CommandBody<object>;
  const addOptions = builder as (parser: Argv) => Argv;
  return {
    command,
    describe,
    // The exit codes, because yargs omits the program's epilogue in the help of a command.
    builder: (parser: Argv) => addOptions(parser).epilogue(EXIT_HELP),
    handler,
  };
}

/**
 * Prevents yargs from formatting the help of every command that it runs, for an error message that
 * is not used here. It takes as long as the prediction of an image.
 */
function skipCachedHelp(program: Argv): void {
  const parser = program as unknown as {
    getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } };
  };
  parser.getInternalMethods().getUsageInstance().cacheHelpMessage = () => undefined;
}

/**
 * Parses the arguments and runs a command.
 *
 * @throws ArgumentError for arguments that are not valid; otherwise the error of the command
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  await (await createProgram(args)).parseAsync();
}

/** The parser of the arguments, with the options of the command that they name. */
export async function createProgram(args: readonly string[]): Promise<Argv> {
  const commands = await Promise.all(COMMANDS.map((entry) => commandModule(entry, args)));
  const program = yargs(args);
  skipCachedHelp(program);
  program
    // Messages are matched below; and only some of the text could be translated.
    .detectLocale(false)
    .scriptName('inkgrad')
    // Otherwise yargs prints the version of the project that it is installed in.
    .version(packageVersion())
    .usage(
      '$0 <command>\n\nTrain and evaluate a neural network that recognizes handwritten ' +
        'characters.',
    )
    .command(commands)
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'Print also the backends that were tried, and the stack trace of an error',
    })
    .demandCommand(1, 'Specify a command.')
    .strict()
    .wrap(terminalColumns())
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
    .fail((message, error: Error | undefined) => {
      // yargs throws a YError for a value that an option's `coerce` rejected; any other error
      // comes from the command.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw new ArgumentError(usageMessage(message, program));
    });
  return program;
}
