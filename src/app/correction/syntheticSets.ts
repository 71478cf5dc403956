// Synthetic characters that stand for all characters during fine-tuning, and others for the check
// for forgetting afterwards. They are not EMNIST; accuracy on them is not accuracy on real
// handwriting. Host arrays only.

import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { SyntheticCharacters } from '../../data/strokes/synthetic.js';
import { INPUT_PIXELS } from '../model/imageTensor.js';

/** Fixed, so that equal corrections give equal results. */
const SEED = 1;
/** Images per class that the program draws. */
const IMAGES_PER_CLASS = 10;

/** Draws ten images of every class: `[n, 28, 28]`. */
export function drawOthers(): Uint8Array {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'train' });
  return draw(characters, IMAGES_PER_CLASS * BALANCED_CLASSES.length, (i) => i);
}

export interface HeldOutSet {
  readonly images: Uint8Array;
  /** Name of the class of each image. */
  readonly names: readonly string[];
}

/**
 * Draws ten images of each class that the program can draw and the model has; none of them is
 * among those of `drawOthers`.
 */
export function drawHeldOut(classes: readonly string[]): HeldOutSet {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'validation' });
  const drawable = [...Array(IMAGES_PER_CLASS * BALANCED_CLASSES.length).keys()].filter((i) =>
    classes.includes(BALANCED_CLASSES[i % BALANCED_CLASSES.length]),
  );
  return {
    images: draw(characters, drawable.length, (i) => drawable[i]),
    names: drawable.map((i) => BALANCED_CLASSES[i % BALANCED_CLASSES.length]),
  };
}

function draw(
  characters: SyntheticCharacters,
  count: number,
  index: (i: number) => number,
): Uint8Array {
  const images = new Uint8Array(count * INPUT_PIXELS);
  for (let i = 0; i < count; i++) images.set(characters.sample(index(i)).image, i * INPUT_PIXELS);
  return images;
}
