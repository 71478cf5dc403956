// Options of `inkgrad train`: names, descriptions and groups. Valid values and defaults come
// from the settings table, not from yargs, because a resumed run must distinguish given
// options from defaults.

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { optionName, SETTINGS, type SettingName, type Settings } from '../run/settings.js';
import { SCHEDULES } from '../training/schedule.js';
import { KEEP_OPTIONS } from '../training/trainerEvents.js';
import { RECIPE_NAMES } from '../training/recipes.js';
import { choice, dataOptions, jsonOption, numberOption, runOptions, validator } from './options.js';

/** Every setting, undefined if not given, and options that are not part of a run. */
export type TrainOptions = {
  readonly [Name in SettingName]?: NonNullable<Settings[Name]> | undefined;
} & {
  readonly out: string | undefined;
  readonly resume: string | undefined;
  readonly lrFind: boolean | undefined;
  readonly wideSimd: boolean;
  readonly offline: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Option of every command, see program.ts. */
  readonly verbose: boolean;
};

/** yargs adds the camel-case name of every option. */
export type TrainArguments = ArgumentsCamelCase<TrainOptions>;

interface OptionDescription {
  readonly name: SettingName;
  readonly group: string;
  readonly describe: string;
}

const RECIPE = 'Recipe:';
const DATA = 'Data:';
const STOPPING = 'Stopping and resuming:';
const COMPUTE = 'Compute:';

const AUGMENTATION = 'Augmentation, random in every epoch (0: off):';

const DESCRIPTIONS: readonly OptionDescription[] = [
  {
    name: 'recipe',
    group: RECIPE,
    describe:
      'Defaults of the other options: the PyTorch original, or the best recipe of docs/recipes.md',
  },
  {
    name: 'epochs',
    group: RECIPE,
    describe: 'Number of epochs; may be increased on resume',
  },
  { name: 'batchSize', group: RECIPE, describe: 'Images per step' },
  {
    name: 'lr',
    group: RECIPE,
    describe: "Adam's initial learning rate, or the maximum of a schedule",
  },
  {
    name: 'schedule',
    group: RECIPE,
    describe: 'Learning-rate schedule: reduce on plateau, or a curve over all steps',
  },
  { name: 'weightDecay', group: RECIPE, describe: "AdamW's weight decay (0: plain Adam)" },
  {
    name: 'dropout',
    group: RECIPE,
    describe: 'Dropout probability before the last layer',
  },
  {
    name: 'convolutions',
    group: RECIPE,
    describe: 'Number of convolutions in each of the three blocks; each block ends with pooling',
  },
  {
    name: 'labelSmoothing',
    group: RECIPE,
    describe: 'Label smoothing: share of each target spread evenly over all classes',
  },
  {
    name: 'balance',
    group: RECIPE,
    describe: 'Compensate for class imbalance (logit adjustment)',
  },
  {
    name: 'teacher',
    group: RECIPE,
    describe: 'Distill from these models (FILE,FILE,...: one per step, in turn)',
  },
  {
    name: 'teacherWeight',
    group: RECIPE,
    describe: 'Weight of the distillation loss; the loss on the labels has the rest',
  },
  {
    name: 'average',
    group: RECIPE,
    describe: 'Decay of a moving average of the weights, such as 0.999 (0: do not average)',
  },
  {
    name: 'preciseBn',
    group: RECIPE,
    describe: 'Recompute batch-norm statistics on unaugmented training images at the end',
  },
  {
    name: 'keep',
    group: RECIPE,
    describe: 'Epoch whose weights become the model: best by validation accuracy, or last',
  },
  {
    name: 'shift',
    group: AUGMENTATION,
    describe: 'Maximum translation along each axis, in pixels',
  },
  { name: 'rotation', group: AUGMENTATION, describe: 'Maximum rotation, in degrees' },
  { name: 'scale', group: AUGMENTATION, describe: 'Maximum relative change of width and height' },
  { name: 'shear', group: AUGMENTATION, describe: 'Maximum shear, as a tangent' },
  {
    name: 'stroke',
    group: AUGMENTATION,
    describe: 'Maximum erosion or dilation of strokes on each side, in pixels',
  },
  {
    name: 'ordinaryForms',
    group: AUGMENTATION,
    describe: 'Share of generated characters of every class',
  },
  {
    name: 'rareForms',
    group: AUGMENTATION,
    describe: 'Share of generated characters of forms that EMNIST lacks, such as dotted i',
  },
  {
    name: 'outliers',
    group: AUGMENTATION,
    describe: 'Share of generated images that are not characters, to learn their rejection',
  },
  { name: 'seed', group: RECIPE, describe: 'Random seed' },
  {
    name: 'shuffle',
    group: RECIPE,
    describe: 'Shuffle the images in every epoch (--no-shuffle: file order)',
  },
  { name: 'init', group: RECIPE, describe: 'Initialize the weights from this model file' },
  {
    name: 'valFraction',
    group: DATA,
    describe: 'Fraction of the training images held out for validation, per class',
  },
  {
    name: 'valOnTest',
    group: DATA,
    describe: 'Validate on the TEST part; only to reproduce the protocol of the PyTorch original',
  },
  {
    name: 'patience',
    group: STOPPING,
    describe: 'Stop after N epochs without a better validation accuracy',
  },
  { name: 'maxMinutes', group: STOPPING, describe: 'Stop after N minutes; continue with --resume' },
  {
    name: 'checkpointEvery',
    group: STOPPING,
    describe: 'Seconds between checkpoints within an epoch (0: after every step)',
  },
];

function isPrintable(initial: unknown): initial is number | string {
  return typeof initial === 'number' || typeof initial === 'string';
}

/** The yargs type of a setting, inferred from its default. */
function yargsType(name: SettingName): 'boolean' | 'string' | 'number' {
  const { defaultValue: initial } = SETTINGS[name];
  if (typeof initial === 'boolean') return 'boolean';
  return typeof initial === 'string' || name === 'init' || name === 'teacher' ? 'string' : 'number';
}

/** Valid values of options with a fixed set. */
const CHOICES: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  recipe: RECIPE_NAMES,
  schedule: SCHEDULES,
  keep: KEEP_OPTIONS,
};

type IsNumber = (value: number) => boolean;

function settingOptions(yargs: Argv): Argv {
  for (const { name, group, describe } of DESCRIPTIONS) {
    const { defaultValue: initial, description: rule, isValid: holds } = SETTINGS[name];
    const type = yargsType(name);
    yargs.option(optionName(name), {
      // Not `requiresArg`, and no type for numbers: see options.ts.
      ...(type === 'number' ? numberOption(optionName(name), rule, holds as IsNumber) : { type }),
      ...(type === 'string' ? { nargs: 1 } : {}),
      group,
      describe,
      ...(isPrintable(initial) ? { defaultDescription: `${initial}` } : {}),
      ...(CHOICES[name] === undefined ? {} : choice(optionName(name), CHOICES[name])),
      ...(name === 'convolutions' || name === 'teacher'
        ? { coerce: validator(optionName(name), rule, holds) }
        : {}),
    });
  }
  return yargs;
}

export function trainOptions(yargs: Argv): Argv<TrainOptions> {
  const common = jsonOption(runOptions(dataOptions(yargs)))
    .default('split', undefined, `"${SETTINGS.split.defaultValue as string}"`)
    .default('backend', undefined, `"${SETTINGS.backend.defaultValue as string}"`)
    .group(['data', 'split', 'limit'], DATA)
    .group(['backend', 'threads', 'wide-simd'], COMPUTE);
  return settingOptions(common as unknown as Argv)
    .option('offline', {
      type: 'boolean',
      default: false,
      group: DATA,
      describe: 'Do not download EMNIST if it is missing (also: INKGRAD_OFFLINE=1)',
    })
    .option('resume', {
      type: 'string',
      requiresArg: true,
      group: STOPPING,
      describe:
        'Resume the run in this folder with its options; the result equals that of an ' +
        'uninterrupted run',
    })
    .option('lr-find', {
      type: 'boolean',
      group: RECIPE,
      describe: 'Do not train; run a learning-rate range test and suggest a learning rate',
    })
    .option('out', {
      type: 'string',
      requiresArg: true,
      group: 'Output:',
      describe: 'New folder for the output of the run (default: runs/1, runs/2, ...)',
    })
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'Print warnings and errors only',
    })
    .group(['out', 'quiet', 'json', 'verbose'], 'Output:')
    .conflicts('resume', ['out', 'lr-find'])
    .example(
      '$0 train --epochs 5 --limit 10000',
      'train five short epochs in a new folder under runs/',
    )
    .example('$0 train --recipe best --out best', 'train with the most accurate recipe')
    .example(
      '$0 train --recipe best --teacher a/best.safetensors,b/best.safetensors',
      'distill from two other models',
    )
    .example('$0 train --lr-find --out rates', 'suggest a learning rate and plot the range test')
    .example(
      '$0 train --epochs 50 --patience 5 --out mine',
      'stop when validation accuracy no longer improves',
    )
    .example(
      '$0 train --resume mine',
      'resume after Ctrl-C, a crash or a time limit',
    ) as unknown as Argv<TrainOptions>;
}
