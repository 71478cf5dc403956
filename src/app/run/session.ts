// One session of a run: trains until a stop condition and keeps the run's folder up to date.

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Reporter } from '../terminal/reporter.js';
import type { Trainer } from '../training/trainer.js';
import { DivergedError, type EpochEvent, type StepEvent } from '../training/trainerEvents.js';
import type { Checkpoints } from './checkpoints.js';
import type { MetricsLog } from './metricsLog.js';
import type { Settings } from './settings.js';
import type { EventFile } from './tensorBoard.js';
import { percent } from '../evaluation/percent.js';

/** Why a session ended. */
export type Ending = 'finished' | 'patience' | 'time' | 'signal';

export interface SessionOptions {
  readonly trainer: Trainer;
  readonly settings: Settings;
  readonly checkpoints: Checkpoints;
  readonly metrics: MetricsLog;
  readonly events: EventFile;
  /** Requests an orderly stop. */
  readonly signal: AbortSignal;
  readonly reporter: Reporter;
}

/**
 * Trains. The state is saved when it returns.
 *
 * @throws DivergedError naming the last valid checkpoint
 */
export async function train(options: SessionOptions): Promise<Ending> {
  const { trainer, settings, checkpoints, signal } = options;
  const deadline = performance.now() + 60_000 * (settings.maxMinutes ?? Infinity);
  if (isOutOfPatience(trainer, settings)) return 'patience';
  try {
    for await (const event of trainer.run()) {
      if (event.event === 'step') showStep(options, event);
      else await recordEpoch(options, event);
      await yieldToEventLoop(); // yields to the event loop; awaited promises alone would block signals
      const ending = endingAt(event, options, deadline);
      if (event.event === 'step' && (ending !== null || checkpoints.isDue())) {
        await checkpoints.save({ isModel: false });
      }
      if (ending !== null) return ending;
    }
  } catch (error) {
    if (!(error instanceof DivergedError)) throw error;
    const { position: checkpointPosition, last } = checkpoints;
    throw new DivergedError(
      `${error.message}; the last valid checkpoint is ${last} (${checkpointPosition})`,
    );
  }
  return signal.aborted ? 'signal' : 'finished';
}

function endingAt(
  event: StepEvent | EpochEvent,
  options: SessionOptions,
  deadline: number,
): Ending | null {
  const { trainer, settings, signal } = options;
  if (signal.aborted) return 'signal';
  if (trainer.progress.epoch >= settings.epochs) return null; // the trainer ends the loop
  if (performance.now() >= deadline) return 'time';
  return event.event === 'epoch' && isOutOfPatience(trainer, settings) ? 'patience' : null;
}

/** True if `patience` epochs have passed since the best. */
export function isOutOfPatience(
  { progress }: Pick<Trainer, 'progress'>,
  { patience }: Settings,
): boolean {
  return patience !== null && progress.epoch - progress.bestEpoch >= patience;
}

function showStep({ reporter, settings }: SessionOptions, event: StepEvent): void {
  const { epoch, done, total, trainLoss, trainAccuracy } = event;
  // In images of the whole run, so that the bar shows when it ends.
  reporter.progress(
    (epoch - 1) * total + done,
    settings.epochs * total,
    (perSecond) =>
      `epoch ${epoch}/${settings.epochs}  loss ${trainLoss.toFixed(4)}  ` +
      `accuracy ${percent(trainAccuracy)}  ${Math.round(perSecond)} images/s`,
  );
}

/** Writes the metrics row before the checkpoint that makes it valid: see `MetricsLog.resume`. */
async function recordEpoch(options: SessionOptions, event: EpochEvent): Promise<void> {
  const { reporter, settings, checkpoints, metrics, events } = options;
  await metrics.add(event);
  const {
    epoch,
    trainLoss,
    trainAccuracy,
    valLoss,
    valAccuracy,
    lr,
    seconds,
    imagesPerSecond,
    isModel,
  } = event;
  await events.add(epoch, {
    'loss/train': trainLoss,
    'loss/validation': valLoss,
    'accuracy/train': trainAccuracy,
    'accuracy/validation': valAccuracy,
    learning_rate: lr,
    images_per_second: imagesPerSecond,
  });
  await checkpoints.save({ isModel });
  reporter.emit({
    event: 'epoch',
    epoch,
    trainLoss,
    trainAccuracy,
    valLoss,
    valAccuracy,
    lr,
    seconds,
    imagesPerSecond,
  });
  reporter.print(
    `epoch ${String(epoch).padStart(2)}/${settings.epochs}  ` +
      `train loss ${trainLoss.toFixed(4)} accuracy ${percent(trainAccuracy)}  ` +
      `val loss ${valLoss.toFixed(4)} accuracy ${percent(valAccuracy)}  ` +
      `lr ${Number(lr.toPrecision(3))}  ${seconds.toFixed(1)} s  ` +
      `${Math.round(imagesPerSecond)} images/s${isModel ? reporter.paint('green', '  *') : ''}`,
  );
}
