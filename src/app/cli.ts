#!/usr/bin/env node
// The program `inkgrad`: runs the command line of this process and sets its exit code.

import { hideBin } from 'yargs/helpers';
import { runCommandLine } from './commands/commandLine.js';

process.exitCode = await runCommandLine(hideBin(process.argv));
