// Checkpoints of a run: last.safetensors to resume from, best.safetensors for inference.

import { join } from 'node:path';
import { ModelError } from '../errors.js';
import type { TrainingMetadata } from '../model/modelContents.js';
import { loadModel, resumeTraining, saveCheckpoint, saveModel } from '../model/modelFile.js';
import { fixedSettings, type Settings } from './settings.js';
import type { Trainer } from '../training/trainer.js';

export const CHECKPOINT_FILE = 'last.safetensors';

export class Checkpoints {
  /** Path of the checkpoint to resume from. */
  readonly last: string;
  /**
   * Path of the model to use: the epoch with the highest validation accuracy, or the last
   * with `--keep last`.
   */
  readonly best: string;
  readonly #trainer: Trainer;
  readonly #training: TrainingMetadata;
  readonly #settings: Settings;
  #savedAt = performance.now();
  #position = 'nothing saved yet';

  constructor(directory: string, trainer: Trainer, training: TrainingMetadata, settings: Settings) {
    this.last = join(directory, CHECKPOINT_FILE);
    this.best = join(directory, 'best.safetensors');
    this.#trainer = trainer;
    this.#training = training;
    this.#settings = settings;
  }

  /** The position of the checkpoint in `last`, e.g. `epoch 3, step 120`. */
  get position(): string {
    return this.#position;
  }

  /**
   * Restores the checkpoint in `last`, and checks the model in `best`.
   *
   * @throws ModelError if a file is missing, damaged, or of another run
   */
  async resume(): Promise<void> {
    const settings = fixedSettings(this.#settings);
    await resumeTraining(this.last, this.#trainer, this.#training, settings);
    this.#position = describePosition(this.#trainer);
    await this.#checkBest();
  }

  /**
   * Loads the best model: the run needs it at its end, unless a later epoch is better.
   *
   * @throws ModelError if it is missing or damaged
   */
  async #checkBest(): Promise<void> {
    const { modelEpoch } = this.#trainer.progress;
    if (modelEpoch === 0) return;
    try {
      (await loadModel(this.best)).model.dispose();
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      throw new ModelError(
        `${error.message}; it contains the model of the run so far, of epoch ${modelEpoch}: restore it, ` +
          `or copy ${this.last} to it to replace that model by the latest one`,
      );
    }
  }

  /** True if the checkpoint interval has elapsed. */
  isDue(): boolean {
    return performance.now() - this.#savedAt >= 1000 * this.#settings.checkpointEvery;
  }

  /**
   * Saves the current state. If it is the best, saves the best model first: if the process is
   * killed in between, the run resumes from an older state and finds the best again.
   *
   * @throws DivergedError, without saving, if a weight is not finite
   */
  async save({ isModel }: { readonly isModel: boolean }): Promise<void> {
    await this.#trainer.checkWeights();
    if (isModel) {
      const save = (): Promise<void> => saveModel(this.best, this.#trainer, this.#training);
      await this.#trainer.withAverage(save);
    }
    await saveCheckpoint(this.last, this.#trainer, this.#training, fixedSettings(this.#settings));
    this.#position = describePosition(this.#trainer);
    this.#savedAt = performance.now();
  }
}

/** The position of a run as text: `epoch 3, step 120`. */
export function describePosition({ progress }: Pick<Trainer, 'progress'>): string {
  const { epoch, step } = progress;
  if (step > 0) return `epoch ${epoch + 1}, step ${step}`;
  return epoch === 0 ? 'the beginning' : `the end of epoch ${epoch}`;
}
