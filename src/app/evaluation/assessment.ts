// All that `eval` says of one evaluation: its numbers in one object, its pictures, its report. Decides what is shown;
// how it is drawn is plot/. Imports metrics, measures, interpret,
// temperature, plot and report.

import { join } from 'node:path';
import { ArgumentError } from '../../engine/errors.js';
import { imageAt, type Dataset } from '../../data/loading/dataset.js';
import { writeAtomically } from '../atomicFile.js';
import type { Evaluation } from './evaluate.js';
import { countStatements, type Statements } from './interpret.js';
import {
  bootstrapInterval,
  calibration,
  classMeasures,
  confusedPairs,
  confusionCounts,
  macroF1,
  topAccuracy,
  type Calibration,
  type ClassMeasures,
  type ConfusedPair,
  type Interval,
} from './measures.js';
import type { ClassScore } from './metrics.js';
import { confusionPlot } from '../report/confusion.js';
import type { Canvas } from '../report/canvas.js';
import { gallery } from '../report/gallery.js';
import { lineChart } from '../report/lineChart.js';
import { encodeCanvas } from '../report/png.js';
import { htmlReport } from '../report/htmlReport.js';
import { probabilitiesOf } from '../training/temperature.js';

/** The numbers of an evaluation, as `--json` prints them. */
export interface Assessment {
  readonly accuracy: number;
  readonly accuracyInterval: Interval;
  readonly correct: number;
  readonly total: number;
  readonly loss: number;
  readonly mergedAccuracy: number;
  /** Mean over the classes, as if there were as many images of each. */
  readonly balancedAccuracy: number;
  readonly top3Accuracy: number;
  readonly macroF1: number;
  /** What the logits were divided by. */
  readonly temperature: number;
  /** Expected calibration error with it, and of the plain softmax. */
  readonly calibrationError: number;
  readonly uncalibratedError: number;
  readonly calibration: Calibration['bins'];
  /** What `predict` would say of the images, and whether it would be right. */
  readonly statements: Statements;
  readonly confusedPairs: readonly ConfusedPair[];
  readonly perClass: readonly (ClassScore & ClassMeasures)[];
}

const PAIRS = 20;

/** An evaluation with its logits, and the probabilities that the model's temperature makes of them. */
export interface CalibratedEvaluation extends Evaluation {
  readonly logits: Float32Array;
  readonly temperature: number;
  readonly probabilities: Float32Array;
}

/** @param evaluation with its logits */
export function withTemperature(evaluation: Evaluation, temperature: number): CalibratedEvaluation {
  const { logits, total } = evaluation;
  if (logits === null) throw new ArgumentError('assessment: the evaluation kept no logits; ask for them');
  return {
    ...evaluation,
    logits,
    temperature,
    probabilities: probabilitiesOf(logits, logits.length / total, temperature),
  };
}

/** Works out all numbers. */
export function assess(evaluation: CalibratedEvaluation, dataset: Dataset): Assessment {
  const { accuracy, correct, total, loss, mergedAccuracy, balancedAccuracy } = evaluation;
  const { perClass, predictions, logits, temperature, probabilities } = evaluation;
  const counts = confusionCounts(predictions, dataset.labels, dataset.classes.length);
  const measures = classMeasures(counts, dataset.classes);
  const { error, bins } = calibration(probabilities, predictions, dataset.labels);
  const plain = temperature === 1 ? probabilities : probabilitiesOf(logits, dataset.classes.length);
  return {
    accuracy,
    accuracyInterval: bootstrapInterval(correct, total),
    correct,
    total,
    loss,
    mergedAccuracy,
    balancedAccuracy,
    top3Accuracy: topAccuracy(probabilities, dataset.labels, 3),
    macroF1: macroF1(measures),
    temperature,
    calibrationError: error,
    uncalibratedError: calibration(plain, predictions, dataset.labels).error,
    calibration: bins,
    statements: countStatements(probabilities, dataset.labels, dataset.classes),
    confusedPairs: confusedPairs(counts, dataset.classes, PAIRS),
    perClass: perClass.map((one, i) => ({ ...one, ...measures[i] })),
  };
}

/** The matrix of what was read as what. */
export function drawConfusion({ predictions }: Evaluation, dataset: Dataset): Canvas {
  const counts = confusionCounts(predictions, dataset.labels, dataset.classes.length);
  return confusionPlot({ title: `What was read as what: ${dataset.name}`, names: dataset.classes, counts });
}

const WORST = 60;

/** The mistakes made with the most confidence, or null if there is no mistake. */
export function drawWorst(evaluation: CalibratedEvaluation, dataset: Dataset): Canvas | null {
  const { predictions, probabilities } = evaluation;
  const { classes, labels } = dataset;
  const confidence = (i: number): number => probabilities[i * classes.length + predictions[i]];
  const wrong = [...labels.keys()].filter((i) => predictions[i] !== labels[i]);
  if (wrong.length === 0) return null;
  wrong.sort((a, b) => confidence(b) - confidence(a));
  const tiles = wrong.slice(0, WORST).map((i) => ({
    pixels: imageAt(dataset, i),
    caption: `${classes[labels[i]]} read ${classes[predictions[i]]}\n${(100 * confidence(i)).toFixed(1)} %`,
    tone: 'bad' as const,
  }));
  return gallery({ title: `The surest of ${wrong.length} mistakes: ${dataset.name}`, tiles });
}

/** The accuracy of fewer images is chance. */
const LEAST_IN_BIN = 10;

/** Confidence beside accuracy: on the diagonal a probability means what it says. */
export function drawCalibration({ calibration: bins, calibrationError }: Assessment): Canvas {
  const filled = bins.filter(({ count }) => count >= LEAST_IN_BIN);
  return lineChart({
    title: `Calibration error ${(100 * calibrationError).toFixed(2)} %`,
    xLabel: `confidence (bins of at least ${LEAST_IN_BIN} images)`,
    yLabel: 'part that was right',
    width: 620,
    height: 560,
    series: [
      { name: 'as read', x: filled.map((bin) => bin.confidence!), y: filled.map((bin) => bin.accuracy!) },
      { name: 'ideal', x: [0, 1], y: [0, 1] },
    ],
  });
}

const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(2)} %`);

/** The numbers of an assessment in words, a line each: name, value and what it means. */
export function summaryOf(assessment: Assessment): readonly (readonly [string, string, string])[] {
  const { accuracy, accuracyInterval, correct, total, mergedAccuracy, top3Accuracy, loss } = assessment;
  const { low, high } = accuracyInterval;
  return [
    [
      'accuracy',
      percent(accuracy),
      `${correct} of ${total}; 95 % interval ${percent(low)} to ${percent(high)}`,
    ],
    ['merged', percent(mergedAccuracy), '1/I/L, 9/g/q, F/f and 0/O counted as one each'],
    [
      'balanced',
      percent(assessment.balancedAccuracy),
      'mean over the classes, as if there were as many images of each',
    ],
    ['top 3', percent(top3Accuracy), 'the right character is among the three likeliest'],
    ['macro F1', percent(assessment.macroF1), 'every class counts alike'],
    ['loss', loss.toFixed(4), 'mean cross-entropy'],
    [
      'calibration',
      percent(assessment.calibrationError),
      `expected error of the confidence, 15 bins${atTemperature(assessment)}`,
    ],
    sureness(assessment),
  ];
}

/** How often there is no doubt, and what that is worth. */
function sureness({ statements: { one, alike, unsure }, total }: Assessment): [string, string, string] {
  const count = one.count + alike.count;
  const right = (said: number, of: number): string => percent(of === 0 ? null : said / of);
  const meaning = `right in ${right(one.right + alike.right, count)}, look-alikes named together; in doubt ${right(unsure.right, unsure.count)}`;
  return ['sure', percent(count / total), meaning];
}

function atTemperature({ temperature, uncalibratedError }: Assessment): string {
  if (temperature === 1) return '';
  return `; at temperature ${temperature.toFixed(3)}, ${percent(uncalibratedError)} without it`;
}

/** What is known of an evaluation besides its numbers. */
export interface AssessmentFiles {
  /** A folder that is there and empty. */
  readonly folder: string;
  readonly title: string;
  readonly evaluation: CalibratedEvaluation;
  readonly dataset: Dataset;
}

/** Writes confusion.png, worst.png (if there is a mistake), calibration.png and report.html; returns their names. */
export async function writeAssessment(assessment: Assessment, files: AssessmentFiles): Promise<string[]> {
  const { folder, title, evaluation, dataset } = files;
  const pictures = [
    ['confusion.png', 'Confusion matrix', drawConfusion(evaluation, dataset)],
    ['worst.png', 'The surest mistakes', drawWorst(evaluation, dataset)],
    ['calibration.png', 'Calibration', drawCalibration(assessment)],
  ] as const;
  const drawn = pictures.flatMap(([name, heading, canvas]) =>
    canvas === null ? [] : [{ name, heading, png: encodeCanvas(canvas) }],
  );
  for (const { name, png } of drawn) await writeAtomically(join(folder, name), png);
  const { confusedPairs: pairs, perClass } = assessment;
  const report = htmlReport({
    title,
    sections: [
      {
        heading: 'Numbers',
        paragraphs: [`${dataset.name}, ${dataset.length} images, ${dataset.classes.length} classes.`],
        table: { head: ['measure', 'value', 'meaning'], rows: summaryOf(assessment).map((row) => [...row]) },
      },
      ...drawn.map(({ heading, png }) => ({ heading, image: { alt: heading, png } })),
      {
        heading: 'Most confused pairs',
        table: {
          head: ['shown', 'read as', 'times', 'of its images'],
          rows: pairs.map(({ label, read, count, share }) => [label, read, count, percent(share)]),
        },
      },
      {
        heading: 'Classes',
        table: {
          head: ['class', 'images', 'right', 'precision', 'recall', 'F1'],
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
