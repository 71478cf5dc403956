// Steps at the end of a run: precise batch norm if the recipe enables it, temperature scaling,
// and the charts.

import { withTemperature } from '../evaluation/assessment.js';
import { calibrateModel } from '../training/calibrate.js';
import { loadModel, storeBatchNormStatistics } from '../model/modelFile.js';
import { recomputeBatchNorm } from '../training/preciseBatchNorm.js';
import type { Reporter } from '../terminal/reporter.js';
import type { TrainingSource } from '../training/source.js';
import type { Trainer } from '../training/trainer.js';
import type { SessionRecord } from './config.js';
import type { MetricsLog } from './metricsLog.js';
import { percent } from '../evaluation/percent.js';
import type { Settings } from './settings.js';

export interface FinishOptions {
  readonly directory: string;
  readonly settings: Settings;
  readonly source: TrainingSource;
  readonly trainer: Trainer;
  readonly metrics: MetricsLog;
  readonly sittings: readonly SessionRecord[];
  readonly reporter: Reporter;
}

export interface FinishResult {
  readonly temperature: number;
  /** Accuracy of the final model on the validation images. */
  readonly accuracy: number;
}

/** Finalizes the best model: batch-norm statistics, temperature, charts and report. */
export async function finish(run: FinishOptions, path: string): Promise<FinishResult> {
  const { directory, metrics, trainer, settings, source, reporter } = run;
  const { train, validation } = source;
  const best = await loadModel(path);
  if (settings.preciseBn) {
    await recomputeBatchNorm(best.model, train, settings.seed, (done, total) =>
      reporter.progress(done, total, 'recomputing batch-norm statistics'),
    );
    await storeBatchNormStatistics(path, best.model);
  }
  const { evaluation, temperature, reason, errorBefore, errorAfter } = await calibrateModel(
    path,
    best,
    validation,
    settings.outliers > 0,
    (done, total) => reporter.progress(done, total, 'evaluating the model'),
  );
  const error = 'expected calibration error on the validation images';
  const calibration =
    reason === null
      ? `temperature ${temperature.toFixed(3)}: ${error} ${percent(errorAfter)}, ` +
        `${percent(errorBefore)} without it`
      : `temperature 1 (${reason}): ${error} ${percent(errorAfter)}`;
  const { accuracy } = evaluation;
  const accuracyBefore = trainer.progress.modelAccuracy;
  const statistics = settings.preciseBn
    ? `batch-norm statistics of ${train.length} unaugmented images: validation accuracy ` +
      `${percent(accuracy)}, with those of augmented images ${percent(accuracyBefore)}`
    : null;
  reporter.print('');
  if (statistics !== null) reporter.print(`precise   ${statistics}`);
  reporter.print(`calibrate ${calibration}`);
  const paragraphs = [
    ...(statistics === null ? [] : [`Precise batch norm: ${statistics}.`]),
    `Calibration: ${calibration}.`,
  ];
  const { writeFigures } = await import('./figures.js');
  await writeFigures({
    directory,
    validation,
    paragraphs,
    evaluation: withTemperature(evaluation, temperature),
    modelEpoch: trainer.progress.modelEpoch,
    rows: metrics.rows,
    settings,
    sessions: run.sittings.map(
      ({ started, from, inkgrad, node, platform, backend }) =>
        `From ${from}, ${started}: inkgrad ${inkgrad}, Node ${node}, ${platform}, ${backend}`,
    ),
  });
  best.model.dispose();
  return { temperature, accuracy };
}
