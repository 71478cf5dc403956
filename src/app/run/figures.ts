// Charts of a run: its curves and its best model's errors, as PNG files and one HTML report.

import { join } from 'node:path';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { drawConfusion, drawErrors } from '../evaluation/assessmentReport.js';
import { type CalibratedEvaluation } from '../evaluation/assessment.js';
import { writeAtomically } from '../outputFiles.js';
import { Drawing } from '../report/drawing.js';
import { lineChart } from '../report/lineChart.js';
import { writePng } from '../report/writePng.js';
import { htmlReport, type ReportSection } from '../report/htmlReport.js';
import type { MetricsRow } from './metricsLog.js';
import { optionName, SETTING_NAMES, type Settings } from './settings.js';
import { percent } from '../evaluation/percent.js';

export interface FigureOptions {
  readonly directory: string;
  /** Evaluation of the run's model on the validation images. */
  readonly evaluation: CalibratedEvaluation;
  /** Further paragraphs about the model, on its statistics and its calibration. */
  readonly paragraphs: readonly string[];
  /** The epoch whose network is the run's model. */
  readonly modelEpoch: number;
  readonly rows: readonly MetricsRow[];
  readonly validation: ImageDataset;
  readonly settings: Settings;
  /** Position and environment of each session, one line each. */
  readonly sessions: readonly string[];
}

/** Drawings by name. */
type Figures = Readonly<Record<'curves' | 'confusion', Drawing> & { worst?: Drawing }>;

/**
 * Writes curves.png, confusion.png, worst.png (if there are errors) and report.html into
 * the run's folder.
 */
export async function writeFigures(options: FigureOptions): Promise<void> {
  const { directory, evaluation, validation } = options;
  const worst = drawErrors(evaluation, validation);
  const figures: Figures = {
    curves: drawCurves(options),
    confusion: drawConfusion(evaluation, validation),
    ...(worst === null ? {} : { worst }),
  };
  for (const [name, drawing] of Object.entries(figures)) {
    await writePng(join(directory, `${name}.png`), drawing);
  }
  await writeAtomically(join(directory, 'report.html'), report(options, figures));
}

/** Loss (top) and accuracy (bottom) over epochs. */
export function drawCurves(
  options: Pick<FigureOptions, 'rows' | 'modelEpoch' | 'settings'>,
): Drawing {
  const { rows, modelEpoch, settings } = options;
  const x = rows.map(({ epoch }) => epoch);
  const marks = [{ x: modelEpoch, label: `${settings.keep} epoch ${modelEpoch}` }];
  const loss = lineChart({
    title: 'Loss',
    xLabel: 'epoch',
    xInteger: true,
    yLabel: 'cross-entropy',
    marks,
    series: [
      { name: 'training', x, y: rows.map((row) => row.trainLoss) },
      { name: 'validation', x, y: rows.map((row) => row.valLoss) },
    ],
  });
  const accuracy = lineChart({
    title: 'Accuracy',
    xLabel: 'epoch',
    xInteger: true,
    yLabel: 'accuracy, %',
    marks,
    series: [
      { name: 'training', x, y: rows.map((row) => 100 * row.trainAccuracy) },
      { name: 'validation', x, y: rows.map((row) => 100 * row.valAccuracy) },
    ],
  });
  const drawing = new Drawing(loss.width, loss.height + accuracy.height);
  drawing.inset(0, 0, loss);
  drawing.inset(0, loss.height, accuracy);
  return drawing;
}

function report(options: FigureOptions, figures: Figures): string {
  const {
    directory,
    rows,
    modelEpoch,
    validation,
    settings,
    sessions,
    evaluation: result,
  } = options;
  const validationSource = settings.valOnTest
    ? 'the TEST part, so this accuracy is optimistic'
    : 'held out from training';
  const hardest = result.perClass
    .filter(({ accuracy }) => accuracy !== null)
    .sort((a, b) => a.accuracy! - b.accuracy!)
    .slice(0, 10);
  const sections: ReportSection[] = [
    {
      heading: 'Result',
      paragraphs: [
        ...(validation.synthetic
          ? [
              'These are SYNTHETIC characters, not EMNIST: this accuracy does not apply to real ' +
                'handwriting.',
            ]
          : []),
        `The ${settings.keep} of ${rows.length} epochs is epoch ${modelEpoch}: ` +
          `${percent(result.accuracy)} of ${validation.length} validation images (${validationSource}) are ` +
          `classified correctly; ${percent(result.mergedAccuracy)} if 1/I/L, 9/g/q, F/f and 0/O ` +
          'count as one class each.',
        ...options.paragraphs,
      ],
      table: {
        head: [
          'epoch',
          'train loss',
          'train accuracy',
          'val loss',
          'val accuracy',
          'lr',
          'seconds',
          'images/s',
        ],
        rows: rows.map((row) => [
          row.epoch,
          row.trainLoss.toFixed(4),
          percent(row.trainAccuracy),
          row.valLoss.toFixed(4),
          percent(row.valAccuracy),
          row.lr,
          row.seconds.toFixed(1),
          Math.round(row.imagesPerSecond),
        ]),
      },
    },
    {
      heading: 'Curves',
      figure: {
        alt: 'Loss and accuracy of training and validation by epoch',
        drawing: figures.curves,
      },
    },
    {
      heading: 'Confusion matrix',
      paragraphs: [
        'Rows are true classes, columns predicted classes. The classes with the lowest accuracy:',
      ],
      table: {
        head: ['class', 'images', 'correct', 'accuracy'],
        rows: hardest.map(({ name, total, correct, accuracy }) => [
          name,
          total,
          correct,
          percent(accuracy),
        ]),
      },
      figure: { alt: 'Confusion matrix of the validation images', drawing: figures.confusion },
    },
    {
      heading: 'Most confident errors',
      paragraphs: [
        `${result.total - result.correct} images are misclassified; the most confident errors ` +
          'come first.',
      ],
      ...(figures.worst === undefined
        ? {}
        : {
            figure: {
              alt: 'Misclassified images with true and predicted class',
              drawing: figures.worst,
            },
          }),
    },
    {
      heading: 'Settings',
      table: {
        head: ['option', 'value'],
        rows: SETTING_NAMES.map((name) => [
          `--${optionName(name)}`,
          String(settings[name] ?? 'not given'),
        ]),
      },
    },
    { heading: 'Environment', paragraphs: [validation.name, ...sessions] },
  ];
  return htmlReport({ title: `Training run ${directory}`, sections });
}
