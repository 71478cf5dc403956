// The trainer: epochs of steps, an evaluation after each, a learning rate that follows it. Free of any user
// interface: it yields events, and whoever iterates over them prints, plots, saves or stops.
// Imports engine, nn, data, evaluate.
//
// Follow one step from here: `#step` uploads a batch, runs the model's textbook layers (nn/), each of which calls an
// op (engine/ops/), each of which launches kernels on the backend; `loss.backward()` walks the recorded graph
// (engine/autograd.ts) and `optimizer.step()` updates every parameter in place. docs/architecture.md has the map.

import { argmax, crossEntropy, scope, tensor } from '../engine/index.js';
import { FormatError, InkgradError } from '../engine/errors.js';
import type { Rng } from '../engine/rng.js';
import type { Dataset } from '../data/dataset.js';
import { BatchLoader, type Batch } from '../data/loader.js';
import { Adam, ReduceLROnPlateau } from '../nn/index.js';
import { evaluate } from './evaluate.js';
import type { CharacterNet } from './model.js';

export interface TrainerOptions {
  readonly model: CharacterNet;
  readonly train: Dataset;
  readonly validation: Dataset;
  /** How often every image is seen. Default 20. */
  readonly epochs?: number;
  /** Images a step. Default 64. */
  readonly batchSize?: number;
  /** Adam's learning rate at the start. Default 0.001. */
  readonly learningRate?: number;
  /** A new random order every epoch. Default true. */
  readonly shuffle?: boolean;
  /** The run's root of randomness. */
  readonly rng: Rng;
}

/** After every step. */
export interface StepEvent {
  readonly event: 'step';
  /** Counted from 1. */
  readonly epoch: number;
  /** Images of this epoch done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Means over the epoch so far. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
}

/** After every epoch. */
export interface EpochEvent {
  readonly event: 'epoch';
  readonly epoch: number;
  /** Over the epoch as it went, dropout included. */
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Learning rate of this epoch. */
  readonly lr: number;
  /** Wall time of the epoch, evaluation included. */
  readonly seconds: number;
  /** Training images a second, without the evaluation. */
  readonly imagesPerSecond: number;
  /** Whether this epoch has the highest validation accuracy so far. */
  readonly isBest: boolean;
}

/** The loss is no longer a number: the run cannot recover. */
export class DivergedError extends InkgradError {
  override name = 'DivergedError';
}

/** Everything that a step changes besides the model: what a checkpoint adds to its weights. */
export interface Progress {
  /** Epochs completed. */
  epoch: number;
  bestEpoch: number;
  bestAccuracy: number;
}

export class Trainer {
  readonly model: CharacterNet;
  readonly optimizer: Adam;
  readonly scheduler: ReduceLROnPlateau;
  readonly progress: Progress = { epoch: 0, bestEpoch: 0, bestAccuracy: -1 };
  readonly #options: Required<TrainerOptions>;
  readonly #loader: BatchLoader;

  constructor(options: TrainerOptions) {
    this.#options = { epochs: 20, batchSize: 64, learningRate: 0.001, shuffle: true, ...options };
    const { model, train, batchSize, learningRate, shuffle, rng } = this.#options;
    this.model = model;
    this.optimizer = new Adam(model.parameters(), { lr: learningRate });
    // The original's schedule: a tenth of the rate after more than two epochs without a lower validation loss.
    this.scheduler = new ReduceLROnPlateau(this.optimizer, { mode: 'min', patience: 2 });
    this.#loader = new BatchLoader({
      dataset: train,
      batchSize,
      shuffle: shuffle ? rng.split('shuffle') : null,
    });
  }

  /** The streams that a step draws from. Epoch orders need none: they follow from the shuffle key and the epoch. */
  get rngs(): Readonly<Record<string, Rng>> {
    return { dropout: this.model.dropout.rng };
  }

  /**
   * Takes over the streams and the progress of a saved run. Model, optimizer and scheduler have been put in place by
   * `loadState(bytes, trainer)`; `run` then goes on as if there had been no break.
   */
  resume(saved: { readonly rngs: Readonly<Record<string, Rng>>; readonly progress: Progress }): void {
    if (!Object.hasOwn(saved.rngs, 'dropout')) {
      throw new FormatError('trainer: the saved run lacks the random stream dropout, so it cannot go on');
    }
    this.model.dropout.rng = saved.rngs.dropout;
    Object.assign(this.progress, saved.progress);
  }

  /** Frees the model and the optimizer. */
  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
  }

  /** Trains from the present progress to the last epoch. Stop by not asking for the next event. */
  async *run(): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    while (this.progress.epoch < this.#options.epochs) yield* this.#epoch(this.progress.epoch + 1);
  }

  async *#epoch(epoch: number): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    const { train, validation } = this.#options;
    const start = performance.now();
    const lr = this.optimizer.lr;
    let lossSum = 0;
    let correct = 0;
    let done = 0;
    this.model.train();
    for (const batch of this.#loader.batches(epoch)) {
      const { loss, hits } = await this.#step(batch);
      if (!Number.isFinite(loss)) {
        throw new DivergedError(
          `training diverged: the loss is ${loss} at epoch ${epoch}, image ${done} (learning rate ${lr}); try a lower --lr`,
        );
      }
      lossSum += loss * batch.count;
      correct += hits;
      done += batch.count;
      yield {
        event: 'step',
        epoch,
        done,
        total: train.length,
        trainLoss: lossSum / done,
        trainAccuracy: correct / done,
      };
    }
    const trained = performance.now();
    const { loss: valLoss, accuracy: valAccuracy } = await evaluate(this.model, validation);
    this.scheduler.step(valLoss);

    const isBest = valAccuracy > this.progress.bestAccuracy;
    if (isBest) Object.assign(this.progress, { bestEpoch: epoch, bestAccuracy: valAccuracy });
    this.progress.epoch = epoch;
    yield {
      ...{ event: 'epoch', epoch, trainLoss: lossSum / done, trainAccuracy: correct / done },
      ...{ valLoss, valAccuracy, lr, isBest },
      seconds: (performance.now() - start) / 1000,
      imagesPerSecond: (1000 * done) / (trained - start),
    };
  }

  /** One step of training; resolves to the batch's mean loss and its number of hits. */
  async #step(batch: Batch): Promise<{ loss: number; hits: number }> {
    const { height, width } = this.#options.train;
    const [loss, read] = await Promise.all(
      scope(() => {
        const images = tensor(batch.images, { shape: [batch.count, 1, height, width] });
        const labels = tensor(batch.labels);
        const logits = this.model.forward(images); // [count, classes]
        const loss = crossEntropy(logits, labels);
        this.optimizer.zeroGrad();
        loss.backward();
        this.optimizer.step();
        return [loss.item(), argmax(logits).data()] as const;
      }),
    );
    let hits = 0;
    for (let i = 0; i < batch.count; i++) if (read[i] === batch.labels[i]) hits += 1;
    return { loss, hits };
  }
}
