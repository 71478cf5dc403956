// Steps at the end of a run: precise batch norm if the recipe enables it, temperature scaling,
// and the charts.

import { withTemperature } from '../evaluation/assessment.js';
import { calibrateModel } from '../training/calibrate.js';
import { loadModel, storeStatistics } from '../model/modelFile.js';
import { takeStatistics } from '../training/preciseStatistics.js';
import type { Reporter } from '../terminal/reporter.js';
import type { TrainingSource } from '../training/source.js';
import type { Trainer } from '../training/trainer.js';
import type { Sitting } from './config.js';
import type { MetricsLog } from './metricsLog.js';
import { writePictures } from './figures.js';
import { percent } from '../evaluation/percent.js';
import type { Settings } from './settings.js';

export interface FinishOptions {
  readonly directory: string;
  readonly settings: Settings;
  readonly source: TrainingSource;
  readonly trainer: Trainer;
  readonly metrics: MetricsLog;
  readonly sittings: readonly Sitting[];
  readonly reporter: Reporter;
}

export interface Finished {
  readonly temperature: number;
  /** Accuracy of the final model on the validation images. */
  readonly accuracy: number;
}

/** Finalizes the best model: batch-norm statistics, temperature, charts and report. */
export async function finish(run: FinishOptions, path: string): Promise<Finished> {
  const { directory, metrics, trainer, settings, source, reporter } = run;
  const { train, validation } = source;
  const best = await loadModel(path);
  if (settings.preciseBn) {
    await takeStatistics(best.model, train, settings.seed, (done, total) =>
      reporter.progress(done, total, 'recomputing batch-norm statistics'),
    );
    await storeStatistics(path, best.model);
  }
  const { evaluation, temperature, errorBefore, errorAfter } = await calibrateModel(
    path,
    best,
    validation,
    (done, total) => reporter.progress(done, total, 'evaluating the model'),
  );
  const calibration =
    `temperature ${temperature.toFixed(3)}: expected calibration error on the validation images ` +
    `${percent(errorAfter)}, ${percent(errorBefore)} without it`;
  const { accuracy } = evaluation;
  const before = trainer.progress.bestAccuracy;
  const statistics = settings.preciseBn
    ? `batch-norm statistics of ${train.length} unaugmented images: validation accuracy ` +
      `${percent(accuracy)}, with those of augmented images ${percent(before)}`
    : null;
  reporter.say('');
  if (statistics !== null) reporter.say(`precise   ${statistics}`);
  reporter.say(`calibrate ${calibration}`);
  const said = [
    ...(statistics === null ? [] : [`Precise batch norm: ${statistics}.`]),
    `Calibration: ${calibration}.`,
  ];
  await writePictures({
    directory,
    validation,
    said,
    evaluation: withTemperature(evaluation, temperature),
    bestEpoch: trainer.progress.bestEpoch,
    rows: metrics.rows,
    settings,
    sittings: run.sittings.map(
      ({ started, from, inkgrad, node, platform, backend }) =>
        `From ${from}, ${started}: inkgrad ${inkgrad}, Node ${node}, ${platform}, ${backend}`,
    ),
  });
  best.model.dispose();
  return { temperature, accuracy };
}
