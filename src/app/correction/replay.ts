// What the network is shown beside somebody's corrections so that it forgets nothing, and what it is examined on afterwards:
// characters that the program draws. They are not EMNIST, and being right on them is not being right on people's writing.
// Host arrays only. Imports data and the look-alikes.

import { IMAGE_PIXELS } from '../../data/emnist/idx.js';
import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { SyntheticCharacters } from '../../data/strokes/synthetic.js';
import { mergedName } from '../../data/emnist/lookAlikes.js';

/** Fixed, so that the same corrections always teach the same. */
const SEED = 1;
/** Of every character that the program draws. */
const OF_EACH = 10;
/** Of the characters at stake, all together. */
const CLOSE = 240;

export interface Replay {
  /** Of every class: `[n, 28, 28]`. */
  readonly all: Uint8Array;
  /** More of the classes that the corrections are about, whose borders are about to move. */
  readonly close: Uint8Array;
}

/**
 * Draws what is replayed.
 *
 * @param atStake names of the classes that corrections name or that were read in their place; their look-alikes come along
 */
export function drawReplay(atStake: Iterable<string>): Replay {
  const characters = new SyntheticCharacters({ seed: SEED, part: 'train' });
  const groups = new Set([...atStake].map(mergedName));
  const numbers = [...BALANCED_CLASSES.keys()].filter((at) => groups.has(mergedName(BALANCED_CLASSES[at])));
  const rounds = BALANCED_CLASSES.length;
  const close = numbers.length === 0 ? 0 : CLOSE;
  return {
    all: draw(characters, OF_EACH * rounds, (i) => i),
    // Beyond those above, so that none is drawn twice.
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

/** Ten of each class that both the program can draw and the model knows; none of them is ever replayed. */
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

function draw(characters: SyntheticCharacters, count: number, index: (i: number) => number): Uint8Array {
  const images = new Uint8Array(count * IMAGE_PIXELS);
  for (let i = 0; i < count; i++) images.set(characters.sample(index(i)).image, i * IMAGE_PIXELS);
  return images;
}
