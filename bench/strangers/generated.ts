// Generated test images: characters of rare forms, and drawings that are not characters, of kinds that
// training contains and of kinds that it does not.

import { BALANCED_CLASSES } from '../../src/data/emnist/splits.js';
import { Outliers } from '../../src/data/strokes/outliers.js';
import { RareCharacters } from '../../src/data/strokes/rareCharacters.js';
import type { Sample } from './drawings.js';

/** Seed of the generated test images; training uses another part of the generators. */
const SEED = 20261130;
const RARE_COUNT = 2000;
const OUTLIERS_OF_KIND = 40;

/** Characters of rare forms; `name` is the kind of form. */
export function rareSamples(): Sample[] {
  const characters = new RareCharacters({ seed: SEED, part: 'test' });
  return Array.from({ length: RARE_COUNT }, (_, index) => {
    const { image, label, name } = characters.sample(index);
    const character = BALANCED_CLASSES[label];
    return { set: 'rare forms', name, written: character, label: character, image };
  });
}

/** Drawings that are not characters; `name` is the kind of drawing. */
export function outlierSamples(heldOut: boolean): Sample[] {
  const outliers = new Outliers({ seed: SEED, part: 'test', heldOut });
  return Array.from({ length: outliers.kindCount * OUTLIERS_OF_KIND }, (_, index) => {
    const { image, kind } = outliers.sample(index);
    const set = heldOut ? 'outliers of unseen kinds' : 'outliers of trained kinds';
    return { set, name: kind, written: '', label: '', image };
  });
}
