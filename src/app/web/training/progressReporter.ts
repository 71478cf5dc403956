// Conversion of trainer events into reports for the page: means since the last report, and the remaining time.

import type { EpochEvent, StepEvent } from '../../training/trainerEvents.js';
import type { Progress } from '../../training/progress.js';
import { Throughput } from './throughput.js';
import type { EpochReport, StepReport } from './protocol.js';

/** Minimum interval of step reports, in milliseconds. */
const REPORT_INTERVAL = 200;

/** Sums over the current epoch. */
interface Sums {
  readonly done: number;
  readonly loss: number;
  readonly correct: number;
}

const NO_SUMS: Sums = { done: 0, loss: 0, correct: 0 };

export class ProgressReporter {
  readonly #epochs: number;
  readonly #throughput = new Throughput();
  #lastSums: Sums = NO_SUMS;
  #processed = 0;
  #reportedAt = -Infinity;
  #predictions: Uint8Array = new Uint8Array(0);

  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  /** Call when training starts or resumes. */
  start(now = performance.now()): void {
    this.#throughput.start(now);
  }

  /** Continues within an epoch of which `done` images were processed before. */
  resume({ lossSum, correct }: Pick<Progress, 'lossSum' | 'correct'>, done: number): void {
    this.#lastSums = { done, loss: lossSum, correct };
    this.#processed = done;
  }

  /** Sets the validation predictions of the epoch that is about to end. */
  setPredictions(predictions: Uint8Array): void {
    this.#predictions = predictions;
  }

  /** The report to send, or null if the last one is too recent. */
  report(event: StepEvent | EpochEvent, now = performance.now()): StepReport | EpochReport | null {
    if (event.event === 'epoch') {
      this.#lastSums = NO_SUMS;
      this.#processed = 0;
      this.#throughput.add(0, now);
      return { kind: 'epoch', numbers: event, predictions: this.#predictions };
    }
    const { epoch, done, total, trainLoss, trainAccuracy } = event;
    this.#throughput.add(done - this.#processed, now);
    this.#processed = done;
    if (done < total && now - this.#reportedAt < REPORT_INTERVAL) return null;
    this.#reportedAt = now;
    const sums = { done, loss: trainLoss * done, correct: trainAccuracy * done };
    const { done: doneBefore, loss, correct } = this.#lastSums;
    this.#lastSums = sums;
    const images = done - doneBefore;
    const remaining = total - done + total * (this.#epochs - epoch);
    return {
      kind: 'step',
      epoch,
      done,
      total,
      images,
      loss: Math.max(0, (sums.loss - loss) / images), // rounding errors of the sums can make it negative
      accuracy: Math.min(1, Math.max(0, (sums.correct - correct) / images)),
      imagesPerSecond: this.#throughput.imagesPerSecond,
      secondsLeft: this.#throughput.secondsFor(remaining),
    };
  }
}
