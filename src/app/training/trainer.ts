// The trainer: epochs of steps, an evaluation after each epoch, and a learning-rate schedule. It
// has no user interface. It yields events, and the caller prints, plots, saves or stops. At every
// event the state is consistent, so it can be saved there and resumed, also within an epoch.
//
// Follow one step from here: `trainStep` (trainStep.ts) uploads a batch and runs the model's layers
// (nn/). Each layer calls an op (engine/ops/), and each op launches kernels on the backend.
// `loss.backward()` walks the recorded graph (engine/autograd.ts) and `optimizer.step()` updates
// every parameter in place. docs/architecture.md has the map.

import { FormatError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import { Augmenter, hasAugmentation, type AugmentOptions } from '../../data/loading/augment.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { DataLoader } from '../../data/loading/dataLoader.js';
import { Normalizer } from '../../data/loading/transform.js';
import {
  CurveScheduler,
  ReduceLROnPlateau,
  WeightAverage,
  type Layer,
  type Optimizer,
} from '../../nn/index.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import type { CharacterNet } from '../model/characterNet.js';
import { makeOptimizer, type OptimizerName } from './makeOptimizer.js';
import { makeSchedule, type ScheduleName } from './schedule.js';
import { logPriors, trainStep, type Distillation } from './trainStep.js';
import { checkProgress, type Progress } from './progress.js';
import {
  DivergedError,
  type EpochEvent,
  type KeepOption,
  type StepEvent,
} from './trainerEvents.js';

export interface TrainerOptions {
  readonly model: CharacterNet;
  /** May have one more class than the network, of outliers: see `trainStep`. */
  readonly train: ImageDataset;
  /**
   * The training images without generated ones, which have other class frequencies than the
   * validation images; used by `balance`. Default: `train`.
   */
  readonly real?: ImageDataset;
  readonly validation: ImageDataset;
  /** Number of epochs. Default 20. */
  readonly epochs?: number;
  /** Images per step. Default 64. */
  readonly batchSize?: number;
  /** Learning rate: the initial one, or the maximum of a curve schedule. Default 0.001. */
  readonly learningRate?: number;
  /** Default `plateau`. */
  readonly schedule?: ScheduleName;
  /** Default: `adamw` with weight decay, `adam` without. */
  readonly optimizer?: OptimizerName;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Augmentation. Default: none. */
  readonly augment?: AugmentOptions;
  /** Fraction of each target that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Train with logit adjustment, as if classes were balanced; see `logPriors`. Default false. */
  readonly balance?: boolean;
  /**
   * True if the validation images have the class prior of the training images; used by
   * `balance`. Default true.
   */
  readonly sameClassPrior?: boolean;
  /** Which epoch's network becomes the run's model. Default `best`. */
  readonly keep?: KeepOption;
  /**
   * Decay of the moving average of the weights, which is validated and saved. Default
   * 0: no average.
   */
  readonly average?: number;
  /**
   * Teacher networks for distillation, alternating by batch; the trainer disposes
   * them. Default none.
   */
  readonly teachers?: readonly Layer[];
  /** Weight of the teacher's term in the loss; the labels have the rest. Default 0.8. */
  readonly teacherWeight?: number;
  /** Shuffle every epoch. Default true. */
  readonly shuffle?: boolean;
  /** The root random generator of the run. */
  readonly rng: Rng;
  /** Called during the evaluation after an epoch; do not save there. A promise is awaited. */
  readonly onValidation?: (done: number, total: number) => void | Promise<void>;
  /** Called after that evaluation with its results, including the prediction for each image. */
  readonly onEvaluated?: (evaluation: Evaluation) => void;
}

export class Trainer {
  readonly model: CharacterNet;
  readonly optimizer: Optimizer;
  readonly scheduler: ReduceLROnPlateau | CurveScheduler;
  /** The weight average, null without `average`. Use it for validation and inference. */
  readonly average: WeightAverage | null;
  readonly progress: Progress = {
    epoch: 0,
    step: 0,
    lossSum: 0,
    correct: 0,
    bestEpoch: 0,
    bestAccuracy: -1,
    modelEpoch: 0,
    modelAccuracy: -1,
  };
  readonly #options: Required<TrainerOptions>;
  readonly #loader: DataLoader;
  /**
   * Log-priors of the validation images, which `balance` adds to their logits; null without it. The
   * model file stores them.
   */
  readonly priors: readonly number[] | null;
  /** Log-priors of all training images, which `balance` adds to the logits in the loss. */
  readonly #lossPriors: readonly number[] | null;

  constructor(options: TrainerOptions) {
    this.#options = {
      epochs: 20,
      batchSize: 64,
      learningRate: 0.001,
      shuffle: true,
      schedule: 'plateau',
      weightDecay: 0,
      optimizer: (options.weightDecay ?? 0) > 0 ? 'adamw' : 'adam',
      augment: {},
      labelSmoothing: 0,
      balance: false,
      sameClassPrior: true,
      average: 0,
      keep: 'best',
      teachers: [],
      teacherWeight: 0.8,
      onValidation: () => undefined,
      onEvaluated: () => undefined,
      real: options.train,
      ...options,
    };
    const { model, train, validation, batchSize, learningRate, shuffle, rng, epochs } =
      this.#options;
    const { schedule, optimizer, weightDecay, augment, balance, average, real } = this.#options;
    this.model = model;
    const optimizerSettings = { learningRate, weightDecay };
    this.optimizer = makeOptimizer(optimizer, model.parameters(), optimizerSettings);
    const inputs = hasAugmentation(augment)
      ? new Augmenter(augment, { shape: train.shapes.inputs, rng: rng.split('augment') })
      : new Normalizer();
    this.#loader = new DataLoader(train, {
      batchSize,
      shuffle: shuffle ? rng.split('shuffle') : null,
      transform: { inputs },
    });
    const totalSteps = epochs * this.#loader.batchesPerEpoch;
    this.scheduler = makeSchedule(schedule, this.optimizer, { learningRate, totalSteps });
    this.average = average > 0 ? new WeightAverage(model, { decay: average }) : null;
    const classes = validation.classes.length;
    this.priors = balance ? logPriors(real, classes) : null;
    this.#lossPriors = balance ? logPriors(train, classes) : null;
  }

  /**
   * The random streams that a step draws from. Epoch orders need none: they follow from the shuffle
   * key and the epoch.
   */
  get rngs(): Readonly<Record<string, Rng>> {
    return { dropout: this.model.dropout.rng };
  }

  /** The batches of each epoch. */
  get loader(): DataLoader {
    return this.#loader;
  }

  /**
   * Restores the random streams and the progress of a checkpoint. Restore model, optimizer and
   * scheduler before, with `loadState(bytes, trainer)`. `run` then continues as if uninterrupted.
   *
   * @throws FormatError, before any change, if the progress is impossible in this run
   */
  resume(saved: {
    readonly rngs: Readonly<Record<string, Rng>>;
    readonly progress: Progress;
  }): void {
    if (!Object.hasOwn(saved.rngs, 'dropout')) {
      throw new FormatError(
        'trainer: the checkpoint lacks the random stream dropout, so it cannot be resumed',
      );
    }
    checkProgress(saved.progress, {
      batchesPerEpoch: this.#loader.batchesPerEpoch,
      imagesIn: (steps) => this.#imagesIn(steps),
    });
    this.model.dropout.rng = saved.rngs.dropout;
    Object.assign(this.progress, saved.progress);
  }

  /**
   * Checks that every weight is finite. The loss cannot show this, because it is computed before
   * its step updates the weights.
   *
   * @throws DivergedError if a weight is not finite: such a state must not replace
   *   a valid checkpoint
   */
  async checkWeights(): Promise<void> {
    for (const [name, parameter] of this.model.namedParameters()) {
      if (!(await parameter.data()).every(Number.isFinite))
        throw this.#diverged(`${name} is not finite`);
    }
  }

  /** Runs `work` with the averaged weights swapped into the model, if averaging is on. */
  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    this.average?.swap();
    try {
      return await work();
    } finally {
      this.average?.swap();
    }
  }

  /** Frees the model, the optimizer, the average and the teachers. */
  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
    this.average?.dispose();
    for (const teacher of this.#options.teachers) teacher.dispose();
  }

  /**
   * Trains from the current progress to the last epoch. To stop, leave the loop.
   *
   * @throws DivergedError if a loss is not finite
   */
  async *run(): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    while (this.progress.epoch < this.#options.epochs) yield* this.#epoch(this.progress.epoch + 1);
  }

  async *#epoch(epoch: number): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    const { train, validation, onValidation, onEvaluated, labelSmoothing, sameClassPrior, keep } =
      this.#options;
    const { progress } = this;
    const start = performance.now();
    const imagesBefore = this.#imagesIn(progress.step);
    this.model.train();
    const batches = this.#loader.batches(epoch, { from: progress.step });
    for (let next = batches.next(); !next.done;) {
      const batch = next.value;
      const options = {
        labelSmoothing,
        priors: this.#lossPriors,
        distillation: this.#distillation(),
      };
      const step = trainStep(this.model, this.optimizer, batch, options);
      next = batches.next(); // prepare it while the backend computes
      const { loss, hits } = await step;
      if (!Number.isFinite(loss)) throw this.#diverged(`the loss is ${loss}`);
      this.average?.update();
      if (this.scheduler instanceof CurveScheduler) this.scheduler.step();
      progress.step += 1;
      progress.lossSum += loss * batch.count;
      progress.correct += hits;
      yield { event: 'step', epoch, ...this.#position(), ...this.#means() };
    }
    const { lr } = this.optimizer;
    const trained = performance.now();
    const evaluation = await this.withAverage(() =>
      evaluate(this.model, validation, {
        priors: sameClassPrior ? this.priors : null,
        onProgress: (done) => onValidation(done, validation.length),
      }),
    );
    const { loss: valLoss, accuracy: valAccuracy } = evaluation;
    onEvaluated(evaluation);
    if (!Number.isFinite(valLoss)) throw this.#diverged(`the validation loss is ${valLoss}`);
    if (this.scheduler instanceof ReduceLROnPlateau) this.scheduler.step(valLoss);

    const means = this.#means();
    const isBest = valAccuracy > progress.bestAccuracy;
    const isModel = isBest || keep === 'last';
    if (isBest) Object.assign(progress, { bestEpoch: epoch, bestAccuracy: valAccuracy });
    if (isModel) Object.assign(progress, { modelEpoch: epoch, modelAccuracy: valAccuracy });
    Object.assign(progress, { epoch, step: 0, lossSum: 0, correct: 0 });
    yield {
      event: 'epoch',
      epoch,
      ...means,
      valLoss,
      valAccuracy,
      lr,
      isModel,
      seconds: (performance.now() - start) / 1000,
      imagesPerSecond: (1000 * (train.length - imagesBefore)) / (trained - start),
    };
  }

  /**
   * The teacher of the current step. It depends only on the step number, so a resumed run uses
   * the same one.
   */
  #distillation(): Distillation | null {
    const { teachers, teacherWeight: weight } = this.#options;
    if (teachers.length === 0) return null;
    const { epoch, step } = this.progress;
    const teacherIndex = (epoch * this.#loader.batchesPerEpoch + step) % teachers.length;
    return { teacher: teachers[teacherIndex], weight };
  }

  /** Number of images in the first `step` steps of an epoch. */
  #imagesIn(step: number): number {
    return Math.min(step * this.#options.batchSize, this.#options.train.length);
  }

  #position(): Pick<StepEvent, 'step' | 'steps' | 'done' | 'total'> {
    const { step } = this.progress;
    const { batchesPerEpoch: steps, dataset } = this.#loader;
    return { step, steps, done: this.#imagesIn(step), total: dataset.length };
  }

  #means(): Pick<StepEvent, 'trainLoss' | 'trainAccuracy'> {
    const { step, lossSum, correct } = this.progress;
    const done = this.#imagesIn(step);
    return { trainLoss: lossSum / done, trainAccuracy: correct / done };
  }

  #diverged(reason: string): DivergedError {
    const { epoch, step } = this.progress;
    const { batchesPerEpoch } = this.#loader;
    const currentStep = Math.min(step + 1, batchesPerEpoch);
    return new DivergedError(
      `training diverged: ${reason} at epoch ${epoch + 1}, step ${currentStep} of ${batchesPerEpoch} ` +
        `(learning rate ${this.optimizer.lr}); try a lower one (--lr)`,
    );
  }
}
