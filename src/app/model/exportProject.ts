// Exports a model as a small PyTorch project: the Python files in `formats/pytorchProject/`, and
// the weights. The build copies the Python files next to the compiled code.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeAtomically, makeFolder } from '../outputFiles.js';
import { exportModel, type ExportedModel } from './exportModel.js';

const TEMPLATES = fileURLToPath(new URL('../formats/pytorchProject/', import.meta.url));

/**
 * Writes the project into a folder, which is created if necessary; returns the names of its files.
 */
export async function exportProject(exported: ExportedModel, folder: string): Promise<string[]> {
  const names = (await readdir(TEMPLATES)).filter((name) => /\.(py|md)$/.test(name)).sort();
  makeFolder(folder);
  for (const name of names)
    await writeAtomically(join(folder, name), await readFile(join(TEMPLATES, name)));
  await writeAtomically(join(folder, 'model.pth'), await exportModel(exported, 'pth'));
  return [...names, 'model.pth'];
}
