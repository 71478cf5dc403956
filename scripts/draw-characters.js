// Draws docs/images/characters.png: a sheet of the built-in synthetic characters, one column per
// class. Run it after `npm run build`.

import { mkdirSync, writeFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { SyntheticCharacters } from '../dist/src/data/strokes/synthetic.js';

const COLUMNS = 24;
const SAMPLES = 4;
const SIDE = 28;
const GAP = 6;

const source = new SyntheticCharacters({ seed: 42 });
const classes = source.classes.length;
const bands = Math.ceil(classes / COLUMNS);
const cell = SIDE + 2;
const width = COLUMNS * cell + 2 * GAP;
const height = bands * (SAMPLES * cell + GAP) + GAP;
const data = new Uint8Array(width * height).fill(250);

for (let label = 0; label < classes; label++) {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const { image } = source.sample(label + sample * classes);
    const left = GAP + (label % COLUMNS) * cell + 1;
    const top = GAP + Math.floor(label / COLUMNS) * (SAMPLES * cell + GAP) + sample * cell + 1;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) data[(top + y) * width + left + x] = 255 - image[y * SIDE + x];
    }
  }
}

mkdirSync('docs/images', { recursive: true });
writeFileSync('docs/images/characters.png', encode({ width, height, data, channels: 1, depth: 8 }));
