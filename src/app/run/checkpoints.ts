// When a run saves itself, and where: last.safetensors to go on from, best.safetensors to use. Imports modelFile.

import { join } from 'node:path';
import type { Training } from '../model/modelContents.js';
import { resumeTraining, saveModel } from '../model/modelFile.js';
import type { Trainer } from '../training/trainer.js';

export class Checkpoints {
  /** The state to go on from. */
  readonly last: string;
  /** The state with the highest validation accuracy. */
  readonly best: string;
  readonly #trainer: Trainer;
  readonly #training: Training;
  readonly #interval: number;
  #savedAt = performance.now();
  #place = 'nowhere yet';

  /** @param seconds between two checkpoints within an epoch */
  constructor(directory: string, trainer: Trainer, training: Training, seconds: number) {
    this.last = join(directory, 'last.safetensors');
    this.best = join(directory, 'best.safetensors');
    this.#trainer = trainer;
    this.#training = training;
    this.#interval = 1000 * seconds;
  }

  /** Where the state in `last` stands, as `epoch 3, step 120`. */
  get place(): string {
    return this.#place;
  }

  /** Puts the state of `last` in place. */
  async resume(): Promise<void> {
    await resumeTraining(this.last, this.#trainer, this.#training);
    this.#place = placeOf(this.#trainer);
  }

  /** Whether the last checkpoint is old enough for a new one. */
  isDue(): boolean {
    return performance.now() - this.#savedAt >= this.#interval;
  }

  /**
   * Saves the present state, and before that, if it is the best, as the best: should the process be killed in between, the
   * run goes on from an older state and finds the best again.
   *
   * @throws DivergedError, and then saves nothing, if a weight is not finite
   */
  async save({ isBest }: { readonly isBest: boolean }): Promise<void> {
    await this.#trainer.checkWeights();
    if (isBest) {
      const save = (): Promise<void> =>
        saveModel(this.best, this.#trainer, this.#training, { average: null });
      await this.#trainer.withAverage(save);
    }
    await saveModel(this.last, this.#trainer, this.#training);
    this.#place = placeOf(this.#trainer);
    this.#savedAt = performance.now();
  }
}

/** Where a run stands, for people: `epoch 3, step 120`. */
export function placeOf({ progress }: Pick<Trainer, 'progress'>): string {
  const { epoch, step } = progress;
  if (step > 0) return `epoch ${epoch + 1}, step ${step}`;
  return epoch === 0 ? 'the beginning' : `the end of epoch ${epoch}`;
}
