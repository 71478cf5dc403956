// Every setting of a training run as one table: what it is when nothing is said, which values it takes, and whether a
// resumed run may change it. The command line and a run's config.json are both checked against it.
// Imports errors, nn's JSON types, recipes, schedules and what a trainer may keep.

import { ArgumentError, FormatError } from '../../engine/errors.js';
import type { Json, JsonObject } from '../../nn/index.js';
import { SCHEDULES, type ScheduleName } from '../training/schedule.js';
import { KEEPS, type Keep } from '../training/trainerEvents.js';
import { RECIPE_NAMES, RECIPES, type RecipeName } from '../training/recipes.js';

/** What decides a run. Names are those of the options, in camel case; null stands for an option that is not given. */
export interface Settings {
  /** What the settings below are when they are not given. */
  readonly recipe: RecipeName;
  /** The folder of EMNIST files that was named. */
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
  /** How many each of the three blocks has, e.g. `1,2,1`. */
  readonly convolutions: string;
  readonly labelSmoothing: number;
  /** Learn as if every class had as many images. */
  readonly balance: boolean;
  /** Take batch norm's statistics anew from images as they are when the run ends (preciseStatistics.ts). */
  readonly preciseBn: boolean;
  /** Which epoch's network becomes the run's model. */
  readonly keep: Keep;
  /** Model files to learn from beside the labels, with commas between. */
  readonly teacher: string | null;
  /** The teachers' part of the loss. */
  readonly teacherWeight: number;
  /** Decay of the weights' moving average; 0: not averaged. */
  readonly average: number;
  /** How far images are changed: pixels, degrees, part of the size, slant, stroke width. */
  readonly shift: number;
  readonly rotation: number;
  readonly scale: number;
  readonly shear: number;
  readonly stroke: number;
  readonly shuffle: boolean;
  /** Model file whose weights it began with. */
  readonly init: string | null;
  /** Epochs without a better validation accuracy after which to stop. */
  readonly patience: number | null;
  /** Minutes after which to stop, of each sitting. */
  readonly maxMinutes: number | null;
  /** Seconds between two checkpoints within an epoch. */
  readonly checkpointEvery: number;
  readonly backend: string;
  readonly threads: number | null;
}

export type SettingName = keyof Settings;

/** Which values a setting takes, as a sentence and as a check. */
export interface Rule {
  readonly rule: string;
  readonly holds: (value: Json) => boolean;
}

export interface Setting extends Rule {
  readonly initial: Json;
  /** Whether it decides what is computed, so that a resumed run must keep it. */
  readonly fixed: boolean;
}

const TEXT: Rule = { rule: 'a text', holds: (value) => typeof value === 'string' };
const FLAG: Rule = { rule: 'true or false', holds: (value) => typeof value === 'boolean' };

function oneOf(words: readonly string[]): Rule {
  return { rule: `one of ${words.join(', ')}`, holds: (value) => words.some((word) => word === value) };
}

/** From 0, which is without, to a limit. */
function upTo(limit: number): Rule {
  return number(`from 0 to ${limit}`, (value) => value >= 0 && value <= limit);
}

/** Part of a whole, the whole left out. */
const SHARE = number('at least 0 and below 1', (value) => value >= 0 && value < 1);

function whole(least: number): Rule {
  const holds = (value: Json): boolean => Number.isSafeInteger(value) && (value as number) >= least;
  return { rule: `a whole number of at least ${least}`, holds };
}

function number(rule: string, holds: (value: number) => boolean): Rule {
  return { rule, holds: (value) => typeof value === 'number' && Number.isFinite(value) && holds(value) };
}

const fixed = (initial: Json, rule: Rule): Setting => ({ ...rule, initial, fixed: true });
const free = (initial: Json, rule: Rule): Setting => ({ ...rule, initial, fixed: false });

export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  recipe: fixed('original', oneOf(RECIPE_NAMES)),
  data: free(null, TEXT), // the folder may have moved; what is in it must be the same
  split: fixed('balanced', TEXT),
  limit: fixed(null, whole(1)),
  valFraction: fixed(
    0.1,
    number('above 0 and below 1', (value) => value > 0 && value < 1),
  ),
  valOnTest: fixed(false, FLAG),
  seed: fixed(42, whole(0)),
  epochs: free(20, whole(1)), // nothing before the last epoch depends on it
  batchSize: fixed(64, whole(1)),
  lr: fixed(
    0.001,
    number('above 0', (value) => value > 0),
  ),
  schedule: fixed('plateau', oneOf(SCHEDULES)),
  weightDecay: fixed(0, upTo(1)),
  dropout: fixed(0.5, SHARE),
  convolutions: fixed('1,1,1', {
    rule: 'three numbers from 1 to 3, such as 1,2,1',
    holds: (value) => typeof value === 'string' && /^[1-3],[1-3],[1-3]$/.test(value),
  }),
  labelSmoothing: fixed(0, SHARE),
  balance: fixed(false, FLAG),
  preciseBn: fixed(false, FLAG),
  keep: fixed('best', oneOf(KEEPS)),
  // The files may have moved; what is in them must be the same.
  teacher: free(null, {
    rule: 'model files with commas between, such as a.safetensors,b.safetensors',
    holds: (value) => typeof value === 'string' && value.split(',').every((path) => path.trim() !== ''),
  }),
  teacherWeight: fixed(0.8, upTo(1)),
  average: fixed(0, SHARE),
  shift: fixed(0, upTo(14)),
  rotation: fixed(0, upTo(180)),
  scale: fixed(0, upTo(0.9)),
  shear: fixed(0, upTo(2)),
  stroke: fixed(0, upTo(1)),
  shuffle: fixed(true, FLAG),
  init: fixed(null, TEXT),
  patience: free(null, whole(1)),
  maxMinutes: free(
    null,
    number('above 0', (value) => value > 0),
  ),
  checkpointEvery: free(
    30,
    number('at least 0', (value) => value >= 0),
  ),
  backend: free('auto', TEXT), // said loudly if it is another
  threads: free(null, whole(1)),
};

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The name of a setting on the command line: `valFraction` is `val-fraction`. */
export function optionName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Settings that were given, by name; undefined is not given. */
export type GivenSettings = { readonly [Name in SettingName]?: Settings[Name] | undefined };

/** What a new run uses: what was given, for the rest what the recipe says, for the rest what is usual. */
export function newSettings(given: GivenSettings): Settings {
  const recipe = RECIPES[given.recipe ?? 'original'];
  const entries = SETTING_NAMES.map(
    (name) => [name, given[name] ?? recipe[name] ?? SETTINGS[name].initial] as const,
  );
  return together(Object.fromEntries(entries) as unknown as Settings);
}

/**
 * The settings as they are.
 *
 * @throws ArgumentError if two of them ask for what cannot be had together
 */
function together(settings: Settings): Settings {
  const { keep, patience, teacher, teacherWeight } = settings;
  if (keep === 'last' && patience !== null) {
    throw new ArgumentError(
      `--patience ${patience} waits for a better epoch, and --keep last asks for none; leave out --patience, or ` +
        'name --keep best',
    );
  }
  if (teacher === null && teacherWeight !== SETTINGS.teacherWeight.initial) {
    throw new ArgumentError(
      `--teacher-weight ${teacherWeight} is the part of teachers, and there is none; name their model files with --teacher`,
    );
  }
  return settings;
}

/** Whether a resumed run must keep a setting: a schedule over all steps also fixes how many there are. */
function isFixed(name: SettingName, { schedule }: Settings): boolean {
  return SETTINGS[name].fixed || (name === 'epochs' && schedule !== 'plateau');
}

/**
 * What a resumed run uses: what it began with, but for what may change on the way.
 *
 * @throws ArgumentError for a given setting that would make it another run, or for two that contradict each other
 */
export function resumedSettings(saved: Settings, given: GivenSettings, directory: string): Settings {
  for (const name of SETTING_NAMES) {
    const value = given[name];
    if (value === undefined || value === saved[name] || !isFixed(name, saved)) continue;
    const before = saved[name] === null ? 'without it' : `with ${String(saved[name])}`;
    throw new ArgumentError(
      `--${optionName(name)} ${String(value)} contradicts --resume ${directory}, a run that began ${before}; leave the ` +
        'option out, or begin a new run',
    );
  }
  const entries = SETTING_NAMES.map((name) => [name, given[name] ?? saved[name]] as const);
  return together(Object.fromEntries(entries) as unknown as Settings);
}

/**
 * Checks settings from a file.
 *
 * @throws FormatError naming the setting that is missing, unknown, or outside its rule
 */
export function readSettings(saved: JsonObject): Settings {
  const unknown = Object.keys(saved).find((name) => !Object.hasOwn(SETTINGS, name));
  if (unknown !== undefined)
    throw new FormatError(`settings: there is no setting ${JSON.stringify(unknown)}`);
  for (const name of SETTING_NAMES) {
    if (!Object.hasOwn(saved, name)) throw new FormatError(`settings: ${name} is missing`);
    const { holds, rule, initial } = SETTINGS[name];
    const value = saved[name];
    if (holds(value) || (value === null && initial === null)) continue;
    throw new FormatError(`settings.${name}: expected ${rule}, got ${JSON.stringify(value)}`);
  }
  return saved as unknown as Settings;
}
