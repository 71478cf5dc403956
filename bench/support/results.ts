// Writes results to bench/results.

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { machineName, thisMachine } from './machine.js';
import { RESULTS, ROOT } from './paths.js';

/** Recorded at the start of the program: a load average at the end would be the benchmark's own. */
const machine = thisMachine();

/**
 * Writes `{ kind, date, machine, ...result }` to a new file. A quick run is not a measurement: it
 * overwrites the previous quick one, and git ignores it.
 *
 * @returns path of the file, relative to the root of the repository
 */
export function saveResult(
  kind: string,
  result: object,
  { quick }: { readonly quick: boolean },
): string {
  const date = new Date().toISOString();
  mkdirSync(RESULTS, { recursive: true });
  const stem = join(RESULTS, `${date.slice(0, 10)}-${kind}-${machineName(machine)}`);
  let file = `${stem}${quick ? '-quick' : ''}.json`;
  for (let run = 2; !quick && existsSync(file); run++) file = `${stem}-${run}.json`;
  writeFileSync(file, `${JSON.stringify({ kind, date, machine, ...result }, null, 1)}\n`);
  return relative(ROOT, file);
}
