// Selects the image source: the folder given by --data, by EMNIST_DIR, or data/emnist. If training
// finds no data, it downloads EMNIST. Only if that fails does it use the built-in synthetic
// characters, which are not EMNIST and are always labeled as synthetic.

import { existsSync } from 'node:fs';
import { InkgradError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { readEmnist } from '../../data/emnist/readEmnist.js';
import { checkSplit, type EmnistSplit } from '../../data/emnist/splits.js';
import { syntheticDataset } from '../../data/strokes/synthetic.js';
import { DataMissingError } from '../../data/errors.js';
import { InterruptedError } from '../errors.js';
import { holdOutValidation, SYNTHETIC_COUNT } from './holdOut.js';
import type { FetchOptions } from '../fetch/fetchEmnist.js';
import { interruptible } from '../terminal/interruptible.js';
import type { Reporter } from '../terminal/reporter.js';

/** Default data folder. */
export const DEFAULT_DATA_DIR = 'data/emnist';

export interface SourceOptions {
  /** The folder given with --data. */
  readonly data?: string | undefined;
  /** The folder that the resumed run began with; used if none is given now and it still exists. */
  readonly rememberedFolder?: string | null;
  /** EMNIST split. */
  readonly split: string;
  /** Read only this many images, from the first. */
  readonly limit?: number | undefined;
}

/** Message shown when the user stops a download. */
export const INTERRUPTED_FETCH =
  'stopped; the data received so far is in .partial files, and the same command resumes the ' +
  'download';

/** The reason why the download is disabled, as a sentence; null if it is allowed. */
export function offlineReason(offline: boolean): string | null {
  if (offline) return '--offline disables the download';
  const { INKGRAD_OFFLINE = '' } = process.env;
  return INKGRAD_OFFLINE === '' || INKGRAD_OFFLINE === '0'
    ? null
    : 'INKGRAD_OFFLINE disables the download';
}

/** Callbacks that report a download to the user. */
export function downloadCallbacks(
  reporter: Reporter,
): Pick<FetchOptions, 'onProgress' | 'onMessage'> {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return {
    onProgress: (done, total, name) =>
      reporter.progress(
        done,
        total,
        (perSecond) =>
          `${megabytes(done)} of ${megabytes(total)} MB, ${megabytes(perSecond)} MB/s  ` +
          name.replace(/-ubyte\.gz$/, ''),
      ),
    onMessage: (message) => reporter.warn(message),
  };
}

/** The folder given by --data or EMNIST_DIR, or null. */
function requestedDir(data: string | undefined): string | null {
  const dir = data ?? process.env.EMNIST_DIR;
  return dir !== undefined && dir !== '' ? dir : null;
}

/**
 * The folder to read EMNIST from: the one given, or else the one remembered by the run, or the
 * default one. Null if none exists.
 */
export function findDataDir(
  data: string | undefined,
  remembered: string | null = null,
): string | null {
  const dir = requestedDir(data) ?? existingDir(remembered);
  return dir ?? (existsSync(DEFAULT_DATA_DIR) ? DEFAULT_DATA_DIR : null);
}

/** The folder if it still exists, or null. */
function existingDir(folder: string | null | undefined): string | null {
  return typeof folder === 'string' && existsSync(folder) ? folder : null;
}

/** One part from disk. */
function readStored(options: SourceOptions, part: 'train' | 'test'): Promise<ImageDataset> {
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const dir =
    requestedDir(options.data) ?? existingDir(options.rememberedFolder) ?? DEFAULT_DATA_DIR;
  return readEmnist({ dir, split: checkSplit(options.split), part, ...limit });
}

/**
 * Downloads EMNIST for training; returns null, or the reason why it failed. One attempt with a 5 s
 * timeout detects a missing network quickly.
 */
async function fetchForTraining(split: EmnistSplit, reporter: Reporter): Promise<string | null> {
  reporter.print(`No EMNIST data found: fetching the ${split} split into ${DEFAULT_DATA_DIR}`);
  const { fetchEmnist } = await import('../fetch/fetchEmnist.js'); // only if data is missing
  try {
    await interruptible(INTERRUPTED_FETCH, (signal) =>
      fetchEmnist({
        split,
        dir: DEFAULT_DATA_DIR,
        signal,
        ...downloadCallbacks(reporter),
        firstRequest: { maxTries: 1, responseTimeout: 5_000 },
      }),
    );
    return null;
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof InkgradError)) throw error;
    return error.message;
  }
}

export interface TrainingSourceOptions extends SourceOptions {
  /** Fraction of the training images used for validation. */
  readonly valFraction: number;
  /** Validate on the test part instead, as the original did. Default false. */
  readonly valOnTest?: boolean | undefined;
  /** Selects the validation images. */
  readonly rng: Rng;
  /** Seed of the synthetic characters, if needed; null if they must not replace missing data. */
  readonly seed: number | null;
  /** Always use synthetic characters, for this reason; needs `seed`. */
  readonly syntheticReason?: string;
  /** Download EMNIST if no folder was given and the default folder has no data; default: do not. */
  readonly fetch?: { readonly offline: boolean; readonly reporter: Reporter };
}

export interface TrainingSource {
  readonly train: ImageDataset;
  readonly validation: ImageDataset;
  /**
   * Why the characters are synthetic: the reason why the download failed. Null if they are real.
   */
  readonly syntheticReason: string | null;
}

/**
 * The training part, split into training and validation. The test part is read
 * only with `valOnTest`.
 *
 * @throws ArgumentError if a part would be empty
 * @throws DataMissingError if the data does not exist and synthetic characters are not allowed
 * @throws DataError if a file is damaged
 */
export async function openTrainingSource(options: TrainingSourceOptions): Promise<TrainingSource> {
  const { all, syntheticReason } = await readTraining(options);
  if (options.valOnTest === true) {
    const validation =
      syntheticReason === null ? await readStored(options, 'test') : syntheticPart(options, 'test');
    return { train: all, validation, syntheticReason };
  }
  const parts = holdOutValidation(all, options.valFraction, options.rng, '--val-fraction');
  return { ...parts, syntheticReason };
}

async function readTraining(
  options: TrainingSourceOptions,
): Promise<{ all: ImageDataset; syntheticReason: string | null }> {
  if (options.syntheticReason !== undefined) {
    return { all: syntheticPart(options, 'train'), syntheticReason: options.syntheticReason };
  }
  const stored = (): Promise<ImageDataset> => readStored(options, 'train');
  if (options.seed === null || requestedDir(options.data) !== null) {
    return { all: await stored(), syntheticReason: null };
  }
  try {
    return { all: await stored(), syntheticReason: null };
  } catch (error) {
    if (!(error instanceof DataMissingError)) throw error;
  }
  let syntheticReason: string | null = `no data in ${DEFAULT_DATA_DIR}`;
  if (options.fetch) {
    const { offline, reporter } = options.fetch;
    syntheticReason =
      offlineReason(offline) ?? (await fetchForTraining(checkSplit(options.split), reporter));
    if (syntheticReason === null) return { all: await stored(), syntheticReason };
  }
  return { all: syntheticPart(options, 'train'), syntheticReason };
}

function syntheticPart(
  { seed, limit }: TrainingSourceOptions,
  part: 'train' | 'test',
): ImageDataset {
  return syntheticDataset({
    seed: seed!,
    count: Math.min(SYNTHETIC_COUNT, limit ?? Infinity),
    part,
  });
}

/**
 * One whole part, for display. Uses synthetic characters of this seed if no folder was given and
 * the default folder has no data.
 */
export async function openPart(
  options: SourceOptions,
  part: 'train' | 'test',
  seed: number,
): Promise<ImageDataset> {
  try {
    return await readStored(options, part);
  } catch (error) {
    if (!(error instanceof DataMissingError) || requestedDir(options.data) !== null) throw error;
    const count = Math.min(SYNTHETIC_COUNT, options.limit ?? Infinity);
    return syntheticDataset({ seed, count, part });
  }
}

/** The test part; used only by evaluation. */
export function openTestSource(options: SourceOptions): Promise<ImageDataset> {
  return readStored(options, 'test');
}
