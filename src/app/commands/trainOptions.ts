// Options of `inkgrad train`: names, descriptions and groups. Valid values and defaults come
// from the settings table, not from yargs, because a resumed run must distinguish given
// options from defaults.

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { optionName, SETTINGS, type SettingName, type Settings } from '../run/settings.js';
import { SCHEDULES } from '../training/schedule.js';
import { KEEPS } from '../training/trainerEvents.js';
import { RECIPE_NAMES } from '../training/recipes.js';
import { choice, dataOptions, jsonOption, runOptions, within } from './options.js';

/** Every setting, undefined if not given, and options that are not part of a run. */
export type TrainOptions = {
  readonly [Name in SettingName]?: NonNullable<Settings[Name]> | undefined;
} & {
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly lrFind: boolean | undefined;
  readonly offline: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
};

/** yargs adds the camel-case name of every option. */
export type TrainArguments = ArgumentsCamelCase<TrainOptions>;

interface Description {
  readonly name: SettingName;
  readonly group: string;
  readonly describe: string;
}

const RECIPE = 'Recipe:';
const DATA = 'Data:';
const STOPPING = 'When to stop, and going on:';
const COMPUTE = 'What computes:';

const IMAGES = 'Augmentation, random in every epoch (0: none):';

const DESCRIPTIONS: readonly Description[] = [
  {
    name: 'recipe',
    group: RECIPE,
    describe:
      "original: the PyTorch original's; best: what docs/recipes.md says. Other options change it",
  },
  {
    name: 'epochs',
    group: RECIPE,
    describe: 'Times every image is seen; a resumed run may have more',
  },
  { name: 'batchSize', group: RECIPE, describe: 'Images a step' },
  {
    name: 'lr',
    group: RECIPE,
    describe: "Adam's learning rate at the start, or the highest of a curve",
  },
  {
    name: 'schedule',
    group: RECIPE,
    describe: 'How the rate moves: on a plateau, or along a curve over all steps',
  },
  { name: 'weightDecay', group: RECIPE, describe: "AdamW's weight decay (0: plain Adam)" },
  {
    name: 'dropout',
    group: RECIPE,
    describe: 'Chance that a value is dropped before the last layer',
  },
  {
    name: 'convolutions',
    group: RECIPE,
    describe: 'How many convolutions each of the three blocks has; the last of a block is pooled',
  },
  {
    name: 'labelSmoothing',
    group: RECIPE,
    describe: 'Share of each target spread evenly over all classes',
  },
  {
    name: 'balance',
    group: RECIPE,
    describe: 'Learn as if every class had as many images (logit adjustment)',
  },
  {
    name: 'teacher',
    group: RECIPE,
    describe:
      'Learn also what these models read in the same images (FILE,FILE,...: they take turns)',
  },
  {
    name: 'teacherWeight',
    group: RECIPE,
    describe: "The teachers' part of the loss; labels have the rest",
  },
  {
    name: 'average',
    group: RECIPE,
    describe:
      'Use a moving average of the weights with this decay, such as 0.999 (0: the weights themselves)',
  },
  {
    name: 'preciseBn',
    group: RECIPE,
    describe: 'At the end recompute batch-norm statistics on unaugmented training images',
  },
  {
    name: 'keep',
    group: RECIPE,
    describe: 'Whose network becomes the model: the epoch best in validation, or the last',
  },
  { name: 'shift', group: IMAGES, describe: 'Move images by up to so many pixels along each axis' },
  { name: 'rotation', group: IMAGES, describe: 'Turn images by up to so many degrees' },
  { name: 'scale', group: IMAGES, describe: 'Change width and height by up to this part of them' },
  { name: 'shear', group: IMAGES, describe: 'Slant images by up to this tangent' },
  {
    name: 'stroke',
    group: IMAGES,
    describe: 'Thin or widen strokes by up to this part of a pixel on each side',
  },
  { name: 'seed', group: RECIPE, describe: 'Decides every random draw' },
  { name: 'shuffle', group: RECIPE, describe: 'New order every epoch (--no-shuffle: file order)' },
  { name: 'init', group: RECIPE, describe: 'Start from the weights of this model file' },
  {
    name: 'valFraction',
    group: DATA,
    describe: 'Part of the training images set aside for validation, class by class',
  },
  {
    name: 'valOnTest',
    group: DATA,
    describe: 'Validate on the TEST part, only to repeat the protocol of the PyTorch original',
  },
  {
    name: 'patience',
    group: STOPPING,
    describe: 'Stop after so many epochs without a better validation accuracy',
  },
  { name: 'maxMinutes', group: STOPPING, describe: 'Stop after so many minutes; --resume goes on' },
  {
    name: 'checkpointEvery',
    group: STOPPING,
    describe: 'Seconds between two checkpoints within an epoch (0: after every step)',
  },
];

function isWord(initial: unknown): initial is number | string {
  return typeof initial === 'number' || typeof initial === 'string';
}

/** The yargs type of a setting, inferred from its default. */
function kindOf(name: SettingName): 'boolean' | 'string' | 'number' {
  const { initial } = SETTINGS[name];
  if (typeof initial === 'boolean') return 'boolean';
  return typeof initial === 'string' || name === 'init' || name === 'teacher' ? 'string' : 'number';
}

/** Valid values of options with a fixed set. */
const WORDS: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  recipe: RECIPE_NAMES,
  schedule: SCHEDULES,
  keep: KEEPS,
};

function settingOptions(yargs: Argv): Argv {
  for (const { name, group, describe } of DESCRIPTIONS) {
    const { initial, rule, holds } = SETTINGS[name];
    const type = kindOf(name);
    yargs.option(optionName(name), {
      type,
      group,
      describe,
      // Not `requiresArg`: see options.ts.
      ...(type === 'boolean' ? {} : { nargs: 1 }),
      ...(isWord(initial) ? { defaultDescription: `${initial}` } : {}),
      ...(WORDS[name] === undefined ? {} : choice(optionName(name), WORDS[name])),
      ...(type === 'number' || name === 'convolutions' || name === 'teacher'
        ? { coerce: within(optionName(name), rule, holds) }
        : {}),
    });
  }
  return yargs;
}

export function trainOptions(yargs: Argv): Argv<TrainOptions> {
  const common = jsonOption(runOptions(dataOptions(yargs)))
    .default('split', undefined, `"${SETTINGS.split.initial as string}"`)
    .default('backend', undefined, `"${SETTINGS.backend.initial as string}"`)
    .group(['data', 'split', 'limit'], DATA)
    .group(['backend', 'threads'], COMPUTE);
  return settingOptions(common as unknown as Argv)
    .option('offline', {
      type: 'boolean',
      default: false,
      group: DATA,
      describe: 'Do not fetch EMNIST when it is missing (also: INKGRAD_OFFLINE=1)',
    })
    .option('resume', {
      type: 'string',
      requiresArg: true,
      group: STOPPING,
      describe:
        'Go on with the run in this folder, as if it had never stopped; its options are kept',
    })
    .option('lr-find', {
      type: 'boolean',
      group: RECIPE,
      describe: 'Train nothing: try growing learning rates on a few batches and suggest one',
    })
    .option('out', {
      type: 'string',
      requiresArg: true,
      group: 'Output:',
      describe: 'A new folder for everything the run writes (default: runs/1, runs/2, ...)',
    })
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'Print warnings and errors only',
    })
    .group(['out', 'quiet', 'json', 'verbose'], 'Output:')
    .conflicts('resume', ['out', 'lr-find'])
    .example('$0 train --epochs 5 --limit 10000', 'five short epochs, in a new folder under runs/')
    .example('$0 train --recipe best --out best', 'the most accurate recipe known')
    .example(
      '$0 train --recipe best --teacher a/best.safetensors,b/best.safetensors',
      'learn from two others, too',
    )
    .example('$0 train --lr-find --out rates', 'suggest a learning rate, with a plot')
    .example('$0 train --epochs 50 --patience 5 --out mine', 'long, but no longer than it helps')
    .example(
      '$0 train --resume mine',
      'go on after Ctrl-C, a crash or a limit',
    ) as unknown as Argv<TrainOptions>;
}
