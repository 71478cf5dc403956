// Where the images come from: the folder named by --data, by EMNIST_DIR, or data/emnist. When training finds none, it
// fetches them; and only when that fails, the built-in synthetic characters, which are not EMNIST and never pass for it.
// Imports data and the fetching.

import { existsSync } from 'node:fs';
import { ArgumentError, InkgradError } from '../../engine/errors.js';
import type { Rng } from '../../engine/rng.js';
import { stratifiedSplit, type Dataset } from '../../data/loading/dataset.js';
import { readEmnist } from '../../data/emnist/readEmnist.js';
import { checkSplit, type EmnistSplit } from '../../data/emnist/splits.js';
import { syntheticDataset } from '../../data/strokes/synthetic.js';
import { DataMissingError } from '../../data/errors.js';
import { InterruptedError } from '../errors.js';
import { fetchEmnist, type FetchOptions } from '../fetch/fetchEmnist.js';
import { interruptible } from '../terminal/interruptible.js';
import type { Reporter } from '../terminal/reporter.js';

/** Where `inkgrad` looks for data when nothing names a place. */
export const DEFAULT_DATA_DIR = 'data/emnist';

/** Synthetic training images: 120 of each of the 47 classes. */
const SYNTHETIC_COUNT = 47 * 120;

export interface SourceOptions {
  /** The folder given with --data. */
  readonly data?: string | undefined;
  /** EMNIST split. */
  readonly split: string;
  /** Read the first so many images only. */
  readonly limit?: number | undefined;
}

/** Name of the stream that decides which training images are set aside. */
export const VALIDATION_STREAM = 'validation';

/** What a person reads who has stopped fetching. */
export const INTERRUPTED_FETCH =
  'stopped; what had arrived is kept in files named .partial, and the same command goes on from there';

/** Who forbids fetching without being asked: a sentence, or null if nobody does. */
export function whyOffline(offline: boolean): string | null {
  if (offline) return '--offline forbids fetching it';
  const { INKGRAD_OFFLINE = '' } = process.env;
  return INKGRAD_OFFLINE === '' || INKGRAD_OFFLINE === '0' ? null : 'INKGRAD_OFFLINE forbids fetching it';
}

/** How fetching reports to a person. */
export function fetchReports(reporter: Reporter): Pick<FetchOptions, 'onProgress' | 'onNote'> {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return {
    onProgress: (done, total, name) =>
      reporter.progress(
        done,
        total,
        (perSecond) =>
          `${megabytes(done)} of ${megabytes(total)} MB, ${megabytes(perSecond)} MB/s  ${name.replace(/-ubyte\.gz$/, '')}`,
      ),
    onNote: (sentence) => reporter.warn(sentence),
  };
}

/** The folder that was named, or null. */
function namedDir(data: string | undefined): string | null {
  const named = data ?? process.env.EMNIST_DIR;
  return named !== undefined && named !== '' ? named : null;
}

/** The folder to read EMNIST from: the one named, or the default one, or null if that is absent. */
export function findDataDir(data: string | undefined): string | null {
  return namedDir(data) ?? (existsSync(DEFAULT_DATA_DIR) ? DEFAULT_DATA_DIR : null);
}

/** One part as it is stored. */
function readStored(options: SourceOptions, part: 'train' | 'test'): Promise<Dataset> {
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const dir = namedDir(options.data) ?? DEFAULT_DATA_DIR;
  return readEmnist({ dir, split: checkSplit(options.split), part, ...limit });
}

/** Brings EMNIST for training, or tells why it cannot: a few seconds suffice to learn that there is no network. */
async function fetchForTraining(split: EmnistSplit, reporter: Reporter): Promise<string | null> {
  reporter.say(`No EMNIST data found: fetching the ${split} split into ${DEFAULT_DATA_DIR}`);
  try {
    await interruptible(INTERRUPTED_FETCH, (signal) =>
      fetchEmnist({
        split,
        dir: DEFAULT_DATA_DIR,
        signal,
        ...fetchReports(reporter),
        firstContact: { tries: 1, answerWithin: 5_000 },
      }),
    );
    return null;
  } catch (error) {
    if (error instanceof InterruptedError || !(error instanceof InkgradError)) throw error;
    return error.message;
  }
}

export interface TrainingSourceOptions extends SourceOptions {
  /** Part of the training images that is set aside for validation. */
  readonly valFraction: number;
  /** Validate on the test part instead, as the original did. Default false. */
  readonly valOnTest?: boolean | undefined;
  /** Decides which images those are. */
  readonly rng: Rng;
  /** Seed of the synthetic characters, should they be needed; null if they must not stand in for missing data. */
  readonly seed: number | null;
  /** Draw synthetic characters whatever there is, for this reason; needs `seed`. */
  readonly whyDraw?: string;
  /** Fetch what no place was named for and the default place does not hold; default: do not. */
  readonly fetch?: { readonly offline: boolean; readonly reporter: Reporter };
}

export interface TrainingSource {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Why the characters are synthetic: what hindered fetching real ones. Null if they are real. */
  readonly whySynthetic: string | null;
}

/** The training part, cut into training and validation. The test part is not touched without `valOnTest`. */
export async function openTrainingSource(options: TrainingSourceOptions): Promise<TrainingSource> {
  const { all, whySynthetic } = await readTraining(options);
  if (options.valOnTest === true) {
    const validation =
      whySynthetic === null ? await readStored(options, 'test') : drawCharacters(options, 'test');
    return { train: all, validation, whySynthetic };
  }
  const parts = stratifiedSplit(all, options.valFraction, options.rng.split(VALIDATION_STREAM));
  if (parts.validation.length === 0 || parts.train.length === 0) {
    throw new ArgumentError(
      `--val-fraction ${options.valFraction} of ${all.length} images leaves ${parts.train.length} to train on and ` +
        `${parts.validation.length} to validate on; use more images or another fraction`,
    );
  }
  return { ...parts, whySynthetic };
}

async function readTraining(
  options: TrainingSourceOptions,
): Promise<{ all: Dataset; whySynthetic: string | null }> {
  if (options.whyDraw !== undefined) {
    return { all: drawCharacters(options, 'train'), whySynthetic: options.whyDraw };
  }
  const stored = (): Promise<Dataset> => readStored(options, 'train');
  if (options.seed === null || namedDir(options.data) !== null) {
    return { all: await stored(), whySynthetic: null };
  }
  try {
    return { all: await stored(), whySynthetic: null };
  } catch (error) {
    if (!(error instanceof DataMissingError)) throw error;
  }
  let whySynthetic: string | null = `there is none in ${DEFAULT_DATA_DIR}`;
  if (options.fetch) {
    const { offline, reporter } = options.fetch;
    whySynthetic = whyOffline(offline) ?? (await fetchForTraining(checkSplit(options.split), reporter));
    if (whySynthetic === null) return { all: await stored(), whySynthetic };
  }
  return { all: drawCharacters(options, 'train'), whySynthetic };
}

function drawCharacters({ seed, limit }: TrainingSourceOptions, part: 'train' | 'test'): Dataset {
  return syntheticDataset({ seed: seed!, count: Math.min(SYNTHETIC_COUNT, limit ?? Infinity), part });
}

/** One whole part, to look at; synthetic characters of this seed where no place is named and the default one has none. */
export async function openPart(
  options: SourceOptions,
  part: 'train' | 'test',
  seed: number,
): Promise<Dataset> {
  try {
    return await readStored(options, part);
  } catch (error) {
    if (!(error instanceof DataMissingError) || namedDir(options.data) !== null) throw error;
    const count = Math.min(SYNTHETIC_COUNT, options.limit ?? Infinity);
    return syntheticDataset({ seed, count, part });
  }
}

/** The test part; only evaluation asks for it. */
export function openTestSource(options: SourceOptions): Promise<Dataset> {
  return readStored(options, 'test');
}
