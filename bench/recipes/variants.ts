// What the ablation compares: the two recipes, and the best one without one ingredient at a time, on all images or on some.
// Only names and options of `inkgrad train`, and the statistics of the table. No imports.

export interface Variant {
  readonly name: string;
  /** What is left out, for the table. */
  readonly title: string;
  /** Options of `inkgrad train`. */
  readonly options: readonly string[];
  /** Variant whose networks of seeds 1, 2 and 3 it learns from, the same for each of its own seeds. */
  readonly taughtBy?: string;
}

/** How much is trained. */
export type ScaleName = 'full' | 'small';

/** What every run of a scale is given; a variant's own options come first. */
export const SCALES: Readonly<Record<ScaleName, readonly string[]>> = {
  /** All images, and the recipe's own epochs. */
  full: [],
  /**
   * Some 90 seconds a run on one thread: 12,000 images, a tenth of them set aside, 12 epochs, the original's network.
   * Its runs are of the time before the last epoch was kept and statistics were precise.
   */
  small: ['--limit=12000', '--epochs=12', '--convolutions=1,1,1', '--keep=best', '--no-precise-bn'],
};

/** The options of a run: the variant's, and the scale's where the variant says nothing. */
export function optionsOf({ options }: Variant, scale: ScaleName): string[] {
  const nameOf = (option: string): string => option.replace(/=.*/, '');
  const named = new Set(options.map(nameOf));
  return [...options, ...SCALES[scale].filter((option) => !named.has(nameOf(option)))];
}

/** The best recipe but for what the options say. */
const without = (name: string, title: string, ...options: string[]): Variant => ({
  name: `without-${name}`,
  title: `best without ${title}`,
  options: ['--recipe=best', ...options],
});

export const VARIANTS: readonly Variant[] = [
  { name: 'original', title: 'original', options: ['--recipe=original'] },
  { name: 'best', title: 'best', options: ['--recipe=best'] },
  // The images that teachers read are augmented, so they keep the statistics of those.
  {
    name: 'taught',
    title: 'best, taught by three of best',
    options: ['--recipe=best'],
    taughtBy: 'without-precise',
  },
  without('affine', 'shift, rotation, scale, shear', '--shift=0', '--rotation=0', '--scale=0', '--shear=0'),
  without('stroke', 'stroke width', '--stroke=0'),
  without('smoothing', 'label smoothing', '--label-smoothing=0'),
  without('balance', 'balanced classes', '--no-balance'),
  without('average', 'averaged weights', '--average=0'),
  without('one-cycle', 'one cycle (plateau, lr 0.001)', '--schedule=plateau', '--lr=0.001'),
  without('decay', 'weight decay', '--weight-decay=0'),
  without('dropout', 'dropout', '--dropout=0'),
  without('precise', 'statistics of images as they are', '--no-precise-bn'),
  without('last', 'the last epoch (best in validation)', '--keep=best'), // at the small scale all keep the best
  // The small scale has one convolution a block; at full scale the first of these two is the best recipe itself.
  {
    name: 'deeper',
    title: 'best with 1, 2, 2 convolutions',
    options: ['--recipe=best', '--convolutions=1,2,2'],
  },
  { name: 'deepest', title: 'best with 2, 2, 2', options: ['--recipe=best', '--convolutions=2,2,2'] },
];

/** One training run with one seed, and what came of it on the test part. */
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
  /** Training time, all epochs. */
  readonly seconds: number;
}

/** Student's t for a 95 % interval, by the number of runs. */
const T95: Readonly<Record<number, number>> = { 2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776 };

export interface Estimate {
  readonly mean: number;
  /** Half the width of the 95 % interval of the mean over seeds; null for one run. */
  readonly half: number | null;
}

/** The mean over seeds with its 95 % interval (Student's t): how much another choice of seeds would move it. */
export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, half: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, half: (T95[n] ?? 2.571) * Math.sqrt(variance / n) };
}

/**
 * The table's rows, one a variant that has results of this scale: title, seeds, accuracy, accuracy less the best recipe's with the
 * same seed, merged, calibration error, minutes.
 */
export function tableRows(all: readonly Result[], scale: ScaleName): string[][] {
  const results = all.filter((result) => result.scale === scale);
  const cell = ({ mean, half }: Estimate): string =>
    `${(100 * mean).toFixed(2)}${half === null ? '' : ` ± ${(100 * half).toFixed(2)}`}`;
  const best = new Map(
    results.filter(({ name }) => name === 'best').map(({ seed, testAccuracy }) => [seed, testAccuracy]),
  );
  return VARIANTS.flatMap(({ name, title }) => {
    const own = results.filter((result) => result.name === name);
    if (own.length === 0) return [];
    const pairs = own.filter(({ name, seed }) => name !== 'best' && best.has(seed));
    const gains = pairs.map(({ seed, testAccuracy }) => testAccuracy - best.get(seed)!);
    const of = (measure: (result: Result) => number): string => cell(estimate(own.map(measure)));
    return [
      [
        title,
        own.map(({ seed }) => seed).join(' '),
        of(({ testAccuracy }) => testAccuracy),
        gains.length === 0 ? '' : cell(estimate(gains)),
        of(({ testMerged }) => testMerged),
        of(({ calibrationError }) => calibrationError),
        (own.reduce((sum, { seconds }) => sum + seconds, 0) / own.length / 60).toFixed(1),
      ],
    ];
  });
}
