// Copies files that are not compiled next to the compiled program, which reads them from there: the
// PyTorch project of `inkgrad export --to pytorch`, and the character model.

import { cpSync } from 'node:fs';

const PROJECT = 'src/app/formats/pytorchProject';
const MODEL = 'src/app/model/shipped/model.safetensors';
const root = new URL('../', import.meta.url);

const isTemplate = (path) => !/\.\w+$/.test(path) || /\.(py|md)$/.test(path); // folders, Python and its README
cpSync(new URL(PROJECT, root), new URL(`dist/${PROJECT}`, root), {
  recursive: true,
  filter: (path) => isTemplate(path) && !path.includes('__pycache__'),
});
cpSync(new URL(MODEL, root), new URL(`dist/${MODEL}`, root));
