// The metrics of a run: lines for the charts, rows for the table, and their formatting. No DOM.

import type { EpochEvent } from '../../training/trainerEvents.js';
import type { StepReport } from './protocol.js';
import { percent } from '../../evaluation/percent.js';

/** The numbers of one epoch. */
export interface EpochValues {
  /** Mean during the epoch. */
  readonly training: number;
  /** After the epoch. */
  readonly validation: number;
}

/** The lines of a chart, of equal length; null where a line has no point. */
export interface Lines {
  /** In epochs: 1.5 is the middle of the second epoch. */
  readonly x: number[];
  readonly training: (number | null)[];
  readonly validation: (number | null)[];
}

/** Each training point averages at least this many images, to reduce noise. The first points are shown immediately. */
const MIN_IMAGES_PER_POINT = 256;
const UNSMOOTHED_POINTS = 4;

export class History {
  readonly #epochs: EpochEvent[] = [];
  #pending = { images: 0, loss: 0, correct: 0 };
  readonly #loss: Lines = { x: [], training: [], validation: [] };
  readonly #accuracy: Lines = { x: [], training: [], validation: [] };

  /** The completed epochs. */
  get epochs(): readonly EpochEvent[] {
    return this.#epochs;
  }

  get loss(): Lines {
    return this.#loss;
  }

  get accuracy(): Lines {
    return this.#accuracy;
  }

  /** Loss and accuracy of the last completed epoch, the numbers of the table; null before the first. */
  get lastEpoch(): { readonly loss: EpochValues; readonly accuracy: EpochValues } | null {
    const last = this.#epochs.at(-1);
    if (last === undefined) return null;
    return {
      loss: { training: last.trainLoss, validation: last.valLoss },
      accuracy: { training: last.trainAccuracy, validation: last.valAccuracy },
    };
  }

  addStep({ epoch, done, total, images, loss, accuracy }: StepReport): void {
    const pending = this.#pending;
    const sum = {
      images: pending.images + images,
      loss: pending.loss + loss * images,
      correct: pending.correct + accuracy * images,
    };
    const isPoint = sum.images >= MIN_IMAGES_PER_POINT || this.#loss.x.length < UNSMOOTHED_POINTS;
    this.#pending = isPoint ? { images: 0, loss: 0, correct: 0 } : sum;
    if (!isPoint) return;
    const x = epoch - 1 + done / total;
    addPoint(this.#loss, x, sum.loss / sum.images, null);
    addPoint(this.#accuracy, x, sum.correct / sum.images, null);
  }

  addEpoch(event: EpochEvent): void {
    this.#epochs.push(event);
    addPoint(this.#loss, event.epoch, null, event.valLoss);
    addPoint(this.#accuracy, event.epoch, null, event.valAccuracy);
  }

  /** The run in one sentence, for screen readers. */
  summary(): string {
    const last = this.#epochs.at(-1);
    if (last === undefined) return 'No epoch has ended yet.';
    const [first] = this.#epochs;
    const best = this.#epochs.reduce((a, b) => (b.valAccuracy > a.valAccuracy ? b : a));
    const initialLoss = this.#epochs.length === 1 ? '' : `from ${first.valLoss.toFixed(2)} to `;
    return (
      `After ${last.epoch} ${last.epoch === 1 ? 'epoch' : 'epochs'}: validation loss ${initialLoss}` +
      `${last.valLoss.toFixed(2)}, validation accuracy ${percent(last.valAccuracy, 1)}` +
      `${best === last ? '' : ` (best: ${percent(best.valAccuracy, 1)} after epoch ${best.epoch})`}. ` +
      `Mean during the last epoch: training loss ${last.trainLoss.toFixed(2)}, accuracy ${percent(last.trainAccuracy, 1)}.`
    );
  }
}

/** Adds a point; merges it into the last point if both have the same x. */
function addPoint(
  lines: Lines,
  x: number,
  training: number | null,
  validation: number | null,
): void {
  const last = lines.x.length - 1;
  if (last >= 0 && lines.x[last] === x) {
    lines.training[last] ??= training;
    lines.validation[last] ??= validation;
    return;
  }
  lines.x.push(x);
  lines.training.push(training);
  lines.validation.push(validation);
}

/** Formats seconds: `under a second`, `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function timeText(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 1) return 'under a second';
  if (rounded < 60) return `${rounded} s`;
  if (rounded < 3600) return `${Math.floor(rounded / 60)} min ${rounded % 60} s`;
  return `${Math.floor(rounded / 3600)} h ${Math.floor((rounded % 3600) / 60)} min`;
}
