// Table of every setting of a training run: default, valid values, and whether a resumed run may
// change it. The command line and a run's config.json are both validated against it.

import { ArgumentError, FormatError } from '../../engine/errors.js';
import type { Json, JsonObject } from '../../nn/index.js';
import { SCHEDULES, type ScheduleName } from '../training/schedule.js';
import { KEEP_OPTIONS, type KeepOption } from '../training/trainerEvents.js';
import { RECIPE_NAMES, RECIPES, type RecipeName } from '../training/recipes.js';

/**
 * The settings of a run. Names are those of the options, in camel case; null stands for an option
 * that is not given.
 */
export interface Settings {
  /** Defaults for the settings below. */
  readonly recipe: RecipeName;
  /** The folder of EMNIST files that was given. */
  readonly data: string | null;
  readonly split: string;
  readonly limit: number | null;
  readonly valFraction: number;
  readonly valOnTest: boolean;
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
  readonly schedule: ScheduleName;
  readonly weightDecay: number;
  readonly dropout: number;
  /** Convolutions in each of the three blocks, e.g. `1,2,1`. */
  readonly convolutions: string;
  readonly labelSmoothing: number;
  /** Train with logit adjustment, as if classes were balanced. */
  readonly balance: boolean;
  /**
   * Precise batch norm: recompute the running statistics on unaugmented images at the end of
   * the run (preciseBatchNorm.ts).
   */
  readonly preciseBn: boolean;
  /** Which epoch's network becomes the run's model. */
  readonly keep: KeepOption;
  /** Teacher model files for distillation, separated by commas. */
  readonly teacher: string | null;
  /** Weight of the teachers' term in the loss. */
  readonly teacherWeight: number;
  /** Decay of the weights' moving average; 0: no average. */
  readonly average: number;
  /** Augmentation ranges: pixels, degrees, relative size, shear, stroke width. */
  readonly shift: number;
  readonly rotation: number;
  readonly scale: number;
  readonly shear: number;
  readonly stroke: number;
  /** Share of generated characters of every class among the training images. */
  readonly ordinaryForms: number;
  /** Share of generated characters of forms that EMNIST lacks among the training images. */
  readonly rareForms: number;
  /** Share of generated images that are not characters among the training images. */
  readonly outliers: number;
  readonly shuffle: boolean;
  /** Model file that supplied the initial weights. */
  readonly init: string | null;
  /** Stop after this many epochs without a better validation accuracy. */
  readonly patience: number | null;
  /** Stop each session after this many minutes. */
  readonly maxMinutes: number | null;
  /** Seconds between two checkpoints within an epoch. */
  readonly checkpointEvery: number;
  readonly backend: string;
  readonly threads: number | null;
}

export type SettingName = keyof Settings;

/** Valid values of a setting, as text and as a predicate. */
export interface Rule {
  readonly description: string;
  readonly isValid: (value: Json) => boolean;
}

export interface Setting extends Rule {
  readonly defaultValue: Json;
  /** True if the setting affects the results, so that a resumed run must keep it. */
  readonly fixed: boolean;
}

const TEXT: Rule = { description: 'a string', isValid: (value) => typeof value === 'string' };
const FLAG: Rule = { description: 'true or false', isValid: (value) => typeof value === 'boolean' };

function oneOf(values: readonly string[]): Rule {
  return {
    description: `one of ${values.join(', ')}`,
    isValid: (value) => values.some((candidate) => candidate === value),
  };
}

/** From 0, which disables the feature, to a limit. */
function upTo(limit: number): Rule {
  return number(`from 0 to ${limit}`, (value) => value >= 0 && value <= limit);
}

/** A fraction from 0 to below 1. */
const FRACTION = number('at least 0 and below 1', (value) => value >= 0 && value < 1);

function wholeNumber(min: number): Rule {
  const isValid = (value: Json): boolean => Number.isSafeInteger(value) && (value as number) >= min;
  return { description: `a whole number of at least ${min}`, isValid };
}

function number(description: string, isValid: (value: number) => boolean): Rule {
  return {
    description,
    isValid: (value) => typeof value === 'number' && Number.isFinite(value) && isValid(value),
  };
}

const fixed = (defaultValue: Json, rule: Rule): Setting => ({ ...rule, defaultValue, fixed: true });
const changeable = (defaultValue: Json, rule: Rule): Setting => ({
  ...rule,
  defaultValue,
  fixed: false,
});

export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  recipe: fixed('original', oneOf(RECIPE_NAMES)),
  // The folder may have moved; its contents must be the same.
  data: changeable(null, TEXT),
  split: fixed('balanced', TEXT),
  limit: fixed(null, wholeNumber(1)),
  valFraction: fixed(
    0.1,
    number('above 0 and below 1', (value) => value > 0 && value < 1),
  ),
  valOnTest: fixed(false, FLAG),
  seed: fixed(42, wholeNumber(0)),
  epochs: changeable(20, wholeNumber(1)), // nothing before the last epoch depends on it
  batchSize: fixed(64, wholeNumber(1)),
  lr: fixed(
    0.001,
    number('above 0', (value) => value > 0),
  ),
  schedule: fixed('plateau', oneOf(SCHEDULES)),
  weightDecay: fixed(0, upTo(1)),
  dropout: fixed(0.5, FRACTION),
  convolutions: fixed('1,1,1', {
    description: 'three numbers from 1 to 3, such as 1,2,1',
    isValid: (value) => typeof value === 'string' && /^[1-3],[1-3],[1-3]$/.test(value),
  }),
  labelSmoothing: fixed(0, FRACTION),
  balance: fixed(false, FLAG),
  preciseBn: fixed(false, FLAG),
  keep: fixed('best', oneOf(KEEP_OPTIONS)),
  // The files may have moved; their contents must be the same.
  teacher: changeable(null, {
    description: 'model files separated by commas, such as a.safetensors,b.safetensors',
    isValid: (value) =>
      typeof value === 'string' && value.split(',').every((path) => path.trim() !== ''),
  }),
  teacherWeight: fixed(0.8, upTo(1)),
  average: fixed(0, FRACTION),
  shift: fixed(0, upTo(14)),
  rotation: fixed(0, upTo(180)),
  scale: fixed(0, upTo(0.9)),
  shear: fixed(0, upTo(2)),
  stroke: fixed(0, upTo(1)),
  ordinaryForms: fixed(0, FRACTION),
  rareForms: fixed(0, FRACTION),
  outliers: fixed(0, FRACTION),
  shuffle: fixed(true, FLAG),
  init: fixed(null, TEXT),
  patience: changeable(null, wholeNumber(1)),
  maxMinutes: changeable(
    null,
    number('above 0', (value) => value > 0),
  ),
  checkpointEvery: changeable(
    30,
    number('at least 0', (value) => value >= 0),
  ),
  backend: changeable('auto', TEXT), // a different backend causes a warning
  threads: changeable(null, wholeNumber(1)),
};

/** Settings that runs of version 0.2 lack; they have their defaults there. */
const ADDED: readonly SettingName[] = ['ordinaryForms', 'rareForms', 'outliers'];

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The name of a setting on the command line: `valFraction` is `val-fraction`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Settings that were given, by name; undefined means not given. */
export type SettingOverrides = { readonly [Name in SettingName]?: Settings[Name] | undefined };

/**
 * The settings of a new run: given values, then the recipe's, then the defaults.
 *
 * @throws ArgumentError if two settings contradict each other
 */
export function newSettings(overrides: SettingOverrides): Settings {
  const recipe = RECIPES[overrides.recipe ?? 'original'];
  const entries = SETTING_NAMES.map(
    (name) => [name, overrides[name] ?? recipe[name] ?? SETTINGS[name].defaultValue] as const,
  );
  return checkCompatible(Object.fromEntries(entries) as unknown as Settings);
}

/**
 * Checks that settings are compatible and returns them unchanged.
 *
 * @throws ArgumentError if two settings contradict each other
 */
function checkCompatible(settings: Settings): Settings {
  const { teacher, teacherWeight } = settings;
  if (teacher === null && teacherWeight !== SETTINGS.teacherWeight.defaultValue) {
    throw new ArgumentError(
      `--teacher-weight ${teacherWeight} requires a teacher; pass model files with --teacher`,
    );
  }
  return settings;
}

/** The settings that a resumed run must keep. */
export function fixedSettings(settings: Settings): JsonObject {
  const names = SETTING_NAMES.filter((name) => isFixed(name, settings));
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}

/** How to change a setting of a run, for an error about a config.json that was edited. */
export function howToChange(name: SettingName, settings: Settings): string {
  const value = settings[name];
  const option = value === false ? `--no-${optionName(name)}` : `--${optionName(name)}`;
  const flag = typeof value === 'boolean' ? option : `${option} ${String(value)}`;
  return isFixed(name, settings)
    ? `a resumed run must keep it: restore the value, or start a new run with ${flag}`
    : `restore the value, and pass ${value === null ? option : flag} to change it`;
}

/** True if a resumed run must keep a setting. A curve schedule also fixes the number of epochs. */
function isFixed(name: SettingName, { schedule }: Settings): boolean {
  return SETTINGS[name].fixed || (name === 'epochs' && schedule !== 'plateau');
}

/**
 * The settings of a resumed run: the saved ones, except for changes that are allowed.
 *
 * @throws ArgumentError if a given setting would change the results, or two settings
 *   contradict each other
 */
export function resumedSettings(
  saved: Settings,
  overrides: SettingOverrides,
  directory: string,
): Settings {
  for (const name of SETTING_NAMES) {
    const value = overrides[name];
    if (value === undefined || value === saved[name] || !isFixed(name, saved)) continue;
    const previousValue = saved[name] === null ? 'without it' : `with ${String(saved[name])}`;
    throw new ArgumentError(
      `--${optionName(name)} ${String(value)} contradicts --resume ${directory}, which was ` +
        `started ${previousValue}; remove the option, or start a new run`,
    );
  }
  const entries = SETTING_NAMES.map((name) => [name, overrides[name] ?? saved[name]] as const);
  return checkCompatible(Object.fromEntries(entries) as unknown as Settings);
}

/**
 * Validates settings from a file.
 *
 * @throws FormatError naming the setting that is missing, unknown or invalid
 */
export function readSettings(file: JsonObject): Settings {
  const added = ADDED.map((name) => [name, SETTINGS[name].defaultValue] as const);
  const saved: JsonObject = { ...Object.fromEntries(added), ...file };
  const unknown = Object.keys(saved).find((name) => !Object.hasOwn(SETTINGS, name));
  if (unknown !== undefined)
    throw new FormatError(`settings: unknown setting ${JSON.stringify(unknown)}`);
  for (const name of SETTING_NAMES) {
    if (!Object.hasOwn(saved, name)) throw new FormatError(`settings: ${name} is missing`);
    const { isValid, description, defaultValue } = SETTINGS[name];
    const value = saved[name];
    if (isValid(value) || (value === null && defaultValue === null)) continue;
    throw new FormatError(
      `settings.${name}: expected ${description}, got ${JSON.stringify(value)}`,
    );
  }
  return saved as unknown as Settings;
}
