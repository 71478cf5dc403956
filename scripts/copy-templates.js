// Copies what is not compiled, the PyTorch project that `inkgrad export --to pytorch` writes, next to the compiled
// program, which reads it from there. Imports node:fs.

import { cpSync } from 'node:fs';

const FOLDER = 'src/app/formats/pytorchProject';
const root = new URL('../', import.meta.url);

const isTemplate = (path) => !/\.\w+$/.test(path) || /\.(py|md)$/.test(path); // folders, Python and its README
cpSync(new URL(FOLDER, root), new URL(`dist/${FOLDER}`, root), {
  recursive: true,
  filter: (path) => isTemplate(path) && !path.includes('__pycache__'),
});
