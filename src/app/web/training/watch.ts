// Conversion of trainer events into reports for the page: means since the last report, and the remaining time.

import type { EpochEvent, StepEvent } from '../../training/trainerEvents.js';
import { Pace } from './pace.js';
import type { EpochReport, StepReport } from './protocol.js';

/** Minimum interval of step reports, in milliseconds. */
const EVERY = 200;

/** Sums over the current epoch. */
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

  /** Call when training starts or resumes. */
  begin(now = performance.now()): void {
    this.#pace.begin(now);
  }

  /** Sets the validation predictions of the epoch that is about to end. */
  evaluated(predictions: Uint8Array): void {
    this.#predictions = predictions;
  }

  /** The report to send, or null if the last one is too recent. */
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
      loss: Math.max(0, (sums.loss - loss) / images), // rounding errors of the sums can make it negative
      accuracy: Math.min(1, Math.max(0, (sums.hits - hits) / images)),
      imagesPerSecond: this.#pace.imagesPerSecond,
      secondsLeft: this.#pace.secondsFor(left),
    };
  }
}
