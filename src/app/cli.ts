#!/usr/bin/env node
// The command line: parses, runs a command, and turns an error into a message and an exit code. Imports yargs and
// the commands.

import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { InkgradError } from '../engine/errors.js';
import { dataCommand } from './commands/data.js';
import { doctorCommand } from './commands/doctor.js';
import { evalCommand } from './commands/eval.js';
import { exploreCommand } from './commands/explore.js';
import { exportCommand } from './commands/export.js';
import { importCommand } from './commands/import.js';
import { infoCommand } from './commands/info.js';
import { predictCommand } from './commands/predict.js';
import { trainCommand } from './commands/train.js';
import { EXIT, exitCodeOf } from './exitCodes.js';

/** A message without a stack for errors we raise ourselves; everything for the others, which are bugs. */
function report(error: unknown, verbose: boolean): void {
  const known = error instanceof InkgradError && !verbose;
  process.stderr.write(`inkgrad: ${known ? error.message : String((error as Error).stack ?? error)}\n`);
}

async function main(): Promise<number> {
  const words = hideBin(process.argv);
  try {
    await yargs(words)
      .scriptName('inkgrad')
      .usage('$0 <command>\n\nTrain and measure a network that reads handwriting.')
      .command(dataCommand)
      .command(exploreCommand)
      .command(trainCommand)
      .command(evalCommand)
      .command(doctorCommand)
      .command(importCommand)
      .command(exportCommand)
      .command(infoCommand)
      .command(predictCommand)
      .option('verbose', { type: 'boolean', default: false, describe: 'Show where an error came from' })
      .demandCommand(1, 'Name a command.')
      .recommendCommands()
      .strict()
      .wrap(100)
      .epilogue('Exit codes: 0 done, 1 failure, 2 usage, 3 data missing or damaged, 4 model incompatible.')
      .exitProcess(false)
      // The last of two wins; a file called 007 keeps its name.
      .parserConfiguration({ 'duplicate-arguments-array': false, 'parse-positional-numbers': false })
      .fail((message, error: Error | undefined, parser) => {
        // yargs raises a YError for a value that an option's `coerce` refused; any other error is a command's own.
        if (error !== undefined && error.name !== 'YError') throw error;
        process.stderr.write(`${message}\n\n`);
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

process.exitCode = await main();
