// The messages between the page and the training worker. Both sides validate them (`readCommand`, `readReport`), so that
// a message of the wrong shape, a bug, fails where it arrives.

import { ArgumentError } from '../../../engine/errors.js';
import { EMNIST_SPLITS, type EmnistSplit } from '../../../data/emnist/splits.js';
import type { DeviceReport } from '../../device/device.js';
import { architectureProblem, type Architecture } from '../../model/architecture.js';
import { OPTIMIZERS } from '../../training/makeOptimizer.js';
import type { EpochEvent } from '../../training/trainerEvents.js';
import { BACKEND_CHOICES, LIMITS, type Settings } from './settings.js';
import * as is from './validation.js';

/** The EMNIST files of one split: the training pair, and the test pair if given. */
export interface EmnistFiles {
  readonly split: EmnistSplit;
  readonly trainImages: Blob;
  readonly trainLabels: Blob;
  readonly testImages: Blob | null;
  readonly testLabels: Blob | null;
  /** Class names; without it the split's built-in table is used. */
  readonly mapping: Blob | null;
}

/** Page to worker. */
export type Command =
  | { readonly kind: 'open'; readonly files: EmnistFiles }
  | { readonly kind: 'start'; readonly settings: Settings }
  | { readonly kind: 'pause' }
  | { readonly kind: 'continue' }
  | { readonly kind: 'stop' };

/** The validation images of a run and their labels. */
export interface ValidationImages {
  /** `[n, 28, 28]`, 0 = paper, 255 = ink. */
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Progress of a run. */
export interface StepReport {
  readonly kind: 'step';
  readonly epoch: number;
  /** Images of this epoch that are done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Images since the last report, and means over them. */
  readonly images: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly imagesPerSecond: number;
  /** Until the end of the last epoch. */
  readonly secondsLeft: number;
}

/** After each epoch. */
export interface EpochReport {
  readonly kind: 'epoch';
  readonly numbers: EpochEvent;
  /** Predicted class of each validation image. */
  readonly predictions: Uint8Array;
}

/** The current network, which survives a crash of the worker. */
export interface ModelReport {
  readonly kind: 'model';
  /** Safetensors, in the format of the command line. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Completed epochs, with the fraction of the current one. */
  readonly epochs: number;
}

/** Result on the test images, once, after the last step. */
export interface TestReport {
  readonly kind: 'tested';
  readonly total: number;
  readonly accuracy: number;
  readonly mergedAccuracy: number;
}

/** Worker to page. */
export type Report =
  | {
      readonly kind: 'opened';
      readonly split: EmnistSplit;
      /** Number of images in the files; at most `MAX_IMAGES` are kept. */
      readonly train: number;
      readonly test: number | null;
    }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'preparing';
      readonly what: string;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'ready';
      readonly device: DeviceReport;
      /** Name of the data set. */
      readonly data: string;
      readonly classes: readonly string[];
      /** Number of training images. */
      readonly train: number;
      readonly validation: ValidationImages;
    }
  | StepReport
  | EpochReport
  | ModelReport
  | { readonly kind: 'paused' }
  | { readonly kind: 'continued' }
  | TestReport
  | { readonly kind: 'ended'; readonly how: 'finished' | 'stopped' }
  | { readonly kind: 'failed'; readonly reason: string; readonly lostDevice: boolean };

/** A check for each field of each kind of message; a missing one does not compile. */
type Table<Message extends { readonly kind: string }> = {
  readonly [Kind in Message['kind']]: Readonly<
    Record<Exclude<keyof Extract<Message, { kind: Kind }>, 'kind'>, is.Check>
  >;
};

const isSplit = is.oneOf(...Object.keys(EMNIST_SPLITS));

const isArchitecture: is.Check = (value) =>
  is.isRecord(value) &&
  Array.isArray(value.blocks) &&
  value.blocks.every(is.isRecord) &&
  architectureProblem(value as unknown as Architecture) === null;

const COMMANDS: Table<Command> = {
  open: {
    files: is.object({
      split: isSplit,
      trainImages: is.blob,
      trainLabels: is.blob,
      testImages: is.nullable(is.blob),
      testLabels: is.nullable(is.blob),
      mapping: is.nullable(is.blob),
    }),
  },
  start: {
    settings: is.object({
      source: is.oneOf('synthetic', 'emnist'),
      backend: is.oneOf(...BACKEND_CHOICES),
      images: is.integer(LIMITS.images),
      epochs: is.integer(LIMITS.epochs),
      batchSize: is.integer(LIMITS.batchSize),
      architecture: isArchitecture,
      optimizer: is.oneOf(...OPTIMIZERS),
      learningRate: is.number(LIMITS.learningRate),
      dropout: is.number(LIMITS.dropout),
      augment: is.boolean,
      seed: is.integer(LIMITS.seed),
    }),
  },
  pause: {},
  continue: {},
  stop: {},
};

const isCount = is.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const isFraction = is.number({ min: 0, max: 1 });
const isPositive = is.number({ min: 0, max: Infinity });

const REPORTS: Table<Report> = {
  opened: { split: isSplit, train: isCount, test: is.nullable(isCount) },
  refused: { reason: is.string },
  preparing: { what: is.string, done: isCount, total: isCount },
  ready: {
    device: is.object({
      requested: is.string,
      chosen: is.string,
      adapter: is.string,
      tried: Array.isArray,
    }),
    data: is.string,
    classes: is.arrayOf(is.string),
    train: isCount,
    validation: is.object({ images: is.bytes, labels: is.bytes }),
  },
  step: {
    epoch: isCount,
    done: isCount,
    total: isCount,
    images: isCount,
    loss: isPositive,
    accuracy: isFraction,
    imagesPerSecond: isPositive,
    secondsLeft: isPositive,
  },
  epoch: {
    numbers: is.object({
      epoch: isCount,
      trainLoss: isPositive,
      trainAccuracy: isFraction,
      valLoss: isPositive,
      valAccuracy: isFraction,
      lr: isPositive,
      seconds: isPositive,
      imagesPerSecond: isPositive,
    }),
    predictions: is.bytes,
  },
  model: { bytes: is.bytes, epochs: isPositive },
  paused: {},
  continued: {},
  tested: { total: isCount, accuracy: isFraction, mergedAccuracy: isFraction },
  ended: { how: is.oneOf('finished', 'stopped') },
  failed: { reason: is.string, lostDevice: is.boolean },
};

/** @throws ArgumentError with the missing or invalid field */
export function readCommand(message: unknown): Command {
  return read(message, COMMANDS, 'training command') as Command;
}

/** @throws ArgumentError with the missing or invalid field */
export function readReport(message: unknown): Report {
  return read(message, REPORTS, 'training report') as Report;
}

function read(message: unknown, table: Readonly<Record<string, is.Fields>>, what: string): unknown {
  const kind: unknown = is.isRecord(message) ? message.kind : undefined;
  if (typeof kind !== 'string' || !Object.hasOwn(table, kind)) {
    throw new ArgumentError(`${what}: unknown kind ${String(kind)}`);
  }
  const invalid = is.invalidField(message, table[kind]);
  if (invalid !== null) throw new ArgumentError(`${what} ${kind}: ${invalid}`);
  return message;
}
