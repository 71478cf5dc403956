// Completes the compiled package after tsc: removes outputs whose source no longer exists, and
// embeds the text of every kernel (freezeKernelText.js), so that an application that bundles the
// package may minify it.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freezeKernelText } from './freezeKernelText.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const filesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Source of an output, e.g. `src/engine/op.ts` of `dist/src/engine/op.d.ts`. */
function sourceOf(output) {
  const path = output.slice(join(root, 'dist').length + 1);
  return join(root, path.replace(/(\.d\.ts|\.js)$/, '.ts'));
}

for (const folder of ['src', 'kernels']) {
  for (const output of filesIn(join(root, 'dist', folder))) {
    if (!existsSync(sourceOf(output))) rmSync(output);
  }
}

for (const file of filesIn(join(root, 'dist', 'kernels'))) {
  const frozen = file.endsWith('.js') ? freezeKernelText(readFileSync(file, 'utf8')) : null;
  if (frozen !== null) writeFileSync(file, frozen);
}
