// Random characters of the forms that EMNIST lacks (skeletons/rare.ts), to mix into training.
// Generated like the synthetic characters.

import { Rng } from '../../engine/rng.js';
import { BALANCED_CLASSES } from '../emnist/splits.js';
import { GlyphRenderer, type GlyphOptions, type Stroke } from './glyph.js';
import { Handwriting } from './handwriting.js';
import { RARE_FORMS, type RareForms } from './skeletons/rare.js';
import { parseSkeleton, type Skeleton } from './skeletons/skeleton.js';
import type { SyntheticOptions, SyntheticSample } from './synthetic.js';

/** A kind of form with its parsed paths. */
interface ParsedForms extends Pick<RareForms, 'name' | 'weight'> {
  readonly label: number;
  readonly skeletons: readonly Skeleton[];
}

const FORMS: readonly ParsedForms[] = RARE_FORMS.map(
  ({ class: className, name, weight, paths }) => ({
    name,
    weight,
    label: BALANCED_CLASSES.indexOf(className),
    skeletons: paths.map((path) => parseSkeleton(1, path)),
  }),
);

/** A rare form as strokes, the pen to draw them with, its class index and the name of its kind. */
export interface RareDrawing {
  readonly strokes: readonly Stroke[];
  readonly pen: GlyphOptions;
  readonly label: number;
  readonly name: string;
}

/**
 * Unlimited characters of rare forms: sample i depends only on the seed, the part and i.
 *
 * @example
 * const characters = new RareCharacters({ seed: 1 });
 * const { image, name } = characters.sample(0);
 * print(image.length, name.length > 0); // 784 true
 */
export class RareCharacters {
  readonly #rng: Rng;
  readonly #renderer = new GlyphRenderer();

  constructor({ seed, part = 'train' }: SyntheticOptions) {
    this.#rng = new Rng(seed).split(`rare-${part}`);
  }

  /** Draws sample `index`. */
  sample(index: number): SyntheticSample & Pick<RareDrawing, 'name'> {
    const { strokes, pen, label, name } = this.drawing(index);
    return { image: this.#renderer.render(strokes, pen), label, name };
  }

  /** The strokes of sample `index`. */
  drawing(index: number): RareDrawing {
    const rng = this.#rng.split(String(index));
    const handwriting = new Handwriting(rng);
    const { skeletons, label, name } = handwriting.choose(FORMS);
    const skeleton = skeletons[rng.below(skeletons.length)];
    return { strokes: handwriting.write(skeleton), pen: handwriting.pen(skeleton), label, name };
  }
}
