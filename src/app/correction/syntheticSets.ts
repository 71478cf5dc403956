// Synthetic characters for replay during fine-tuning, and for the check for forgetting afterwards.
// They are not EMNIST; accuracy on them is not accuracy on real handwriting. Host arrays only.

import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { SyntheticCharacters } from '../../data/strokes/synthetic.js';
import { mergedName } from '../../data/emnist/lookAlikes.js';
import { INPUT_PIXELS } from '../model/imageTensor.js';

/** Fixed, so that equal corrections give equal results. */
const SEED = 1;
/** Images per class that the program draws. */
const IMAGES_PER_CLASS = 10;
/** Additional images of the affected classes, in total. */
const AFFECTED_IMAGES = 240;

export interface Replay {
  /** Images of every class: `[n, 28, 28]`. */
  readonly all: Uint8Array;
  /**
   * More images of the classes that the corrections affect, whose decision boundaries are about to
   * move.
   */
  readonly affected: Uint8Array;
}

/**
 * Draws the images to replay.
 *
 * @param affectedClasses names of the classes that are corrected to, or were predicted instead; their
 * look-alikes are included
 */
export function drawReplay(affectedClasses: Iterable<string>): Replay {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'train' });
  const groups = new Set([...affectedClasses].map(mergedName));
  const classIndices = [...BALANCED_CLASSES.keys()].filter((index) =>
    groups.has(mergedName(BALANCED_CLASSES[index])),
  );
  const classCount = BALANCED_CLASSES.length;
  const affected = classIndices.length === 0 ? 0 : AFFECTED_IMAGES;
  return {
    all: draw(characters, IMAGES_PER_CLASS * classCount, (i) => i),
    // Indices after those above, so that no image is drawn twice.
    affected: draw(characters, affected, (i) => {
      return (
        classIndices[i % classIndices.length] +
        classCount * (IMAGES_PER_CLASS + Math.floor(i / classIndices.length))
      );
    }),
  };
}

export interface HeldOutSet {
  readonly images: Uint8Array;
  /** Name of the class of each image. */
  readonly names: readonly string[];
}

/**
 * Draws ten images of each class that the program can draw and the model has; none of them is ever
 * replayed.
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
