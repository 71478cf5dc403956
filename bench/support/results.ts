// Writes results to bench/results. Imports node: modules, machine, paths.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { machineName, thisMachine } from './machine.js';
import { RESULTS, ROOT } from './paths.js';

/** Writes `{ date, machine, ...result }`; returns the file's name, from the root of the repository. */
export function saveResult(kind: string, result: object, suffix = ''): string {
  const machine = thisMachine();
  const date = new Date().toISOString();
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${date.slice(0, 10)}-${kind}-${machineName(machine)}${suffix}.json`);
  writeFileSync(file, `${JSON.stringify({ kind, date, machine, ...result }, null, 1)}\n`);
  return relative(ROOT, file);
}
