// Outliers made of training images: a character with exchanged halves, or three characters in a row. A
// network that sees only generated outliers learns to reject the style of the generator.

import { ArgumentError } from '../../engine/errors.js';
import { Rng } from '../../engine/rng.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/emnist/idx.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';

/** The brightness of pixel (x, y) of an upright image; 0 outside. */
type Pixels = (x: number, y: number) => number;

/** Draws a composite of characters of different classes. */
type Compose = (characters: readonly Pixels[], rng: Rng) => Pixels;

const KINDS: readonly Compose[] = [halvesExchanged, sideBySide];
/** Characters of a composite. */
const CHARACTERS = 3;

/**
 * Unlimited composites of the images of a data set: sample i depends only on the images, the seed
 * and i.
 */
export class Composites {
  readonly #images: ImageDataset;
  readonly #rng: Rng;

  /** @throws ArgumentError if fewer than three classes have images */
  constructor(images: ImageDataset, seed: number) {
    const classes = new Set(images.labels).size;
    if (classes < CHARACTERS) {
      throw new ArgumentError(
        `--outliers needs images of at least ${CHARACTERS} classes, ${images.name} has ${classes}; ` +
          'use more images or remove it',
      );
    }
    this.#images = images;
    this.#rng = new Rng(seed).split('composites');
  }

  /** Draws sample `index`: `[28, 28]`, 0 = paper, 255 = ink. */
  sample(index: number): Uint8Array {
    const rng = this.#rng.split(String(index));
    const pixels = KINDS[index % KINDS.length](this.#choose(rng), rng);
    return Uint8Array.from({ length: IMAGE_PIXELS }, (_, i) =>
      pixels(i % IMAGE_SIDE, Math.floor(i / IMAGE_SIDE)),
    );
  }

  /** Three random images of different classes. */
  #choose(rng: Rng): Pixels[] {
    const { images, labels, length } = this.#images;
    const chosen: number[] = [];
    while (chosen.length < CHARACTERS) {
      const index = rng.below(length);
      if (!chosen.some((other) => labels[other] === labels[index])) chosen.push(index);
    }
    return chosen.map(
      (index) => (x, y) =>
        x >= 0 && y >= 0 && x < IMAGE_SIDE && y < IMAGE_SIDE
          ? images[index * IMAGE_PIXELS + y * IMAGE_SIDE + x]
          : 0,
    );
  }
}

/** A character whose left and right half, or upper and lower half, or both, are exchanged. */
function halvesExchanged([character]: readonly Pixels[], rng: Rng): Pixels {
  const half = IMAGE_SIDE / 2;
  const axes = 1 + rng.below(3);
  const [dx, dy] = [axes & 1 ? half : 0, axes & 2 ? half : 0];
  return (x, y) => character((x + dx) % IMAGE_SIDE, (y + dy) % IMAGE_SIDE);
}

/** Three characters in a row, each a third of its size. */
function sideBySide(characters: readonly Pixels[]): Pixels {
  const width = IMAGE_SIDE / CHARACTERS;
  return (x, y) => {
    const position = Math.floor(x / width);
    const left = Math.floor((x - position * width) * CHARACTERS);
    const top = Math.floor((y - (IMAGE_SIDE - width) / 2) * CHARACTERS);
    return meanOfBlock(characters[position], left, top);
  };
}

/** Mean of 3 x 3 pixels. */
function meanOfBlock(pixels: Pixels, left: number, top: number): number {
  let sum = 0;
  for (let i = 0; i < 9; i++) sum += pixels(left + (i % 3), top + Math.floor(i / 3));
  return sum / 9;
}
