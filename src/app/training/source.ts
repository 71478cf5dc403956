// Selects the image source: the folder given by --data, by EMNIST_DIR, or data/emnist. If training
// finds no data, it downloads EMNIST. Only if that fails does it use the built-in synthetic
// characters, which are not EMNIST and are always labeled as synthetic.

import { existsSync } from 'node:fs';
import type { Rng } from '../../engine/rng.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { readEmnist } from '../../data/emnist/readEmnist.js';
import { checkSplit } from '../../data/emnist/splits.js';
import { syntheticDataset } from '../../data/strokes/synthetic.js';
import { DataMissingError } from '../../data/errors.js';
import type { WantedInput } from '../datasets/buildDataset.js';
import { resizeDataset } from '../datasets/resizeDataset.js';
import type { ModelInput } from '../model/modelInput.js';
import { DEFAULT_DATA_DIR, fetchForTraining, offlineReason } from './download.js';
import { holdOutValidation, SYNTHETIC_COUNT } from './holdOut.js';
import { openData, readPart, type FoundData, type LayoutOptions } from './ownData.js';
import type { Reporter } from '../terminal/reporter.js';

export interface SourceOptions extends LayoutOptions {
  /** The file or folder given with --data. */
  readonly data?: string | undefined;
  /** The folder that the resumed run began with; used if none is given now and it still exists. */
  readonly rememberedFolder?: string | null;
  /** EMNIST split. */
  readonly split: string;
  /** Read only this many images, from the first. */
  readonly limit?: number | undefined;
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

/** What a path given by the user contains; the default folder contains EMNIST. */
async function findData(options: SourceOptions): Promise<FoundData> {
  const path = requestedDir(options.data) ?? existingDir(options.rememberedFolder);
  return path === null
    ? { emnist: DEFAULT_DATA_DIR }
    : openData(path, checkSplit(options.split), options);
}

/** A data set, and the form of its images. */
interface StoredPart {
  readonly dataset: ImageDataset;
  readonly input: ModelInput;
}

/** One part from disk. */
async function readStored(
  found: FoundData,
  options: SourceOptions,
  part: 'train' | 'test',
): Promise<StoredPart> {
  if (!('emnist' in found)) return readPart(found, part, options);
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  const { emnist: dir } = found;
  return withInput(
    await readEmnist({ dir, split: checkSplit(options.split), part, ...limit }),
    options.input,
  );
}

/** Images of characters, resized if another size was requested. */
function withInput(dataset: ImageDataset, wanted: WantedInput = {}): StoredPart {
  const { size = dataset.height, channels = 1, preprocess = 'ink' } = wanted;
  return { dataset: resizeDataset(dataset, size, channels), input: { size, channels, preprocess } };
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
  /** Size, channels and preprocessing of the images. */
  readonly input: ModelInput;
  /** True if the data has a validation part of its own. */
  readonly hasValidation: boolean;
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
  const { found, all, input, syntheticReason } = await readTraining(options);
  const base = { input, syntheticReason, hasValidation: false };
  if (options.valOnTest === true) {
    const validation =
      found === null
        ? withInput(syntheticPart(options, 'test'), input)
        : await readStored(found, { ...options, input }, 'test');
    return { ...base, train: all, validation: validation.dataset };
  }
  if (found !== null && !('emnist' in found) && found.parts.validation !== undefined) {
    const { dataset } = await readPart(found, 'validation', { ...options, input });
    return { ...base, train: all, validation: dataset, hasValidation: true };
  }
  const parts = holdOutValidation(all, options.valFraction, options.rng, '--val-fraction');
  return { ...base, ...parts };
}

/** The training part and where it is from; `found` is null for synthetic characters. */
interface WholeTraining {
  readonly found: FoundData | null;
  readonly all: ImageDataset;
  readonly input: ModelInput;
  readonly syntheticReason: string | null;
}

async function readTraining(options: TrainingSourceOptions): Promise<WholeTraining> {
  const synthetic = (syntheticReason: string): WholeTraining => {
    const { dataset, input } = withInput(syntheticPart(options, 'train'), options.input);
    return { found: null, all: dataset, input, syntheticReason };
  };
  if (options.syntheticReason !== undefined) return synthetic(options.syntheticReason);
  const found = await findData(options);
  const stored = async (): Promise<WholeTraining> => {
    const { dataset, input } = await readStored(found, options, 'train');
    return { found, all: dataset, input, syntheticReason: null };
  };
  if (options.seed === null || requestedDir(options.data) !== null) return stored();
  try {
    return await stored();
  } catch (error) {
    if (!(error instanceof DataMissingError)) throw error;
  }
  if (!options.fetch) return synthetic(`no data in ${DEFAULT_DATA_DIR}`);
  const { offline, reporter } = options.fetch;
  const reason =
    offlineReason(offline) ?? (await fetchForTraining(checkSplit(options.split), reporter));
  return reason === null ? stored() : synthetic(reason);
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
    return (await readStored(await findData(options), options, part)).dataset;
  } catch (error) {
    if (!(error instanceof DataMissingError) || requestedDir(options.data) !== null) throw error;
    const count = Math.min(SYNTHETIC_COUNT, options.limit ?? Infinity);
    return withInput(syntheticDataset({ seed, count, part }), options.input).dataset;
  }
}

/** The test part; used only by evaluation. */
export async function openTestSource(options: SourceOptions): Promise<ImageDataset> {
  return (await readStored(await findData(options), options, 'test')).dataset;
}

/** Every part of a data set, to convert it. */
export interface AllParts {
  readonly parts: Readonly<Record<'train' | 'test', ImageDataset>> & {
    readonly validation?: ImageDataset;
  };
  readonly input: ModelInput;
}

/**
 * All parts of a data set on disk.
 *
 * @throws DataMissingError if the data does not exist
 */
export async function openAllParts(options: SourceOptions): Promise<AllParts> {
  const found = await findData(options);
  const { dataset: train, input } = await readStored(found, options, 'train');
  const others = { ...options, input };
  const { dataset: test } = await readStored(found, others, 'test');
  if ('emnist' in found || found.parts.validation === undefined) {
    return { parts: { train, test }, input };
  }
  const { dataset: validation } = await readPart(found, 'validation', others);
  return { parts: { train, validation, test }, input };
}
