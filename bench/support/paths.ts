// Where things are, seen from the compiled file dist/bench/support/paths.js. Imports node: modules.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Results that are worth keeping: one JSON file a run. */
export const RESULTS = join(ROOT, 'bench', 'results');

/** Everything that comparing fetches or writes and git ignores. */
export const PEERS = join(ROOT, 'bench', '.peers');

/** A compiled bench file by its path below bench/, e.g. `contenders/inkgrad.js`. */
export function compiled(file: string): string {
  return join(ROOT, 'dist', 'bench', file);
}

/** A source file that runs as it is, e.g. `contenders/pytorch.py`. */
export function source(file: string): string {
  return join(ROOT, 'bench', file);
}
