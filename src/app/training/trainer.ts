// The trainer: epochs of steps, an evaluation after each, a learning rate that follows it. Free of any user
// interface: it yields events, and whoever iterates over them prints, plots, saves or stops. At every event its state
// is whole, so it can be saved there, in the middle of an epoch too, and gone on with.
// Imports engine, nn, data, evaluate, trainStep.
//
// Follow one step from here: `trainStep` (trainStep.ts) uploads a batch, runs the model's textbook layers (nn/), each of which calls an
// op (engine/ops/), each of which launches kernels on the backend; `loss.backward()` walks the recorded graph
// (engine/autograd.ts) and `optimizer.step()` updates every parameter in place. docs/architecture.md has the map.

import { FormatError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import { Augmenter, augments, type AugmentOptions } from '../../data/loading/augment.js';
import type { Dataset } from '../../data/loading/dataset.js';
import { BatchLoader } from '../../data/loading/loader.js';
import {
  Adam,
  AdamW,
  CurveScheduler,
  ReduceLROnPlateau,
  WeightAverage,
  type Module,
} from '../../nn/index.js';
import { evaluate, type Evaluation } from '../evaluation/evaluate.js';
import type { CharacterNet } from '../model/characterNet.js';
import { makeSchedule, type ScheduleName } from './schedule.js';
import { logPriors, trainStep, type Distillation } from './trainStep.js';
import { checkProgress, type Progress } from './progress.js';
import { DivergedError, type EpochEvent, type Keep, type StepEvent } from './trainerEvents.js';

export interface TrainerOptions {
  readonly model: CharacterNet;
  readonly train: Dataset;
  readonly validation: Dataset;
  /** How often every image is seen. Default 20. */
  readonly epochs?: number;
  /** Images a step. Default 64. */
  readonly batchSize?: number;
  /** Adam's learning rate: the first, or with a schedule over all steps the highest. Default 0.001. */
  readonly learningRate?: number;
  /** Default `plateau`. */
  readonly schedule?: ScheduleName;
  /** AdamW's; 0, the default, is plain Adam. */
  readonly weightDecay?: number;
  /** How images are changed in each epoch. Default: not at all. */
  readonly augment?: AugmentOptions;
  /** Share of each target that is spread over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** Learn as if every class had as many images; see `logPriors`. Default false. */
  readonly balance?: boolean;
  /** Whether validation images are as often of each class as those trained on; `balance` asks. Default true. */
  readonly sameShares?: boolean;
  /** Which epoch's network becomes the run's model. Default `best`. */
  readonly keep?: Keep;
  /** Validate and save the moving average of the weights, with this decay. Default 0: the weights themselves. */
  readonly average?: number;
  /** Networks to learn from beside the labels, which take turns, a batch each; the trainer frees them. Default none. */
  readonly teachers?: readonly Module[];
  /** The teachers' part of the loss, the labels have the rest. Default 0.8. */
  readonly teacherWeight?: number;
  /** A new random order every epoch. Default true. */
  readonly shuffle?: boolean;
  /** The run's root of randomness. */
  readonly rng: Rng;
  /** Called during the evaluation after an epoch, which is no place to save; a promise is waited for. */
  readonly onValidation?: (done: number, total: number) => void | Promise<void>;
  /** Called after that evaluation with all that it found, the class read in each image included. */
  readonly onEvaluated?: (evaluation: Evaluation) => void;
}

export class Trainer {
  readonly model: CharacterNet;
  readonly optimizer: Adam;
  readonly scheduler: ReduceLROnPlateau | CurveScheduler;
  /** The weights to use, where they are averaged. */
  readonly average: WeightAverage | null;
  readonly progress: Progress = {
    epoch: 0,
    step: 0,
    lossSum: 0,
    correct: 0,
    bestEpoch: 0,
    bestAccuracy: -1,
  };
  readonly #options: Required<TrainerOptions>;
  readonly #loader: BatchLoader;
  /** What `balance` adds to the logits, null without it; the model's file keeps it. */
  readonly priors: readonly number[] | null;

  constructor(options: TrainerOptions) {
    this.#options = {
      epochs: 20,
      batchSize: 64,
      learningRate: 0.001,
      shuffle: true,
      schedule: 'plateau',
      weightDecay: 0,
      augment: {},
      labelSmoothing: 0,
      balance: false,
      sameShares: true,
      average: 0,
      keep: 'best',
      teachers: [],
      teacherWeight: 0.8,
      onValidation: () => undefined,
      onEvaluated: () => undefined,
      ...options,
    };
    const { model, train, batchSize, learningRate, shuffle, rng, epochs } = this.#options;
    const { schedule, weightDecay, augment, balance, average } = this.#options;
    this.model = model;
    const rates = { lr: learningRate, weightDecay };
    this.optimizer = new (weightDecay > 0 ? AdamW : Adam)(model.parameters(), rates);
    this.#loader = new BatchLoader({
      dataset: train,
      batchSize,
      shuffle: shuffle ? rng.split('shuffle') : null,
      augment: augments(augment) ? new Augmenter(augment, rng.split('augment')) : null,
    });
    const totalSteps = epochs * this.#loader.batchesPerEpoch;
    this.scheduler = makeSchedule(schedule, this.optimizer, { learningRate, totalSteps });
    this.average = average > 0 ? new WeightAverage(model, { decay: average }) : null;
    this.priors = balance ? logPriors(train) : null;
  }

  /** The streams that a step draws from. Epoch orders need none: they follow from the shuffle key and the epoch. */
  get rngs(): Readonly<Record<string, Rng>> {
    return { dropout: this.model.dropout.rng };
  }

  /** The batches of each epoch. */
  get loader(): BatchLoader {
    return this.#loader;
  }

  /**
   * Takes over the streams and the progress of a saved run. Model, optimizer and scheduler have been put in place by
   * `loadState(bytes, trainer)`; `run` then goes on as if there had been no break.
   *
   * @throws FormatError, and then changes nothing, if the progress cannot be one of this run
   */
  resume(saved: { readonly rngs: Readonly<Record<string, Rng>>; readonly progress: Progress }): void {
    if (!Object.hasOwn(saved.rngs, 'dropout')) {
      throw new FormatError('trainer: the saved run lacks the random stream dropout, so it cannot go on');
    }
    checkProgress(saved.progress, {
      batchesPerEpoch: this.#loader.batchesPerEpoch,
      imagesIn: (steps) => this.#imagesIn(steps),
    });
    this.model.dropout.rng = saved.rngs.dropout;
    Object.assign(this.progress, saved.progress);
  }

  /**
   * Looks at every weight. A loss is computed before its step moves the weights, so it cannot tell.
   *
   * @throws DivergedError if one is not finite: such a state must not take the place of a good one
   */
  async checkWeights(): Promise<void> {
    for (const [name, parameter] of this.model.namedParameters()) {
      if (!(await parameter.data()).every(Number.isFinite)) throw this.#diverged(`${name} is not finite`);
    }
  }

  /** Does something with the averaged weights in the place of the model's own, where there are any. */
  async withAverage<T>(work: () => Promise<T>): Promise<T> {
    this.average?.swap();
    try {
      return await work();
    } finally {
      this.average?.swap();
    }
  }

  /** Frees the model, the optimizer and what else the trainer made. */
  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
    this.average?.dispose();
    for (const teacher of this.#options.teachers) teacher.dispose();
  }

  /** Trains from the present progress to the last epoch. Stop by not asking for the next event. */
  async *run(): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    while (this.progress.epoch < this.#options.epochs) yield* this.#epoch(this.progress.epoch + 1);
  }

  async *#epoch(epoch: number): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    const { train, validation, onValidation, onEvaluated, labelSmoothing, sameShares, keep } = this.#options;
    const { progress } = this;
    const start = performance.now();
    const before = this.#imagesIn(progress.step);
    this.model.train();
    const batches = this.#loader.batches(epoch, { from: progress.step });
    for (let next = batches.next(); !next.done;) {
      const batch = next.value;
      const options = { labelSmoothing, priors: this.priors, distillation: this.#distillation() };
      const step = trainStep(this.model, this.optimizer, batch, options);
      next = batches.next(); // made ready while the backend computes
      const { loss, hits } = await step;
      if (!Number.isFinite(loss)) throw this.#diverged(`the loss is ${loss}`);
      this.average?.update();
      if (this.scheduler instanceof CurveScheduler) this.scheduler.step();
      progress.step += 1;
      progress.lossSum += loss * batch.count;
      progress.correct += hits;
      yield { event: 'step', epoch, ...this.#place(), ...this.#means() };
    }
    const { lr } = this.optimizer;
    const trained = performance.now();
    const evaluation = await this.withAverage(() =>
      evaluate(this.model, validation, {
        priors: sameShares ? this.priors : null,
        onProgress: (done) => onValidation(done, validation.length),
      }),
    );
    const { loss: valLoss, accuracy: valAccuracy } = evaluation;
    onEvaluated(evaluation);
    if (!Number.isFinite(valLoss)) throw this.#diverged(`the validation loss is ${valLoss}`);
    if (this.scheduler instanceof ReduceLROnPlateau) this.scheduler.step(valLoss);

    const means = this.#means();
    const isBest = keep === 'last' || valAccuracy > progress.bestAccuracy;
    if (isBest) Object.assign(progress, { bestEpoch: epoch, bestAccuracy: valAccuracy });
    Object.assign(progress, { epoch, step: 0, lossSum: 0, correct: 0 });
    yield {
      event: 'epoch',
      epoch,
      ...means,
      valLoss,
      valAccuracy,
      lr,
      isBest,
      seconds: (performance.now() - start) / 1000,
      imagesPerSecond: (1000 * (train.length - before)) / (trained - start),
    };
  }

  /** Whose turn it is follows from the step, so a run that is resumed goes on with the same. */
  #distillation(): Distillation | null {
    const { teachers, teacherWeight: weight } = this.#options;
    if (teachers.length === 0) return null;
    const { epoch, step } = this.progress;
    const turn = (epoch * this.#loader.batchesPerEpoch + step) % teachers.length;
    return { teacher: teachers[turn], weight };
  }

  /** Images of an epoch that its first `step` steps see. */
  #imagesIn(step: number): number {
    return Math.min(step * this.#options.batchSize, this.#options.train.length);
  }

  #place(): Pick<StepEvent, 'step' | 'steps' | 'done' | 'total'> {
    const { step } = this.progress;
    const { batchesPerEpoch: steps, dataset } = this.#loader;
    return { step, steps, done: this.#imagesIn(step), total: dataset.length };
  }

  #means(): Pick<StepEvent, 'trainLoss' | 'trainAccuracy'> {
    const { step, lossSum, correct } = this.progress;
    const done = this.#imagesIn(step);
    return { trainLoss: lossSum / done, trainAccuracy: correct / done };
  }

  #diverged(what: string): DivergedError {
    const { epoch, step } = this.progress;
    const { batchesPerEpoch } = this.#loader;
    const at = Math.min(step + 1, batchesPerEpoch);
    return new DivergedError(
      `training diverged: ${what} at epoch ${epoch + 1}, step ${at} of ${batchesPerEpoch} ` +
        `(learning rate ${this.optimizer.lr}); try a lower one (--lr)`,
    );
  }
}
