// Generated images that are mixed into the training images: characters of ordinary forms and of forms
// that EMNIST lacks, and outliers, which are not characters.
//
// Each part needs the others. With rare forms alone, the network reads a drawn R as r, because no other
// class has this shape among the generated images. With generated outliers alone, it rejects everything
// in the style of the generator.

import { ArgumentError } from '../../engine/errors.js';
import { IMAGE_PIXELS, IMAGE_SIDE } from '../../data/emnist/idx.js';
import { BALANCED_CLASSES } from '../../data/emnist/splits.js';
import { ImageDataset, newLabels, type ClassLabels } from '../../data/loading/imageDataset.js';
import { Outliers } from '../../data/strokes/outliers.js';
import { RareCharacters } from '../../data/strokes/rareCharacters.js';
import {
  SyntheticCharacters,
  type SyntheticOptions,
  type SyntheticSample,
} from '../../data/strokes/synthetic.js';
import { Composites } from './composites.js';

/** Name of the class of outliers; its index is the number of classes of the network. */
export const OUTLIER_CLASS = 'not a character';

/** Share of composites among the outliers. */
const COMPOSITES = 0.25;

/** A number of samples, and the function that draws sample `index`. */
type Generator = readonly [count: number, sample: (index: number) => SyntheticSample];

/** Shares of the images of an epoch, from 0. */
export interface GeneratedShares {
  /** Characters of ordinary forms of every class; see SyntheticCharacters. */
  readonly ordinaryForms: number;
  /** Characters of forms that EMNIST lacks; see RareCharacters. */
  readonly rareForms: number;
  /** Images that are not characters: a quarter of them Composites, the others Outliers. */
  readonly outliers: number;
}

/**
 * The training images followed by generated ones. With outliers the result has one more class,
 * `OUTLIER_CLASS`.
 *
 * @param seed the generated images depend only on it and on the number of images
 * @throws ArgumentError unless the classes are those of EMNIST Balanced, or if no image would be real
 */
export function addGenerated(
  train: ImageDataset,
  { ordinaryForms, rareForms, outliers }: GeneratedShares,
  seed: number,
): ImageDataset {
  const share = ordinaryForms + rareForms + outliers;
  if (share === 0) return train;
  const isCharacter = train.channels === 1 && train.height === IMAGE_SIDE;
  if (!isCharacter || train.classes.join() !== BALANCED_CLASSES.join()) {
    throw new ArgumentError(
      '--ordinary-forms, --rare-forms and --outliers need the 47 classes of the balanced split, 28 x 28 ' +
        `pixels; remove them for ${train.name}`,
    );
  }
  if (!(share < 1)) {
    throw new ArgumentError(
      `--ordinary-forms ${ordinaryForms}, --rare-forms ${rareForms} and --outliers ${outliers} ` +
        'leave no real images; their sum must be below 1',
    );
  }
  const countOf = (part: number): number => Math.round((part * train.length) / (1 - share));
  const outlierClass = train.classes.length;
  const [ordinary, rare] = [new SyntheticCharacters({ seed }), new RareCharacters({ seed })];
  const drawings = new Outliers({ seed });
  const generators: Generator[] = [
    [countOf(ordinaryForms), (index) => ordinary.sample(index)],
    [countOf(rareForms), (index) => rare.sample(index)],
  ];
  if (outliers > 0) {
    const composites = new Composites(train, seed);
    const [composed, drawn] = [COMPOSITES * outliers, (1 - COMPOSITES) * outliers].map(countOf);
    generators.push(
      [composed, (index) => ({ image: composites.sample(index), label: outlierClass })],
      [drawn, (index) => ({ ...drawings.sample(index), label: outlierClass })],
    );
  }
  const classes = outliers > 0 ? [...train.classes, OUTLIER_CLASS] : train.classes;
  const { images, labels } = draw(generators, train.images, train.labels, classes.length);
  return train.with({ images, labels, classes });
}

/**
 * Generated characters for calibration, half of ordinary and half of rare forms. No training contains
 * them.
 */
export function generatedCharacters(count: number): ImageDataset {
  const options: SyntheticOptions = { seed: 1, part: 'validation' };
  const [ordinary, rare] = [new SyntheticCharacters(options), new RareCharacters(options)];
  return toDataset('generated characters', [
    [Math.ceil(count / 2), (index) => ordinary.sample(index)],
    [Math.floor(count / 2), (index) => rare.sample(index)],
  ]);
}

/** Outliers for calibration, of all kinds that training contains. Their labels are meaningless. */
export function generatedOutliers(count: number): ImageDataset {
  const outliers = new Outliers({ seed: 1, part: 'validation' });
  const generator: Generator = [count, (index) => ({ ...outliers.sample(index), label: 0 })];
  return toDataset('generated outliers', [generator]);
}

/** The samples of generators as a data set of the Balanced classes. */
function toDataset(name: string, generators: readonly Generator[]): ImageDataset {
  return new ImageDataset({
    ...draw(generators, [], [], BALANCED_CLASSES.length),
    name,
    height: IMAGE_SIDE,
    width: IMAGE_SIDE,
    classes: BALANCED_CLASSES,
    synthetic: true,
  });
}

/** Appends the samples of all generators to images and labels. */
function draw(
  generators: readonly Generator[],
  images: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): { readonly images: Uint8Array; readonly labels: ClassLabels } {
  let next = labels.length;
  const length = generators.reduce((sum, [count]) => sum + count, next);
  const allImages = new Uint8Array(length * IMAGE_PIXELS);
  const allLabels = newLabels(length, classes);
  allImages.set(images);
  allLabels.set(labels);
  for (const [count, sample] of generators) {
    for (let index = 0; index < count; index++, next++) {
      const { image, label } = sample(index);
      allImages.set(image, next * IMAGE_PIXELS);
      allLabels[next] = label;
    }
  }
  return { images: allImages, labels: allLabels };
}
