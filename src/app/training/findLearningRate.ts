// `inkgrad train --lr-find`: runs the range test and writes its plot and suggestion to
// a separate folder.

import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { writeAtomically, createRunDirectory } from '../outputFiles.js';
import type { InterruptedError } from '../errors.js';
import { interruptible } from '../terminal/interruptible.js';
import { rangeTest, suggestLearningRate, type RatePoint } from './rangeTest.js';
import type { Drawing } from '../report/drawing.js';
import { lineChart } from '../report/lineChart.js';
import { writePng } from '../report/writePng.js';
import type { Reporter } from '../terminal/reporter.js';
import { DivergedError } from './trainerEvents.js';
import type { Trainer } from './trainer.js';

/** Minimum number of points for a suggestion. */
const MIN_POINTS = 10;

export interface FindLearningRateOptions {
  readonly trainer: Trainer;
  readonly reporter: Reporter;
  readonly out: string | undefined;
}

/**
 * Runs the range test on the trainer's batches, writes lr-find.png and lr-find.csv, and prints
 * the suggested rate.
 *
 * @throws DivergedError if the loss diverges within the first steps
 * @throws InterruptedError after a signal
 */
export async function findLearningRate({
  trainer,
  reporter,
  out,
}: FindLearningRateOptions): Promise<void> {
  const points = await interruptible(
    'the range test was stopped; nothing was written',
    async (signal) => {
      const ratePoints = await rangeTest(trainer, {
        onStep: async (done, total) => {
          reporter.progress(done, total, 'trying learning rates');
          await yieldToEventLoop(); // yields to the event loop; awaited promises alone would block signals
          return signal.aborted;
        },
      });
      if (signal.aborted) throw signal.reason as InterruptedError;
      return ratePoints;
    },
  );
  if (points.length < MIN_POINTS) {
    throw new DivergedError(
      `lr-find: the loss diverged after ${points.length} steps at very low learning rates; ` +
        'check the data',
    );
  }
  const directory = createRunDirectory(out);
  const suggestion = suggestLearningRate(points);
  await writePng(join(directory, 'lr-find.png'), rateChart(points, suggestion));
  const lines = points.map(({ lr, loss, smoothed }) => `${lr},${loss},${smoothed}\n`);
  await writeAtomically(join(directory, 'lr-find.csv'), `lr,loss,smoothed\n${lines.join('')}`);

  const lowest = points.reduce((best, point) => (point.smoothed < best.smoothed ? point : best));
  reporter.emit({ event: 'lr-find', suggestion, directory, points });
  reporter.print(
    `tried     ${points.length} rates from ${formatRate(points[0].lr)} to ` +
      `${formatRate(points.at(-1)!.lr)}, one step each`,
  );
  reporter.print(`lowest    loss ${lowest.smoothed.toFixed(4)} at rate ${formatRate(lowest.lr)}`);
  reporter.print(
    `suggest   --lr ${suggestion}, a tenth of that rate, which is stable in longer training`,
  );
  reporter.print(`plot      ${join(directory, 'lr-find.png')}`);
}

const formatRate = (rate: number): string => String(Number(rate.toPrecision(2)));

export function rateChart(points: readonly RatePoint[], suggestion: number): Drawing {
  const x = points.map(({ lr }) => lr);
  return lineChart({
    title: 'Learning-rate range test',
    xLabel: 'learning rate',
    yLabel: 'loss',
    xLog: true,
    series: [
      { name: 'one batch', x, y: points.map(({ loss }) => loss) },
      { name: 'smoothed', x, y: points.map(({ smoothed }) => smoothed) },
    ],
    marks: [{ x: suggestion, label: `suggested ${suggestion}` }],
  });
}
