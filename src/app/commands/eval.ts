// `inkgrad eval`: evaluates a saved model on a part of a data set.

import { join } from 'node:path';
import type { Argv } from 'yargs';
import { assess, summaryOf, withTemperature, type Assessment } from '../evaluation/assessment.js';
import { calibrateModel } from '../training/calibrate.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import { DataError } from '../../data/errors.js';
import { ModelError } from '../errors.js';
import type { Rejection } from '../evaluation/rejection.js';
import { logPriorsOf, type LoadedModel, type TrainingMetadata } from '../model/modelContents.js';
import { findModel, type FoundModel } from '../model/findModel.js';
import { loadModel } from '../model/modelFile.js';
import { newFolder } from '../outputFiles.js';
import { classList } from '../terminal/classList.js';
import { Reporter } from '../terminal/reporter.js';
import { openTestSource, openTrainingSource } from '../training/source.js';
import { withBackend } from '../device/backend.js';
import { ArgumentError, Rng } from '../../engine/index.js';
import { spreadImages, type ImageDataset } from '../../data/loading/imageDataset.js';
import type { CommandBody } from './commandBody.js';
import { reportModel } from './modelNotes.js';
import {
  choice,
  dataOptions,
  jsonOption,
  modelOption,
  orientationOption,
  runOptions,
  type CommonArguments,
  type InputArguments,
} from './options.js';
import { digestDataset } from '../run/digests.js';
import { percent } from '../evaluation/percent.js';

interface EvalArguments extends CommonArguments, Pick<InputArguments, 'orientation'> {
  readonly model: string | undefined;
  readonly part: 'test' | 'train' | 'val';
  readonly calibrate: boolean;
  readonly out: string | undefined;
}

/**
 * Opens the part to evaluate. Train and val are split as in the model's training, before --limit
 * applies. The validation part therefore never contains an image that the model was trained on.
 *
 * @throws ModelError if the model has other classes or does not record its split
 * @throws DataError if these are not the images of the model's training run
 */
async function openPart(
  args: EvalArguments,
  model: FoundModel,
  { classes, training, input }: LoadedModel,
  reporter: Reporter,
): Promise<ImageDataset> {
  if (args.part === 'test') {
    const test = await openTestSource({ ...args, input, reporter });
    checkClasses(model.name, classes, test);
    return test;
  }
  const { seed, valFraction, valOnTest, synthetic, limit } = training;
  if (seed === null) {
    throw new ModelError(
      `model ${model.name}: does not record its training and validation split, so ` +
        `--part ${args.part} cannot be reproduced; evaluate it on the test part (--part test)`,
    );
  }
  const { train, validation } = await openTrainingSource({
    data: args.data,
    split: args.split,
    limit: limit ?? undefined,
    valFraction,
    valOnTest,
    rng: new Rng(seed),
    // A model trained on real characters is not evaluated on synthetic ones.
    seed: synthetic ? seed : null,
    orientation: args.orientation,
    input,
    reporter,
  });
  const part = args.part === 'val' ? validation : train;
  checkClasses(model.name, classes, part);
  checkSameImages(model.name, args.part, training, part);
  return args.limit === undefined ? part : spreadImages(part, args.limit);
}

const PART_NAMES = { train: 'training', val: 'validation' } as const;

/**
 * Compares images with those of the run that trained the model.
 *
 * @throws DataError if they differ, so that an accuracy on them would not be what `--part` names
 */
function checkSameImages(
  model: string,
  part: 'train' | 'val',
  { digests }: TrainingMetadata,
  images: ImageDataset,
): void {
  if (digests === undefined) return;
  const recorded = part === 'val' ? digests.validation : digests.train;
  const { sha256 } = digestDataset(images);
  if (sha256 === recorded) return;
  throw new DataError(
    `--part ${part}: these are not the ${PART_NAMES[part]} images of model ${model} (SHA-256 ` +
      `${recorded.slice(0, 12)}..., found ${sha256.slice(0, 12)}...); pass the folder that it was ` +
      'trained on with --data, or evaluate on the test part (--part test)',
  );
}

/**
 * Checks that the model and the data set have the same classes: logits and labels are
 * matched by index.
 *
 * @throws ModelError if they differ
 */
function checkClasses(path: string, classes: readonly string[], dataset: ImageDataset): void {
  if (classes.join('\n') === dataset.classes.join('\n')) return;
  throw new ModelError(
    `model ${path}: has ${classes.length} classes (${classList(classes)}), but ${dataset.name} has ` +
      `${dataset.classes.length} (${classList(dataset.classes)}); pass the data it was trained on ` +
      'with --data, or its split of EMNIST with --split',
  );
}

async function run(args: EvalArguments): Promise<void> {
  const folder = args.out === undefined ? null : newFolder('out', args.out);
  const reporter = new Reporter({ json: args.json, outputRequired: folder === null });
  const model = await findModel(args.model);
  if (args.calibrate && model.bundled) {
    throw new ArgumentError(
      '--calibrate writes into the model file, but the bundled model must not change; pass ' +
        'another one with --model',
    );
  }
  const result = await withBackend(args, () => evaluateModel(args, model, reporter));
  const { evaluation, dataset, temperature, withPriors, rejection } = result;
  const calibrated = withTemperature(evaluation, temperature);
  const assessment = assess(calibrated, dataset, rejection);
  reporter.emit({ model: model.path, data: dataset.name, part: args.part, ...assessment });
  const title = `${model.name} on ${dataset.name}`;
  printAssessment(reporter, withPriors ? `${title}, with class priors` : title, assessment);
  if (folder === null) return;
  const { writeAssessment } = await import('../evaluation/assessmentReport.js');
  const names = await writeAssessment(assessment, {
    folder,
    title,
    evaluation: calibrated,
    dataset,
  });
  reporter.print(`  written   ${names.map((name) => join(folder, name)).join(', ')}`);
}

/** The results of a model on a part of the data. */
interface EvalResult {
  readonly evaluation: Evaluation;
  readonly dataset: ImageDataset;
  readonly temperature: number;
  /** True if log-priors were added to the logits. */
  readonly withPriors: boolean;
  /** Null if the model rejects nothing, or if its log-priors were added, since it predicts without. */
  readonly rejection: Rejection | null;
}

async function evaluateModel(
  args: EvalArguments,
  found: FoundModel,
  reporter: Reporter,
): Promise<EvalResult> {
  const loaded = await loadModel(found.path);
  reportModel(reporter, found, loaded);
  const { model, training } = loaded;
  const { temperature, rejection } = args.calibrate
    ? await calibrate(args, found, loaded, reporter)
    : loaded;
  const dataset = await openPart(args, found, loaded, reporter);
  if (args.part !== 'test' && training.digests === undefined) {
    reporter.warn(
      `note      ${found.name} does not record digests of its data: it is not verified that these ` +
        `are its ${PART_NAMES[args.part]} images`,
    );
  }
  if (dataset.synthetic) reporter.warn('*** These are SYNTHETIC characters, not EMNIST. ***');
  const priors = logPriorsOf(training, args.part);
  const evaluation = await evaluate(model, dataset, {
    logits: true,
    priors,
    onProgress: (done) =>
      reporter.progress(done, dataset.length, `evaluating ${done} of ${dataset.length}`),
  });
  model.dispose();
  const withPriors = priors !== null;
  return { evaluation, dataset, temperature, withPriors, rejection: withPriors ? null : rejection };
}

/**
 * Fits the temperature, and the rejection of a model that has one, on the validation part, whichever
 * part is evaluated, and stores them in the model file.
 */
async function calibrate(
  args: EvalArguments,
  found: FoundModel,
  loaded: LoadedModel,
  reporter: Reporter,
): Promise<Pick<LoadedModel, 'temperature' | 'rejection'>> {
  const valArgs = { ...args, part: 'val', limit: undefined } as const;
  const validation = await openPart(valArgs, found, loaded, reporter);
  const { temperature, reason, minEvidence } = await calibrateModel(
    found.path,
    loaded,
    validation,
    loaded.rejection !== null,
    (done, total) => reporter.progress(done, total, 'calibrating'),
  );
  reporter.print(
    reason === null
      ? `temperature ${temperature.toFixed(3)}, fitted on the validation part, is stored in ${found.name}`
      : `temperature 1 (${reason}) is stored in ${found.name}`,
  );
  return { temperature, rejection: minEvidence === null ? null : { minEvidence, temperature } };
}

function printAssessment(reporter: Reporter, title: string, assessment: Assessment): void {
  const { total, perClass, confusedPairs } = assessment;
  reporter.print(`${title}, ${total} images, ${perClass.length} classes`);
  for (const [name, value, meaning] of summaryOf(assessment)) {
    reporter.print(`  ${name.padEnd(11)} ${value.padStart(8)}  (${meaning})`);
  }
  const hardest = perClass
    .filter((metrics) => metrics.accuracy !== null)
    .sort((a, b) => a.accuracy! - b.accuracy!)
    .slice(0, 8)
    .map((metrics) => `${metrics.name} ${percent(metrics.accuracy, 1)}`);
  reporter.print(`  hardest     ${hardest.join(', ')}`);
  const pairs = confusedPairs
    .slice(0, 8)
    .map(({ label, read, count }) => `${label} as ${read} ${count}`);
  if (pairs.length > 0) reporter.print(`  confused    ${pairs.join(', ')}`);
}

export const evalCommand: CommandBody<EvalArguments> = {
  builder: (yargs: Argv): Argv<EvalArguments> =>
    jsonOption(runOptions(orientationOption(dataOptions(modelOption(yargs)))))
      .option('part', {
        ...choice('part', ['test', 'train', 'val']),
        default: 'test' as const,
        describe:
          'Part to evaluate on: test, or the training or validation part of the run that ' +
          'trained the model',
      })
      .option('calibrate', {
        type: 'boolean',
        default: false,
        describe:
          'First fit the temperature on the validation part and store it in the model file, ' +
          'as train does',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe:
          'New folder for confusion.png, worst.png, calibration.png and report.html ' +
          '(default: no files)',
      })
      .example(
        '$0 eval --model runs/1 --out report',
        'evaluate on the test part, and write charts and a report',
      )
      .example(
        '$0 eval --model runs/1 --part val --json',
        'evaluate on the validation part, and print JSON',
      ),
  handler: run,
};
