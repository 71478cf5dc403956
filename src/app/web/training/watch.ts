// Turns the trainer's events into what the page shows: means since the last look, not since the epoch began, and the time
// left. Imports the pace, and types.

import type { EpochEvent, StepEvent } from '../../training/trainerEvents.js';
import { Pace } from './pace.js';
import type { EpochReport, StepReport } from './protocol.js';

/** Steps are reported no more often than this, in milliseconds. */
const EVERY = 200;

/** Sums over an epoch so far. */
interface Sums {
  readonly done: number;
  readonly loss: number;
  readonly hits: number;
}

const NOTHING: Sums = { done: 0, loss: 0, hits: 0 };

export class Watch {
  readonly #epochs: number;
  readonly #pace = new Pace();
  #last: Sums = NOTHING;
  #seen = 0;
  #reportedAt = -Infinity;
  #predictions: Uint8Array = new Uint8Array(0);

  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  /** Training begins, or goes on after a pause. */
  begin(now = performance.now()): void {
    this.#pace.begin(now);
  }

  /** What the evaluation of the epoch that is about to end has read. */
  evaluated(predictions: Uint8Array): void {
    this.#predictions = predictions;
  }

  /** The report to send, or null if the last one was a moment ago. */
  report(event: StepEvent | EpochEvent, now = performance.now()): StepReport | EpochReport | null {
    if (event.event === 'epoch') {
      this.#last = NOTHING;
      this.#seen = 0;
      this.#pace.add(0, now);
      return { kind: 'epoch', numbers: event, predictions: this.#predictions };
    }
    const { epoch, done, total, trainLoss, trainAccuracy } = event;
    this.#pace.add(done - this.#seen, now);
    this.#seen = done;
    if (done < total && now - this.#reportedAt < EVERY) return null;
    this.#reportedAt = now;
    const sums = { done, loss: trainLoss * done, hits: trainAccuracy * done };
    const { done: before, loss, hits } = this.#last;
    this.#last = sums;
    const images = done - before;
    const left = total - done + total * (this.#epochs - epoch);
    return {
      kind: 'step',
      epoch,
      done,
      total,
      images,
      loss: Math.max(0, (sums.loss - loss) / images), // sums of many terms: a hair below 0 is 0
      accuracy: Math.min(1, Math.max(0, (sums.hits - hits) / images)),
      imagesPerSecond: this.#pace.imagesPerSecond,
      secondsLeft: this.#pace.secondsFor(left),
    };
  }
}
