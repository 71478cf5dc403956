#!/usr/bin/env node
// The program `inkgrad`: runs the command line of this process and sets its exit code.

import { runCommandLine } from './commands/commandLine.js';

process.exitCode = await runCommandLine(process.argv.slice(2));
