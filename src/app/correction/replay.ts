// Synthetic characters for replay during fine-tuning, and for the check for forgetting afterwards.
// They are not EMNIST; accuracy on them is not accuracy on real handwriting. Host arrays only.

import { IMAGE_PIXELS } from '../../data/emnist/idx.js';
import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { SyntheticCharacters } from '../../data/strokes/synthetic.js';
import { mergedName } from '../../data/emnist/lookAlikes.js';

/** Fixed, so that equal corrections give equal results. */
const SEED = 1;
/** Images per class that the program draws. */
const OF_EACH = 10;
/** Additional images of the affected classes, in total. */
const CLOSE = 240;

export interface Replay {
  /** Images of every class: `[n, 28, 28]`. */
  readonly all: Uint8Array;
  /**
   * More images of the classes that the corrections affect, whose decision boundaries are about to
   * move.
   */
  readonly close: Uint8Array;
}

/**
 * Draws the images to replay.
 *
 * @param atStake names of the classes that are corrected to, or were predicted instead; their
 * look-alikes are included
 */
export function drawReplay(atStake: Iterable<string>): Replay {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'train' });
  const groups = new Set([...atStake].map(mergedName));
  const numbers = [...BALANCED_CLASSES.keys()].filter((at) =>
    groups.has(mergedName(BALANCED_CLASSES[at])),
  );
  const rounds = BALANCED_CLASSES.length;
  const close = numbers.length === 0 ? 0 : CLOSE;
  return {
    all: draw(characters, OF_EACH * rounds, (i) => i),
    // Indices after those above, so that no image is drawn twice.
    close: draw(characters, close, (i) => {
      return numbers[i % numbers.length] + rounds * (OF_EACH + Math.floor(i / numbers.length));
    }),
  };
}

export interface Exam {
  readonly images: Uint8Array;
  /** Name of the class of each image. */
  readonly names: readonly string[];
}

/**
 * Draws ten images of each class that the program can draw and the model has; none of them is ever
 * replayed.
 */
export function drawExam(classes: readonly string[]): Exam {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'validation' });
  const known = [...Array(OF_EACH * BALANCED_CLASSES.length).keys()].filter((i) =>
    classes.includes(BALANCED_CLASSES[i % BALANCED_CLASSES.length]),
  );
  return {
    images: draw(characters, known.length, (i) => known[i]),
    names: known.map((i) => BALANCED_CLASSES[i % BALANCED_CLASSES.length]),
  };
}

function draw(
  characters: SyntheticCharacters,
  count: number,
  index: (i: number) => number,
): Uint8Array {
  const images = new Uint8Array(count * IMAGE_PIXELS);
  for (let i = 0; i < count; i++) images.set(characters.sample(index(i)).image, i * IMAGE_PIXELS);
  return images;
}
