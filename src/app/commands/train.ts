// `inkgrad train`: trains the network in a new folder, or resumes an interrupted run.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { Rng } from '../../engine/index.js';
import { withBackend, type StartedBackend } from '../device/backend.js';
import type { CharacterNet } from '../model/characterNet.js';
import { modelPath } from '../model/findModel.js';
import { loadWeights } from '../model/modelFile.js';
import { Reporter } from '../terminal/reporter.js';
import { CONFIG_FILE, readConfig, type SavedRunConfig } from '../run/config.js';
import { RunLock } from '../run/lock.js';
import { openRun, trainRun } from '../run/run.js';
import { newSettings, resumedSettings, SETTING_NAMES } from '../run/settings.js';
import type { SettingOverrides, Settings } from '../run/settings.js';
import { openTeachers } from '../run/teachers.js';
import { makeNetwork, trainerSettings } from '../run/trainerSettings.js';
import { addGenerated } from '../training/generated.js';
import { openTrainingSource, type TrainingSource } from '../training/source.js';
import { Trainer } from '../training/trainer.js';
import type { CommandBody } from './commandBody.js';
import { trainOptions, type TrainArguments, type TrainOptions } from './trainOptions.js';

const syntheticWarning = (reason: string): string => `
  *** No EMNIST data found: training on the built-in SYNTHETIC characters. These are not EMNIST. ***
  *** Accuracy on them does not transfer to real handwriting. To train on EMNIST, fix the        ***
  *** problem reported below, run  npx inkgrad data fetch  or pass its folder with  --data       ***
  Reason: ${reason}
`;

const VAL_ON_TEST_WARNING = `
  *** --val-on-test: the TEST part selects the best epoch and drives the learning rate, as in    ***
  *** the PyTorch original. Its accuracy is biased upward: do not report it as a test result.    ***
`;

async function run(args: TrainArguments): Promise<void> {
  const reporter = new Reporter({ ...args, outputRequired: false });
  const lock = lockRun(args.resume);
  try {
    await runLocked(args, lock, reporter);
  } finally {
    lock?.release();
  }
}

/** Locks the run to resume; a folder that is not a run is rejected later. */
function lockRun(directory: string | undefined): RunLock | null {
  const isRun = directory !== undefined && existsSync(join(directory, CONFIG_FILE));
  return isRun ? RunLock.acquire(directory) : null;
}

async function runLocked(
  args: TrainArguments,
  lock: RunLock | null,
  reporter: Reporter,
): Promise<void> {
  const saved = args.resume === undefined ? null : await readConfig(args.resume);
  const settings =
    saved === null
      ? newSettings(givenSettings(args))
      : resumedSettings(saved.settings, givenSettings(args), args.resume!);
  const { backend, threads } = settings;
  await withBackend(
    { backend, threads: threads ?? undefined, wideSimd: args.wideSimd },
    (started) => trainOrFindRate(started, { args, lock, saved, settings, reporter }),
  );
}

interface TrainTask {
  readonly args: TrainArguments;
  /** The lock of the run to resume, or null for a new run. */
  readonly lock: RunLock | null;
  /** The configuration of the run to resume, or null for a new run. */
  readonly saved: SavedRunConfig | null;
  readonly settings: Settings;
  readonly reporter: Reporter;
}

/** Creates the trainer, then trains or runs the learning-rate range test. */
async function trainOrFindRate(
  started: StartedBackend,
  { args, lock, saved, settings, reporter }: TrainTask,
): Promise<void> {
  const rng = new Rng(settings.seed);
  const source = await openSource(settings, saved, rng, { offline: args.offline, reporter });
  if (source.syntheticReason !== null) reporter.warn(syntheticWarning(source.syntheticReason));
  if (settings.valOnTest) reporter.warn(VAL_ON_TEST_WARNING);

  const { classes } = source.train;
  const teachers = await openTeachers(settings.teacher, { classes, balance: settings.balance });
  const model = makeNetwork(settings, classes.length, rng);
  if (settings.init !== null && saved === null) {
    await loadWeights(model, await modelPath(settings.init));
  }
  const trainer = makeTrainer(settings, source, model, teachers.models, rng, reporter);
  try {
    if (args.lrFind === true) {
      const { findLearningRate } = await import('../training/findLearningRate.js');
      await findLearningRate({ trainer, reporter, out: args.out });
      return;
    }
    const run = await openRun({
      saved,
      settings,
      source,
      teachers: teachers.files,
      trainer,
      reporter,
      started,
      lock,
      ...args,
    });
    try {
      await trainRun(run);
    } finally {
      run.lock.release();
    }
  } finally {
    trainer.dispose();
  }
}

/** Extracts the settings from the arguments. */
function givenSettings(args: TrainArguments): SettingOverrides {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, args[name]]));
}

/**
 * Opens the data. A new run uses any available source. A resumed run requires the source it began
 * with, real or synthetic.
 */
function openSource(
  settings: Settings,
  saved: SavedRunConfig | null,
  rng: Rng,
  fetch: { offline: boolean; reporter: Reporter },
): Promise<TrainingSource> {
  const { data, split, limit, valFraction, valOnTest, seed } = settings;
  const sourceOptions = {
    data: data ?? undefined,
    split,
    limit: limit ?? undefined,
    valFraction,
    valOnTest,
    rng,
  };
  if (saved === null) return openTrainingSource({ ...sourceOptions, seed, fetch });
  if (!saved.data.synthetic) {
    const rememberedFolder = saved.data.folder;
    return openTrainingSource({ ...sourceOptions, rememberedFolder, seed: null });
  }
  return openTrainingSource({
    ...sourceOptions,
    seed,
    syntheticReason: 'the resumed run was started with them',
  });
}

function makeTrainer(
  settings: Settings,
  { train, validation }: TrainingSource,
  model: CharacterNet,
  teachers: readonly CharacterNet[],
  rng: Rng,
  reporter: Reporter,
): Trainer {
  const images = addGenerated(train, settings, settings.seed);
  const trainer = new Trainer({
    ...trainerSettings(settings),
    model,
    teachers,
    train: images,
    real: train,
    validation,
    rng,
    onValidation: async (done, total) => {
      const epoch = trainer.progress.epoch + 1;
      const text = `epoch ${epoch}/${settings.epochs}  validating ${done} of ${total}`;
      // In training images, as between steps: the remaining time includes the validations.
      reporter.progress(epoch * images.length, settings.epochs * images.length, text);
      await yieldToEventLoop(); // yields to the event loop; awaited promises alone would block signals
    },
  });
  return trainer;
}

export const trainCommand: CommandBody<TrainOptions> = {
  builder: trainOptions,
  handler: run,
};
