// Copies the uncompiled PyTorch project of `inkgrad export --to pytorch` next to the compiled
// program, which reads it from there.

import { cpSync } from 'node:fs';

const FOLDER = 'src/app/formats/pytorchProject';
const root = new URL('../', import.meta.url);

const isTemplate = (path) => !/\.\w+$/.test(path) || /\.(py|md)$/.test(path); // folders, Python and its README
cpSync(new URL(FOLDER, root), new URL(`dist/${FOLDER}`, root), {
  recursive: true,
  filter: (path) => isTemplate(path) && !path.includes('__pycache__'),
});
