// Synthetic characters: randomly varied letter forms, drawn by the same glyph pipeline as the page.
// For learning and testing without a download. They are not EMNIST, and accuracy on them does not
// predict accuracy on EMNIST. The data set records this in its name and in `synthetic`.

import { ArgumentError } from '../../engine/errors.js';
import { Rng } from '../../engine/rng.js';
import { ImageDataset } from '../loading/imageDataset.js';
import { GlyphRenderer, type GlyphOptions, type Stroke } from './glyph.js';
import { Handwriting } from './handwriting.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../emnist/idx.js';
import { DIGIT_FORMS } from './skeletons/digits.js';
import { LOWER_FORMS } from './skeletons/lower.js';
import { parseSkeleton, type Skeleton } from './skeletons/skeleton.js';
import { UPPER_FORMS } from './skeletons/upper.js';
import { BALANCED_CLASSES } from '../emnist/splits.js';

const FORMS = { ...DIGIT_FORMS, ...UPPER_FORMS, ...LOWER_FORMS };

/** The forms of each class, in the order of the Balanced classes. */
const SKELETONS: readonly (readonly Skeleton[])[] = BALANCED_CLASSES.map((name) =>
  FORMS[name].map(([weight, path]) => parseSkeleton(weight, path)),
);

/** The parts of the synthetic characters. */
export type SyntheticPart = 'train' | 'validation' | 'test';

/** Options of the synthetic characters. */
export interface SyntheticOptions {
  /** A non-negative safe integer; the same seed gives the same characters on every machine. */
  readonly seed: number;
  /** Parts never share a drawing; default `train`. */
  readonly part?: SyntheticPart;
}

/** A synthetic character as an image and its class index. */
export interface SyntheticSample {
  /** Upright, `[28, 28]`, 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
  readonly label: number;
}

/** A synthetic character as strokes, the pen to draw them with, and its class index. */
export interface SyntheticDrawing {
  readonly strokes: readonly Stroke[];
  readonly pen: GlyphOptions;
  readonly label: number;
}

/**
 * Unlimited synthetic characters, `[28, 28]` as in EMNIST: sample i depends only on the seed, the
 * part and i.
 *
 * @example
 * const characters = new SyntheticCharacters({ seed: 1 });
 * const { image, label } = characters.sample(10);
 * print(image.length, characters.classes[label]); // 784 A
 */
export class SyntheticCharacters {
  /** Names of the 47 classes of EMNIST Balanced. */
  readonly classes = BALANCED_CLASSES;
  readonly #rng: Rng;
  readonly #renderer = new GlyphRenderer();

  constructor(options: SyntheticOptions) {
    this.#rng = new Rng(options.seed).split(`synthetic-${options.part ?? 'train'}`);
  }

  /** Draws sample `index`. The label is `index` modulo 47, so any range of indices is balanced. */
  sample(index: number): SyntheticSample {
    const { strokes, pen, label } = this.drawing(index);
    return { image: this.#renderer.render(strokes, pen), label };
  }

  /**
   * The strokes of sample `index` before they are drawn, and the pen, for callers
   * with another renderer.
   *
   * @throws ArgumentError if `index` is not a nonnegative integer
   */
  drawing(index: number): SyntheticDrawing {
    if (!Number.isSafeInteger(index) || index < 0) {
      throw new ArgumentError(
        `synthetic: index must be a whole number of at least 0, got ${index}`,
      );
    }
    const label = index % this.classes.length;
    const handwriting = new Handwriting(this.#rng.split(String(index)));
    const skeleton = handwriting.choose(SKELETONS[label]);
    return { strokes: handwriting.write(skeleton), pen: handwriting.pen(skeleton), label };
  }
}

/**
 * Draws `count` samples into a data set of the 47 classes of EMNIST Balanced.
 *
 * @throws ArgumentError if `count` is not a positive integer
 * @example
 * const dataset = syntheticDataset({ seed: 1, count: 94 }); // two images of each class
 * print(dataset.shapes.inputs); // [1, 28, 28]
 */
export function syntheticDataset(
  options: SyntheticOptions & { readonly count: number },
): ImageDataset {
  const drawing = drawDataset(options);
  for (;;) {
    const { done, value } = drawing.next();
    if (done === true) return value;
  }
}

/**
 * Like `syntheticDataset`, but incremental: yields the number of samples drawn after each sample,
 * and returns the data set.
 */
export function* drawDataset(
  options: SyntheticOptions & { readonly count: number },
): Generator<number, ImageDataset, undefined> {
  const { count } = options;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ArgumentError(`synthetic: count must be a whole number of at least 1, got ${count}`);
  }
  const characters = new SyntheticCharacters(options);
  const images = new Uint8Array(count * IMAGE_PIXELS);
  const labels = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const { image, label } = characters.sample(index);
    images.set(image, index * IMAGE_PIXELS);
    labels[index] = label;
    yield index + 1;
  }
  return new ImageDataset({
    name: 'synthetic characters (not EMNIST)',
    images,
    height: IMAGE_SIDE,
    width: IMAGE_SIDE,
    labels,
    classes: characters.classes,
    synthetic: true,
  });
}
