// Checkpoints of a run in the page: the complete state of its trainer, and what the page shows of it.

import { ArgumentError } from '../../../engine/errors.js';
import type { ImageDataset } from '../../../data/loading/imageDataset.js';
import { loadState, saveState } from '../../../nn/index.js';
import { crc32c } from '../../formats/crc32c.js';
import { withDigest } from '../../model/fileDigest.js';
import { decodeModel } from '../../model/modelContents.js';
import { readProgress } from '../../training/progress.js';
import type { Trainer } from '../../training/trainer.js';
import type { EpochReport, StepReport } from './protocol.js';
import type { RunStore, StoredRun } from './runStore.js';

/** Number of step reports stored; above it, every second one is dropped. */
const MAX_STEPS = 2000;

/** Records what a run reports, and saves it with the state of the trainer. */
export class RunCheckpoint {
  readonly #store: RunStore;
  readonly #run: Omit<StoredRun, 'epoch' | 'reports' | 'checkpoint'>;
  #reports: (StepReport | EpochReport)[];
  /** Whether the store contains this run. */
  #stored: boolean;

  constructor(store: RunStore, run: Omit<StoredRun, 'epoch' | 'checkpoint'>) {
    const { reports, ...rest } = run;
    this.#store = store;
    this.#run = rest;
    this.#reports = [...reports];
    this.#stored = reports.length > 0;
  }

  add(report: StepReport | EpochReport): void {
    if (report.kind === 'epoch') this.#reports = this.#reports.map(withoutPredictions);
    this.#reports.push(report);
    const steps = this.#reports.filter(({ kind }) => kind === 'step');
    if (steps.length <= MAX_STEPS) return;
    const dropped = new Set(steps.filter((_, i) => i % 2 === 0));
    this.#reports = this.#reports.filter((one) => !dropped.has(one));
  }

  /** Saves the run. Call between two steps. */
  async save({ model, optimizer, scheduler, average, rngs, progress }: Trainer): Promise<void> {
    const state = { model, optimizer, scheduler, average, rngs, extra: { ...progress } };
    const checkpoint = await withDigest(await saveState(state));
    const { epoch } = progress;
    await this.#store.save({ ...this.#run, epoch, reports: this.#reports, checkpoint });
    this.#stored = true;
  }

  /** Deletes the run, unless the store still contains an earlier one. */
  async delete(): Promise<void> {
    if (this.#stored) await this.#store.delete().catch(() => undefined); // it is overwritten later
  }
}

/** Only the predictions of the last epoch are shown. */
function withoutPredictions(report: StepReport | EpochReport): StepReport | EpochReport {
  return report.kind === 'step' ? report : { ...report, predictions: new Uint8Array(0) };
}

/** Checksum of a run's images and labels. */
export function dataChecksum({ images, labels }: ImageDataset): number {
  return (crc32c(images) ^ crc32c(Uint8Array.from(labels))) >>> 0;
}

/**
 * Restores the trainer of a stored run; it continues as if uninterrupted.
 *
 * @param trainer a new one with the settings of the run
 * @throws ArgumentError if the images differ
 * @throws FormatError if the checkpoint is damaged
 */
export async function restoreRun(
  trainer: Trainer,
  run: StoredRun,
  data: ImageDataset,
): Promise<void> {
  if (dataChecksum(data) !== run.data) {
    throw new ArgumentError(
      'training: the images are not those of the interrupted run; choose the same files, or discard it',
    );
  }
  const { rngs, extra } = loadState(await decodeModel(run.checkpoint), trainer);
  trainer.resume({ rngs, progress: readProgress(extra) });
}
