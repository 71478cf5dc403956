#!/usr/bin/env node
// The program `inkgrad`: runs the command line of this process and sets its exit code.

import { reportError } from './terminal/reportError.js';
import { lostOutput, watchOutput } from './terminal/output.js';

watchOutput();
const args = process.argv.slice(2);

// Output can fail after the command has ended, so this is checked last.
process.on('exit', (code) => {
  const error = lostOutput();
  if (error !== null && code === 0) process.exitCode = reportError(error, args);
});

try {
  // Loading fails if the process may open only few files, so its errors are reported, too.
  const { runCommandLine } = await import('./commands/commandLine.js');
  process.exitCode = await runCommandLine(args);
} catch (error) {
  process.exitCode = reportError(error, args);
}
