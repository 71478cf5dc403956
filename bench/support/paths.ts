// Paths of the project, relative to the compiled file dist/bench/support/paths.js.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Results worth keeping: one JSON file per run. */
export const RESULTS = join(ROOT, 'bench', 'results');

/** Everything that the comparison downloads or writes; ignored by git. */
export const PEERS = join(ROOT, 'bench', '.peers');

/** A compiled bench file by its path below bench/, e.g. `contenders/inkgrad.js`. */
export function compiled(file: string): string {
  return join(ROOT, 'dist', 'bench', file);
}

/** An uncompiled source file, e.g. `contenders/pytorch.py`. */
export function source(file: string): string {
  return join(ROOT, 'bench', file);
}
