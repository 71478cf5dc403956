// Finds the default model: the newest one of the training runs under runs/.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../errors.js';

/**
 * Finds the most recently written `runs/NAME/best.safetensors`.
 *
 * @throws ModelError if there is none
 */
export async function newestModel(runs = 'runs'): Promise<string> {
  const names = await readdir(runs).catch(() => []);
  const models = await Promise.all(
    names.map(async (name) => {
      const path = join(runs, name, 'best.safetensors');
      const written = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => null,
      );
      return { path, written };
    }),
  );
  const newest = models
    .filter(({ written }) => written !== null)
    .sort((a, b) => b.written! - a.written!)
    .at(0);
  if (newest !== undefined) return newest.path;
  throw new ModelError(
    `no model: ${join(runs, '*', 'best.safetensors')} does not exist; pass a model file with ` +
      '--model, or train one with  npx inkgrad train',
  );
}
