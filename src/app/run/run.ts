// A training run: creates or resumes its folder, trains, and reports the result.

import { join, resolve } from 'node:path';
import { InterruptedError } from '../errors.js';
import { interruptible } from '../terminal/interruptible.js';
import type { StartedBackend } from '../device/backend.js';
import type { Json } from '../../nn/index.js';
import type { TrainingMetadata } from '../model/modelContents.js';
import type { Reporter } from '../terminal/reporter.js';
import { createRunDirectory } from '../outputFiles.js';
import { findDataDir, type TrainingSource } from '../training/source.js';
import type { Trainer } from '../training/trainer.js';
import { packageVersion } from '../terminal/version.js';
import { Checkpoints, describePosition } from './checkpoints.js';
import { checkSameData, writeConfig, type SavedRunConfig, type SessionRecord } from './config.js';
import {
  digestDataset,
  digestFiles,
  digestJson,
  type DataRecord,
  type FileDigest,
} from './digests.js';
import { removeUnfinished, withResumeAdvice } from './failures.js';
import { finish } from './finish.js';
import { RunLock } from './lock.js';
import { MetricsLog } from './metricsLog.js';
import { describeRecipe } from '../training/describeRecipe.js';
import { percent } from '../evaluation/percent.js';
import { train, type Ending } from './session.js';
import { fixedSettings, type Settings } from './settings.js';
import { checkSameTeachers } from './teachers.js';
import { EventFile } from './tensorBoard.js';

export interface RunOptions {
  /** The config of the run to resume; null for a new one. */
  readonly saved: SavedRunConfig | null;
  readonly settings: Settings;
  readonly source: TrainingSource;
  readonly teachers: readonly FileDigest[];
  readonly trainer: Trainer;
  readonly started: StartedBackend;
  readonly reporter: Reporter;
  /** Folder of a new run, or undefined for the next free one under runs/. */
  readonly out: string | undefined;
  /** Folder of the run to resume. */
  readonly resume: string | undefined;
  /** Print the backends that were tried and not chosen. */
  readonly verbose: boolean;
  /** The lock of the run to resume; null for a new run. */
  readonly lock: RunLock | null;
}

export interface Run extends Pick<RunOptions, 'settings' | 'source' | 'trainer' | 'reporter'> {
  readonly directory: string;
  readonly sittings: readonly SessionRecord[];
  readonly checkpoints: Checkpoints;
  readonly metrics: MetricsLog;
  readonly events: EventFile;
  /** Held until the caller releases it. */
  readonly lock: RunLock;
}

/**
 * Creates the folder of a new run, or restores the trainer from a run's checkpoint.
 *
 * @throws ArgumentError, DataError or ModelError if that is impossible; an existing folder
 *   is then unchanged
 */
export async function openRun(options: RunOptions): Promise<Run> {
  const { saved, settings, source, teachers } = options;
  const data = await recordData(settings, source, saved?.data.folder ?? null);
  if (saved !== null) {
    checkSameData(options.resume!, saved.data, data);
    checkSameTeachers(options.resume!, saved.teachers, teachers);
  }
  const directory = options.resume ?? createRunDirectory(options.out);
  const lock = options.lock ?? RunLock.acquire(directory);
  try {
    return await openFolder(options, { directory, lock, data });
  } catch (error) {
    lock.release();
    if (saved === null) await removeUnfinished(directory);
    throw error;
  }
}

/** Restores or saves the state in a locked folder, and opens its logs. */
async function openFolder(
  options: RunOptions,
  { directory, lock, data }: Pick<Run, 'directory' | 'lock'> & { readonly data: DataRecord },
): Promise<Run> {
  const { saved, settings, source, teachers, trainer, started, reporter } = options;
  const training = trainingMetadata(settings, data, source, trainer);
  const checkpoints = new Checkpoints(directory, trainer, training, settings);
  // A new run saves its initial state before its config. A folder with a config therefore always
  // has a checkpoint to resume from.
  if (saved === null) await checkpoints.save({ isModel: false });
  else await checkpoints.resume();

  const session = describeSession(started, trainer);
  if (saved !== null && !saved.verified) {
    reporter.warn('note      config.json contains no digests, so changes of it are not detected');
  }
  if (saved !== null) warnAboutChanges(reporter, saved.sittings.at(-1), session);
  const sittings = [...(saved?.sittings ?? []), session];
  const { classes } = source.train;
  const parameters = trainer.model.parameterCount;
  await writeConfig(directory, { settings, classes, parameters, data, teachers, sittings });
  const { metrics, events } = await withResumeAdvice({ directory, checkpoints }, async () => ({
    metrics:
      saved === null
        ? await MetricsLog.create(directory)
        : await MetricsLog.resume(directory, trainer.progress.epoch),
    events: await EventFile.create(directory, sittings.length),
  }));
  printHeader(options, directory, session);
  return {
    settings,
    source,
    trainer,
    reporter,
    directory,
    sittings,
    checkpoints,
    metrics,
    events,
    lock,
  };
}

async function recordData(
  settings: Settings,
  { train, validation }: TrainingSource,
  remembered: string | null,
): Promise<DataRecord> {
  const { name, synthetic } = train;
  const dir = synthetic ? null : findDataDir(settings.data ?? undefined, remembered);
  const parts = settings.valOnTest ? (['train', 'test'] as const) : (['train'] as const);
  return {
    name,
    synthetic,
    folder: dir === null ? null : resolve(dir),
    files: dir === null ? [] : await digestFiles(dir, settings.split, parts),
    train: digestDataset(train),
    validation: digestDataset(validation),
  };
}

function trainingMetadata(
  settings: Settings,
  data: DataRecord,
  { train }: TrainingSource,
  { priors }: Trainer,
): TrainingMetadata {
  const { seed, valFraction, valOnTest, limit } = settings;
  const { classes, name, synthetic } = train;
  const digests = {
    settings: digestJson(fixedSettings(settings)),
    train: data.train.sha256,
    validation: data.validation.sha256,
  };
  const split = { seed, valFraction, valOnTest, limit };
  return { classes, data: name, synthetic, ...split, logPriors: priors, digests };
}

function describeSession({ description, report }: StartedBackend, trainer: Trainer): SessionRecord {
  const device = JSON.parse(JSON.stringify(report)) as Json;
  return {
    started: new Date().toISOString(),
    from: describePosition(trainer),
    inkgrad: packageVersion(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    backend: description,
    device,
  };
}

/**
 * Warns if the program version or the backend has changed, which changes the last digits. The
 * number of threads does not, and 256-bit SIMD computes the same as `relaxed`.
 */
function warnAboutChanges(
  reporter: Reporter,
  before: SessionRecord | undefined,
  now: SessionRecord,
): void {
  const backendKind = ({ backend }: SessionRecord): string =>
    backend.replace(/, \d+ threads?/, '').replace('wide SIMD', 'relaxed SIMD');
  if (before === undefined) return;
  const changes = [
    ...(before.inkgrad === now.inkgrad ? [] : [`inkgrad ${before.inkgrad}, now ${now.inkgrad}`]),
    ...(backendKind(before) === backendKind(now) ? [] : [`${before.backend}, now ${now.backend}`]),
  ];
  if (changes.length === 0) return;
  reporter.warn(
    `note      this run was started with ${changes.join(' and ')}: it continues, but not ` +
      'bit-for-bit identically',
  );
}

function printHeader(
  options: RunOptions,
  directory: string,
  { from, backend }: SessionRecord,
): void {
  const { reporter, settings, source, saved } = options;
  const { train, validation } = source;
  reporter.print(
    `data      ${train.name}: ${train.length} images, ${train.classes.length} classes`,
  );
  reporter.print(
    settings.valOnTest
      ? `validate  ${validation.length} images of the TEST part`
      : `validate  ${validation.length} images held out from the training part; the test part ` +
          'is not used',
  );
  reporter.print(`network   ${options.trainer.model.parameterCount} parameters`);
  const [recipe, ...otherLines] = describeRecipe(settings);
  reporter.print(`recipe    ${recipe}`);
  for (const line of otherLines) reporter.print(`          ${line}`);
  reporter.print(`backend   ${backend}`);
  for (const { mode, reason } of options.verbose ? options.started.report.tried : []) {
    if (reason !== '') reporter.print(`          not ${mode}: ${reason}`);
  }
  reporter.print(saved === null ? `output    ${directory}` : `resume    ${directory} from ${from}`);
}

/**
 * Trains until a stop condition, then finalizes the model and prints the result.
 *
 * @throws InterruptedError after a signal
 * @throws DivergedError if the loss is not finite
 * @throws RunStoppedError if the folder cannot be written, memory is exhausted, or the device is lost
 */
export function trainRun(run: Run): Promise<void> {
  return withResumeAdvice(run, () => trainToEnd(run));
}

async function trainToEnd(run: Run): Promise<void> {
  const { trainer, settings, reporter, checkpoints } = run;
  if (trainer.progress.epoch >= settings.epochs) {
    reporter.print(
      `\nnothing to train: all ${settings.epochs} epochs are complete; to continue, pass a ` +
        'larger number with --epochs',
    );
  }
  const { ending, signal } = await interruptible('training was stopped', async (signal) => {
    signal.addEventListener('abort', () =>
      reporter.warn(
        'stopping once this step is saved; a second signal stops immediately, without saving',
      ),
    );
    return { ending: await train({ ...run, signal }), signal };
  });
  const { modelEpoch, modelAccuracy, bestEpoch } = trainer.progress;
  const model = modelEpoch === 0 ? null : checkpoints.best;
  const finished = model === null || ending === 'signal' ? null : await finish(run, model);
  const valAccuracy = finished?.accuracy ?? (modelEpoch === 0 ? null : modelAccuracy);
  reporter.emit({
    event: 'end',
    ending,
    model,
    modelEpoch,
    valAccuracy,
    bestEpoch,
    temperature: finished?.temperature ?? null,
  });
  if (ending === 'signal') {
    const reason = signal.reason as InterruptedError;
    const resumeCommand = `npx inkgrad train --resume ${run.directory}`;
    const message = `stopped at ${describePosition(trainer)}; the state is saved. Resume with  ${resumeCommand}`;
    throw new InterruptedError(reason.signal, message);
  }
  printResult(run, ending, finished?.accuracy ?? modelAccuracy);
}

/** Why the run ended before its last epoch; null if it did not. */
function explainStop(ending: Ending, { trainer, settings }: Run): string | null {
  const { bestEpoch, bestAccuracy, epoch } = trainer.progress;
  if (ending === 'patience') {
    const epochsSince = epoch - bestEpoch;
    return (
      `stopped early: the validation accuracy has not risen above ${percent(bestAccuracy)} ` +
      `(epoch ${bestEpoch}) in the ` +
      `${epochsSince === 1 ? 'epoch' : `${epochsSince} epochs`} since (--patience ${settings.patience})`
    );
  }
  return ending === 'time'
    ? `stopped after ${settings.maxMinutes} minutes, at ${describePosition(trainer)}`
    : null;
}

/**
 * Prints the result.
 *
 * @param accuracy of the model on the validation images
 */
function printResult(run: Run, ending: Ending, accuracy: number): void {
  const { reporter, trainer, source, checkpoints, directory, settings } = run;
  const { modelEpoch } = trainer.progress;
  const { synthetic } = source.train;
  const reason = explainStop(ending, run);
  if (reason !== null) reporter.print(`\n${reason}`);
  if (ending === 'time') reporter.print(`continue  npx inkgrad train --resume ${directory}`);
  if (modelEpoch === 0) {
    reporter.print('best      no epoch was completed; there is no best model yet');
    return;
  }
  const metricName = synthetic
    ? 'validation accuracy on SYNTHETIC characters'
    : 'validation accuracy';
  reporter.print(
    `${settings.keep.padEnd(10)}epoch ${modelEpoch}, ${metricName} ${percent(accuracy)}`,
  );
  reporter.print(`model     ${checkpoints.best}`);
  reporter.print(`report    ${join(directory, 'report.html')}`);
  reporter.print(
    synthetic
      ? 'next      download EMNIST with  npx inkgrad data fetch  and train again'
      : `next      npx inkgrad eval --model ${directory}`,
  );
}
