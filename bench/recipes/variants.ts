// Variants of the ablation: the two recipes, and the best one without one component at a time, on
// all images or a subset. Contains only names, options of `inkgrad train`, and the statistics of
// the table.

export interface Variant {
  readonly name: string;
  /** Description of what is left out, for the table. */
  readonly title: string;
  /** Options of `inkgrad train`. */
  readonly options: readonly string[];
  /**
   * Variant whose networks of seeds 1, 2 and 3 are the teachers; the same for each student seed.
   */
  readonly teacherVariant?: string;
}

/** Amount of training. */
export type ScaleName = 'full' | 'small';

/** Options of every run of a scale; a variant's options take precedence. */
export const SCALES: Readonly<Record<ScaleName, readonly string[]>> = {
  /** All images, and the recipe's number of epochs. */
  full: [],
  /**
   * About 90 seconds per run on one thread: 12,000 images, a tenth of them for validation, 12
   * epochs, the original's network. Its runs predate `--keep=last` and precise batch norm.
   */
  small: ['--limit=12000', '--epochs=12', '--convolutions=1,1,1', '--keep=best', '--no-precise-bn'],
};

/** Options of a run: the variant's, and those of the scale that the variant does not set. */
export function optionsOf({ options }: Variant, scale: ScaleName): string[] {
  const nameOf = (option: string): string => option.replace(/=.*/, '');
  const named = new Set(options.map(nameOf));
  return [...options, ...SCALES[scale].filter((option) => !named.has(nameOf(option)))];
}

/** The best recipe with some options changed. */
const without = (name: string, title: string, ...options: string[]): Variant => ({
  name: `without-${name}`,
  title: `best without ${title}`,
  options: ['--recipe=best', ...options],
});

export const VARIANTS: readonly Variant[] = [
  { name: 'original', title: 'original', options: ['--recipe=original'] },
  { name: 'best', title: 'best', options: ['--recipe=best'] },
  // Teachers predict augmented images, so they keep the batch-norm statistics of augmented images.
  {
    name: 'taught',
    title: 'distilled from three best',
    options: ['--recipe=best'],
    teacherVariant: 'without-precise',
  },
  without(
    'affine',
    'shift, rotation, scale, shear',
    '--shift=0',
    '--rotation=0',
    '--scale=0',
    '--shear=0',
  ),
  without('stroke', 'stroke width', '--stroke=0'),
  without('smoothing', 'label smoothing', '--label-smoothing=0'),
  without('balance', 'balanced classes', '--no-balance'),
  without('average', 'averaged weights', '--average=0'),
  without('one-cycle', 'one cycle (plateau, lr 0.001)', '--schedule=plateau', '--lr=0.001'),
  without('decay', 'weight decay', '--weight-decay=0'),
  without('dropout', 'dropout', '--dropout=0'),
  without('precise', 'precise batch norm', '--no-precise-bn'),
  // at the small scale all keep the best
  without('last', 'last epoch (best validation)', '--keep=best'),
  // The small scale has one convolution per block; at full scale the first of these two is the best
  // recipe.
  {
    name: 'deeper',
    title: 'best with 1, 2, 2 convolutions',
    options: ['--recipe=best', '--convolutions=1,2,2'],
  },
  {
    name: 'deepest',
    title: 'best with 2, 2, 2',
    options: ['--recipe=best', '--convolutions=2,2,2'],
  },
];

/** Result of one training run with one seed on the test part. */
export interface Result {
  readonly name: string;
  readonly scale: ScaleName;
  readonly seed: number;
  readonly epochs: number;
  readonly keptEpoch: number;
  readonly valAccuracy: number;
  readonly testImages: number;
  readonly testAccuracy: number;
  readonly testMerged: number;
  readonly calibrationError: number;
  /** Training time of all epochs. */
  readonly seconds: number;
}

/** Student's t for a 95 % interval, by the number of runs. */
const T95: Readonly<Record<number, number>> = { 2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776 };

export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % interval of the mean over seeds; null for one run. */
  readonly half: number | null;
}

/**
 * Mean over seeds with its 95 % interval (Student's t), which quantifies the variation between
 * seeds.
 */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: (T95[n] ?? 2.571) * Math.sqrt(variance / n) };
}

/**
 * The table's rows, one per variant with results of this scale: title, seeds, accuracy, difference
 * to the best recipe with the same seed, merged accuracy, calibration error, minutes.
 */
export function tableRows(all: readonly Result[], scale: ScaleName): string[][] {
  const results = all.filter((result) => result.scale === scale);
  const cell = ({ mean, half }: Estimate): string =>
    `${(100 * mean).toFixed(2)}${half === null ? '' : ` ± ${(100 * half).toFixed(2)}`}`;
  const best = new Map(
    results
      .filter(({ name }) => name === 'best')
      .map(({ seed, testAccuracy }) => [seed, testAccuracy]),
  );
  return VARIANTS.flatMap(({ name, title }) => {
    const variantResults = results.filter((result) => result.name === name);
    if (variantResults.length === 0) return [];
    const pairs = variantResults.filter(({ name, seed }) => name !== 'best' && best.has(seed));
    const differences = pairs.map(({ seed, testAccuracy }) => testAccuracy - best.get(seed)!);
    const of = (metric: (result: Result) => number): string =>
      cell(estimate(variantResults.map(metric)));
    return [
      [
        title,
        variantResults.map(({ seed }) => seed).join(' '),
        of(({ testAccuracy }) => testAccuracy),
        differences.length === 0 ? '' : cell(estimate(differences)),
        of(({ testMerged }) => testMerged),
        of(({ calibrationError }) => calibrationError),
        (
          variantResults.reduce((sum, { seconds }) => sum + seconds, 0) /
          variantResults.length /
          60
        ).toFixed(1),
      ],
    ];
  });
}
