// Runs searches for a change of the prediction on the page's thread: one at a time, in short pieces, after the drawing has been
// still for a moment. A new request cancels the old one.

import { evidenceOfLogits } from '../../evaluation/rejection.js';
import { searchFlip, scoredNetwork, type Flip } from './flip.js';
import type { Subject } from '../figures/subject.js';

/** How long a drawing has to be still, in milliseconds. */
const DELAY = 350;

export class FlipRunner {
  #running: AbortController | null = null;

  /**
   * Searches; rejects if the network fails.
   *
   * @returns null if another request or `cancel` came first
   */
  async run({ predictor, prediction }: Subject, target: number): Promise<Flip | null> {
    this.cancel();
    const { signal } = (this.#running = new AbortController());
    const { model, temperature, rejection } = predictor;
    const accepts = (logits: ArrayLike<number>): boolean =>
      rejection === null || evidenceOfLogits(logits) >= rejection.minEvidence;
    const pause = async (): Promise<void> => {
      await wait(0);
      signal.throwIfAborted();
    };
    try {
      await wait(DELAY);
      signal.throwIfAborted();
      const options = { target, temperature, accepts, pause };
      const flip = await searchFlip(scoredNetwork(model), prediction.image, options);
      return signal.aborted ? null : flip;
    } catch (error) {
      if (signal.aborted) return null; // a replaced network is disposed of and may fail
      throw error;
    }
  }

  cancel(): void {
    this.#running?.abort();
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
