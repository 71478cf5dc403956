// `train`: trains the character network with the trainer and the settings of `inkgrad train`, in
// Node or in a browser, and returns a model for `recognize`.

import { ArgumentError } from '../../engine/errors.js';
import { Rng, withBackend, type Backend } from '../../engine/index.js';
import { checkOptions, describeValue, type OptionNames } from '../../engine/options.js';
import { saveState } from '../../nn/index.js';
import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import { ImageDataset, limitImages } from '../../data/loading/imageDataset.js';
import { drawDataset } from '../../data/strokes/synthetic.js';
import { modelFrom } from '../model/modelContents.js';
import { newSettings, SETTINGS, type Settings } from '../run/settings.js';
import { makeNetwork, trainerSettings } from '../run/trainerSettings.js';
import { fitCalibration } from '../training/fitCalibration.js';
import { addGenerated } from '../training/generated.js';
import { holdOutValidation, SYNTHETIC_COUNT, type TrainingParts } from '../training/holdOut.js';
import { recomputeBatchNorm } from '../training/preciseBatchNorm.js';
import { Trainer } from '../training/trainer.js';
import type { EpochEvent, StepEvent } from '../training/trainerEvents.js';
import { CharacterModel, checkBackend } from './characterModel.js';

/** The settings that `train` shares with the options of `inkgrad train`. */
const SHARED_SETTINGS = {
  recipe: true,
  limit: true,
  valFraction: true,
  seed: true,
  epochs: true,
  batchSize: true,
  lr: true,
  schedule: true,
  weightDecay: true,
  dropout: true,
  convolutions: true,
  labelSmoothing: true,
  balance: true,
  preciseBn: true,
  keep: true,
  average: true,
  shift: true,
  rotation: true,
  scale: true,
  shear: true,
  stroke: true,
  shuffle: true,
} as const satisfies Partial<OptionNames<Settings>>;

/**
 * Options of `train`. The settings have the names, defaults and valid values of the options of
 * `inkgrad train`, in camel case: `recipe` (`original` or `best`) sets the defaults of the others.
 */
export interface TrainOptions extends Partial<Pick<Settings, keyof typeof SHARED_SETTINGS>> {
  /**
   * Images of 28 x 28 pixels with labels, such as the training part of EMNIST. Default: built-in
   * synthetic characters. They are not EMNIST: accuracy on them does not transfer to handwriting.
   */
  readonly data?: ImageDataset;
  /** Backend to train on. Default: the current backend. */
  readonly backend?: Backend;
  /** Called before the first step, after every step and after every epoch; a promise is awaited. */
  readonly onProgress?: (event: TrainEvent) => unknown;
  /** Stops the training: `train` then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** Reported before the first step. */
export interface StartEvent {
  readonly event: 'start';
  /** Name of the data set. */
  readonly data: string;
  /** True for synthetic characters, which are not EMNIST. */
  readonly synthetic: boolean;
  /** Number of images to train on. */
  readonly images: number;
  /** Number of images held out for validation. */
  readonly validationImages: number;
  readonly epochs: number;
}

/** Progress of a training, told apart by `event`. */
export type TrainEvent = StartEvent | StepEvent | EpochEvent;

/**
 * Trains the character network and returns its best epoch (`keep: 'best'`) or its last one, with
 * probabilities calibrated on the validation images.
 *
 * A fraction of every class (`valFraction`, default 0.1) is held out for validation. Equal options,
 * data and builds of a backend give bit-for-bit equal models. Training yields to the event loop, so
 * a web page stays responsive; for long trainings use a worker.
 *
 * @throws ArgumentError if an option is unknown or invalid, the images are not 28 x 28 pixels, or
 *   there are too few of them
 * @throws DivergedError if the loss is not finite
 * @example
 * const backend = await createWasmBackend({ threads: 1 });
 * const losses = [];
 * const model = await train({
 *   limit: 94, // two drawings of each of the 47 classes
 *   valFraction: 0.5,
 *   epochs: 1,
 *   backend,
 *   onProgress: (event) => event.event === 'epoch' && losses.push(event.valLoss),
 * });
 * print(losses.length, model.training.data); // 1 synthetic characters (not EMNIST)
 * model.dispose();
 * await backend.dispose();
 */
export async function train(options: TrainOptions = {}): Promise<CharacterModel> {
  const settings = readSettings(options);
  const backend = checkBackend('train', options.backend);
  const { onProgress, signal } = options;
  const yieldToEvents = makeYield(signal);
  const rng = new Rng(settings.seed);
  const data = await openData(options.data, settings, yieldToEvents);
  const parts = holdOutValidation(data, settings.valFraction, rng, 'train: valFraction');
  await onProgress?.(startEvent(data, parts, settings));
  const trainer = withBackend(
    backend,
    () =>
      new Trainer({
        ...trainerSettings(settings),
        ...parts,
        train: addGenerated(parts.train, settings, settings.seed),
        real: parts.train,
        model: makeNetwork(settings, data.classes.length, rng),
        rng,
        onValidation: yieldToEvents,
      }),
  );
  try {
    let kept: Uint8Array | null = null;
    for await (const event of trainer.run()) {
      if (event.event === 'epoch' && event.isModel) {
        kept = await trainer.withAverage(() => snapshot(trainer, data, settings));
      }
      await onProgress?.(event);
      await yieldToEvents();
    }
    return await finish(kept!, parts, settings, backend, yieldToEvents);
  } finally {
    trainer.dispose();
  }
}

/**
 * Validates the options and completes them to the settings of a run.
 *
 * @throws ArgumentError such as `train: epochs must be a whole number of at least 1, got 0`
 */
function readSettings(options: TrainOptions): Settings {
  checkOptions('train', options, {
    ...SHARED_SETTINGS,
    data: true,
    backend: true,
    onProgress: true,
    signal: true,
  });
  const names = Object.keys(SHARED_SETTINGS) as (keyof typeof SHARED_SETTINGS)[];
  for (const name of names) {
    const value = options[name];
    const { isValid, description, defaultValue } = SETTINGS[name];
    if (value === undefined || isValid(value) || (value === null && defaultValue === null))
      continue;
    throw new ArgumentError(`train: ${name} must be ${description}, got ${describeValue(value)}`);
  }
  return newSettings(Object.fromEntries(names.map((name) => [name, options[name]])));
}

/** Lets the event loop run if it has waited for this many milliseconds. */
const MAX_BLOCKED = 50;

/**
 * A function to call between two pieces of work: it yields to the event loop when necessary, and
 * throws the reason of the signal once it is aborted. Awaited promises alone do not yield.
 */
function makeYield(signal: AbortSignal | undefined): () => Promise<void> {
  let lastYield = performance.now();
  return async () => {
    if (performance.now() - lastYield > MAX_BLOCKED) {
      await new Promise((resolve) => setTimeout(resolve));
      lastYield = performance.now();
    }
    signal?.throwIfAborted();
  };
}

/**
 * The images to train and to validate on.
 *
 * @throws ArgumentError if the data set does not suit the network
 */
async function openData(
  data: ImageDataset | undefined,
  { seed, limit }: Settings,
  yieldToEvents: () => Promise<void>,
): Promise<ImageDataset> {
  if (data === undefined) {
    const count = Math.min(SYNTHETIC_COUNT, limit ?? Infinity);
    const drawing = drawDataset({ seed, count });
    for (;;) {
      const { done, value } = drawing.next();
      if (done === true) return value;
      await yieldToEvents();
    }
  }
  if (!(data instanceof ImageDataset)) {
    throw new ArgumentError(
      `train: data must be an ImageDataset (inkgrad/data), got ${describeValue(data)}`,
    );
  }
  const { name, height, width, classes } = data;
  if (height !== IMAGE_SIDE || width !== IMAGE_SIDE || classes.length < 2) {
    throw new ArgumentError(
      `train: the network expects images of ${IMAGE_SIDE} x ${IMAGE_SIDE} pixels and at least 2 ` +
        `classes; ${name} has ${height} x ${width} and ${classes.length}`,
    );
  }
  return limit === null ? data : limitImages(data, limit);
}

function startEvent(
  { name, synthetic }: ImageDataset,
  { train: images, validation }: TrainingParts,
  { epochs }: Settings,
): StartEvent {
  const validationImages = validation.length;
  return { event: 'start', data: name, synthetic, images: images.length, validationImages, epochs };
}

/** The network of a trainer as the bytes of a model file. */
async function snapshot(
  trainer: Trainer,
  { name, classes, synthetic }: ImageDataset,
  { seed, valFraction, limit }: Settings,
): Promise<Uint8Array> {
  await trainer.checkWeights();
  const { model, priors: logPriors } = trainer;
  const training = { data: name, synthetic, seed, valFraction, valOnTest: false, limit, logPriors };
  return saveState({ model, extra: { ...training, classes: [...classes] } });
}

/** Opens the kept network, recomputes its batch-norm statistics if set, and calibrates it. */
async function finish(
  kept: Uint8Array,
  { train: images, validation }: TrainingParts,
  { preciseBn, seed, outliers }: Settings,
  backend: Backend,
  yieldToEvents: () => Promise<void>,
): Promise<CharacterModel> {
  const loaded = await modelFrom('trained', kept, backend);
  try {
    if (preciseBn) await recomputeBatchNorm(loaded.model, images, seed, yieldToEvents);
    const rejects = outliers > 0;
    const fitted = await fitCalibration(loaded, validation, rejects, yieldToEvents);
    const { temperature, minEvidence } = fitted;
    const rejection = minEvidence === null ? null : { minEvidence, temperature };
    const training = { ...loaded.training, temperature, minEvidence };
    return new CharacterModel({ ...loaded, temperature, rejection, training }, backend);
  } catch (error) {
    loaded.model.dispose();
    throw error;
  }
}
