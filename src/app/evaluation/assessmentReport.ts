// Charts and report of an evaluation: confusion matrix, most confident errors, reliability diagram,
// and the HTML report.

import { join } from 'node:path';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { writeAtomically } from '../outputFiles.js';
import type { Drawing } from '../report/drawing.js';
import { confusionPlot } from '../report/confusion.js';
import { gallery } from '../report/gallery.js';
import { grayTile } from '../report/grayTile.js';
import { htmlReport } from '../report/htmlReport.js';
import { lineChart } from '../report/lineChart.js';
import { writePng } from '../report/writePng.js';
import { summaryOf, type Assessment, type CalibratedEvaluation } from './assessment.js';
import type { Evaluation } from './evaluate.js';
import { confusionCounts } from './measures.js';
import { percent } from './percent.js';

/** The confusion matrix. */
export function drawConfusion({ predictions }: Evaluation, dataset: ImageDataset): Drawing {
  const counts = confusionCounts(predictions, dataset.labels, dataset.classes.length);
  return confusionPlot({
    title: `Confusion matrix: ${dataset.name}`,
    names: dataset.classes,
    counts,
  });
}

const MAX_ERRORS = 60;

/** The most confident errors, or null if there are none. */
export function drawErrors(
  evaluation: CalibratedEvaluation,
  dataset: ImageDataset,
): Drawing | null {
  const { predictions, probabilities } = evaluation;
  const { classes, labels } = dataset;
  const confidence = (i: number): number => probabilities[i * classes.length + predictions[i]];
  const errors = [...labels.keys()].filter((i) => predictions[i] !== labels[i]);
  if (errors.length === 0) return null;
  errors.sort((a, b) => confidence(b) - confidence(a));
  const tiles = errors.slice(0, MAX_ERRORS).map((i) => ({
    pixels: grayTile(dataset, i),
    caption: `${classes[labels[i]]} → ${classes[predictions[i]]}\n${percent(confidence(i), 1)}`,
    tone: 'bad' as const,
  }));
  return gallery({
    title: `Most confident of ${errors.length} errors (true → predicted): ${dataset.name}`,
    tiles,
    size: dataset,
  });
}

/** Minimum number of images per bin; with fewer, the accuracy is noise. */
const MIN_IN_BIN = 10;

/** Reliability diagram: accuracy over confidence. On the diagonal the model is calibrated. */
export function drawCalibration({ calibration: bins, calibrationError }: Assessment): Drawing {
  const filled = bins.filter(({ count }) => count >= MIN_IN_BIN);
  return lineChart({
    title: `Calibration error ${percent(calibrationError)}`,
    xLabel: `confidence (bins of at least ${MIN_IN_BIN} images)`,
    yLabel: 'accuracy',
    width: 620,
    height: 560,
    series: [
      {
        name: 'model',
        x: filled.map((bin) => bin.confidence!),
        y: filled.map((bin) => bin.accuracy!),
      },
      { name: 'ideal', x: [0, 1], y: [0, 1] },
    ],
  });
}

/** An evaluation and the context of its report. */
export interface AssessmentReportOptions {
  /** An existing, empty folder. */
  readonly folder: string;
  readonly title: string;
  readonly evaluation: CalibratedEvaluation;
  readonly dataset: ImageDataset;
}

/**
 * Writes confusion.png, worst.png (if there are errors), calibration.png and report.html;
 * returns their names.
 */
export async function writeAssessment(
  assessment: Assessment,
  files: AssessmentReportOptions,
): Promise<string[]> {
  const { folder, title, evaluation, dataset } = files;
  const figures = [
    ['confusion.png', 'Confusion matrix', drawConfusion(evaluation, dataset)],
    ['worst.png', 'Most confident errors', drawErrors(evaluation, dataset)],
    ['calibration.png', 'Calibration', drawCalibration(assessment)],
  ] as const;
  const drawn = figures.flatMap(([name, heading, drawing]) =>
    drawing === null ? [] : [{ name, heading, drawing }],
  );
  for (const { name, drawing } of drawn) await writePng(join(folder, name), drawing);
  const { confusedPairs: pairs, perClass } = assessment;
  const report = htmlReport({
    title,
    sections: [
      {
        heading: 'Metrics',
        paragraphs: [
          `${dataset.name}, ${dataset.length} images, ${dataset.classes.length} classes.`,
        ],
        table: {
          head: ['metric', 'value', 'meaning'],
          rows: summaryOf(assessment).map((row) => [...row]),
        },
      },
      ...drawn.map(({ heading, drawing }) => ({ heading, figure: { alt: heading, drawing } })),
      {
        heading: 'Most confused pairs',
        table: {
          head: ['true class', 'predicted', 'images', 'share of the class'],
          rows: pairs.map(({ label, read, count, share }) => [label, read, count, percent(share)]),
        },
      },
      {
        heading: 'Classes',
        table: {
          head: ['class', 'images', 'correct', 'precision', 'recall', 'F1'],
          rows: perClass.map(({ name, total, correct, precision, recall, f1 }) => [
            name,
            total,
            correct,
            percent(precision),
            percent(recall),
            percent(f1),
          ]),
        },
      },
    ],
  });
  await writeAtomically(join(folder, 'report.html'), report);
  return [...drawn.map(({ name }) => name), 'report.html'];
}
