// Options shared by several commands.
//
// Numbers have no `type`, because yargs would convert text to NaN and an empty value to 0. They have
// `nargs: 1`: with `requiresArg` yargs 18 parses "--threads 3 --threads 1" as 4.

import type { Argv } from 'yargs';
import { EMNIST_SPLITS } from '../../data/emnist/splits.js';
import { ORIENTATIONS, type Orientation } from '../datasets/formats/orientation.js';
import { MAX_SIZE, MIN_SIZE, PREPROCESSING, type Preprocessing } from '../model/modelInput.js';
import { BACKENDS } from '../device/backend.js';
import { ArgumentError } from '../../engine/errors.js';
import { closestName } from '../terminal/closestName.js';

/** The model of a command without `--model` (findModel.ts), for its help. */
export const DEFAULT_MODEL = 'the newest run under runs/, else the bundled model';

export interface CommonArguments {
  readonly data: string | undefined;
  readonly split: string;
  readonly limit: number | undefined;
  readonly backend: string;
  readonly threads: number | undefined;
  readonly wideSimd: boolean;
  readonly json: boolean;
}

export function dataOptions<T>(
  yargs: Argv<T>,
): Argv<T & Pick<CommonArguments, 'data' | 'split' | 'limit'>> {
  return yargs
    .option('data', {
      type: 'string',
      requiresArg: true,
      describe:
        'Images: the folder of the EMNIST files (default: EMNIST_DIR, then data/emnist), a folder ' +
        'of images per class, MNIST files, or a .csv, .npz or .mat file',
    })
    .option('split', {
      ...choice('split', Object.keys(EMNIST_SPLITS)),
      default: 'balanced',
      describe: 'EMNIST split',
    })
    .option('limit', {
      ...integerAtLeast('limit', 1),
      describe: 'Use only N images: the first of EMNIST, a fixed random choice of other data',
    });
}

export const ORIENTATION_HELP =
  'How arrays of images are stored: upright (MNIST), transposed (EMNIST), or detected';
export const SIZE_HELP = 'Height and width of the images in pixels, 8 to 128';
export const PREPROCESS_HELP =
  'ink: find the ink of each character; resize: only change the size (default: ink for classes ' +
  'named by one character, unless the images are colorful)';

/** Options of commands that read images and have no settings of a run. */
export function orientationOption<T>(
  yargs: Argv<T>,
): Argv<T & Pick<InputArguments, 'orientation'>> {
  return yargs.option('orientation', {
    ...choice('orientation', ORIENTATIONS),
    default: 'auto' as const,
    describe: ORIENTATION_HELP,
  });
}

/** The form of the images, for commands without a model. */
export interface InputArguments {
  readonly orientation: Orientation;
  readonly size: number | undefined;
  readonly preprocess: Preprocessing | undefined;
}

export function inputOptions<T>(yargs: Argv<T>): Argv<T & InputArguments> {
  return orientationOption(yargs)
    .option('size', {
      ...numberOption('size', `a whole number from ${MIN_SIZE} to ${MAX_SIZE}`, isSize),
      describe: SIZE_HELP,
    })
    .option('preprocess', {
      ...choice('preprocess', PREPROCESSING),
      describe: PREPROCESS_HELP,
    });
}

const isSize = (value: number): boolean =>
  Number.isInteger(value) && value >= MIN_SIZE && value <= MAX_SIZE;

/** @param backends values of `--backend`; default those that every command accepts */
export function runOptions<T>(
  yargs: Argv<T>,
  backends: readonly string[] = BACKENDS,
): Argv<T & Pick<CommonArguments, 'backend' | 'threads' | 'wideSimd'>> {
  const options = yargs
    .option('backend', {
      ...choice('backend', backends),
      default: 'auto',
      describe:
        'Compute backend; auto chooses a GPU if it is faster than the CPU, otherwise wasm (SIMD)',
    })
    .option('threads', {
      ...integerAtLeast('threads', 1),
      describe: 'Number of CPU threads (default: one per processor); results do not depend on it',
    })
    .option('wide-simd', {
      type: 'boolean',
      default: true,
      describe:
        '256-bit SIMD on the CPU (Node 24 and later, x86-64), with equal results; ' +
        '--no-wide-simd or INKGRAD_WIDE_SIMD=0 disables it',
    });
  // yargs adds the name in camel case when it parses, but not to the type.
  return options as unknown as ReturnType<typeof runOptions<T>>;
}

export function jsonOption<T>(yargs: Argv<T>): Argv<T & Pick<CommonArguments, 'json'>> {
  return yargs.option('json', {
    type: 'boolean',
    default: false,
    describe: 'Print JSON on stdout and text on stderr',
  });
}

export function modelOption<T>(yargs: Argv<T>): Argv<T & { readonly model: string | undefined }> {
  return yargs.option('model', {
    type: 'string',
    requiresArg: true,
    describe: `Model file or run folder (default: ${DEFAULT_MODEL})`,
  });
}

export function forceOption<T>(yargs: Argv<T>): Argv<T & { readonly force: boolean }> {
  return yargs.option('force', {
    type: 'boolean',
    default: false,
    describe: 'Overwrite an existing file',
  });
}

/**
 * An option with a fixed set of values. Help lists them; the error for another value
 * suggests the closest.
 */
export function choice<Choice extends string>(name: string, values: readonly Choice[]) {
  const coerce = (value: string | undefined): Choice => {
    // Undefined: not given, and without a default, as in train.
    if (value === undefined || values.some((word) => word === value)) return value as Choice;
    const closest = closestName(value.toLowerCase(), values);
    const suggestion = closest === null ? '' : `; did you mean ${closest}?`;
    throw new ArgumentError(
      `--${name} must be one of ${values.join(', ')}, got ${value}${suggestion}`,
    );
  };
  return { choices: values, coerce, requiresArg: true };
}

/** An option for an integer of at least `min`. */
export function integerAtLeast(name: string, min: number) {
  return numberOption(
    name,
    `a whole number of at least ${min}`,
    (value) => Number.isSafeInteger(value) && value >= min,
  );
}

/** An option for a number that satisfies `isValid`; an error states the option and the rule. */
export function numberOption(name: string, rule: string, isValid: (value: number) => boolean) {
  const check = validator(name, rule, isValid);
  const coerce = (value: unknown): number => {
    const text = String(value).trim();
    const number = text === '' ? NaN : Number(text);
    if (Number.isNaN(number)) {
      const received = text === '' ? 'an empty value' : text;
      throw new ArgumentError(`--${name} must be ${rule}, but ${received} is not a number`);
    }
    return check(number);
  };
  return { nargs: 1, coerce };
}

/**
 * A coerce function that rejects values for which `isValid` is false, naming the option and the rule.
 */
export function validator<T extends number | string>(
  name: string,
  rule: string,
  isValid: (value: T) => boolean,
) {
  return (value: T): T => {
    if (!isValid(value)) throw new ArgumentError(`--${name} must be ${rule}, got ${value}`);
    return value;
  };
}
