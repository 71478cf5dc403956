// Decodes the bytes of a model file: the network, its classes, its training metadata. Opens no
// file, so the page uses it too. pthModel.ts is loaded only for a PyTorch file.

import type { Rejection } from '../evaluation/rejection.js';
import type { Backend } from '../../engine/backend.js';
import { currentBackend, withBackend } from '../../engine/current.js';
import { InkgradError } from '../../engine/errors.js';
import { Rng } from '../../engine/rng.js';
import type { Json } from '../../nn/saving/json.js';
import { skipInit } from '../../nn/init.js';
import { decodeSafetensors, type SafetensorsFile } from '../../nn/saving/safetensors.js';
import { loadState, modelArrays } from '../../nn/saving/serialize.js';
import { ModelError } from '../errors.js';
import { otherFormat } from '../formats/otherFormats.js';
import { isLegacyPth, isPth } from '../formats/pthSignature.js';
import { checkNumbers } from './checkNumbers.js';
import { verifyDigest } from './fileDigest.js';
import { architectureOf, checkInputSize, inputSizeOf } from './architecture.js';
import { CharacterNet, type CharacterNetOptions } from './characterNet.js';
import { readModelInput, requireCharacters, type ModelInput } from './modelInput.js';

/** File format, detected from the first bytes. */
export type ModelFormat = 'safetensors' | 'pth';

export interface ModelContents {
  /** Format of the original file. */
  readonly format: ModelFormat;
  /** Contents converted to safetensors. */
  readonly safetensors: Uint8Array;
  /** Keys of a PyTorch file that are not used. */
  readonly ignored: readonly string[];
}

/** Training metadata of a model. */
export interface TrainingMetadata {
  /** Name of each class, in the order of the logits. */
  readonly classes: readonly string[];
  /** Name of the training data. */
  readonly data: string;
  /** True for synthetic characters. */
  readonly synthetic: boolean;
  /** Seed of the run. Null for an imported model, whose validation images are unknown. */
  readonly seed: number | null;
  /**
   * Fraction of the training images used for validation. Together with the seed
   * it determines which.
   */
  readonly valFraction: number;
  /** True if the run validated on the test part instead. */
  readonly valOnTest?: boolean;
  /** Number of images that the run was limited to; null for all. */
  readonly limit: number | null;
  /**
   * Log-priors that `--balance` added to the logits in training, `[classes]`
   * (`logPriors`); null: none.
   */
  readonly logPriors?: readonly number[] | null;
  /**
   * Temperature that divides the logits to calibrate the probabilities (temperature.ts); 1 until
   * it is fitted.
   */
  readonly temperature?: number;
  /**
   * Evidence below which an image is rejected as not a character (evaluation/rejection.ts); null
   * for a model that was not trained with outliers.
   */
  readonly minEvidence?: number | null;
  /** Height and width of the images, their channels, and how they are prepared (modelInput.ts). */
  readonly size?: ModelInput['size'];
  readonly channels?: ModelInput['channels'];
  readonly preprocess?: ModelInput['preprocess'];
  /** Digests of the settings and the data of the training run; absent if they are not recorded. */
  readonly digests?: TrainingDigests;
}

/**
 * SHA-256 digests of what a model was trained with: the settings that affect the results, and the
 * images of both parts with labels and class names.
 */
export type TrainingDigests = Readonly<Record<'settings' | 'train' | 'validation', string>>;

/**
 * Log-priors to add to a model's logits when evaluating a part of the data. Null for the test part,
 * whose class prior is uniform or unknown.
 */
export function logPriorsOf(
  training: TrainingMetadata,
  part: 'test' | 'train' | 'val',
): readonly number[] | null {
  const isTest = part === 'test' || (part === 'val' && training.valOnTest === true);
  return isTest ? null : (training.logPriors ?? null);
}

export interface LoadedModel {
  /** In evaluation mode, on the current backend. */
  readonly model: CharacterNet;
  readonly classes: readonly string[];
  /** Temperature that divides the logits before the softmax (temperature.ts). */
  readonly temperature: number;
  /** When to reject an image as not a character; null: never. */
  readonly rejection: Rejection | null;
  readonly training: TrainingMetadata;
  /** How images are converted to the input of the network. */
  readonly input: ModelInput;
  /** True if the file's contents match its digest; false if it contains none. */
  readonly verified: boolean;
}

/**
 * Runs `work` and converts every InkgradError to a ModelError that names the file.
 *
 * @param name the file name used in messages
 */
export async function withModelName<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InkgradError)) throw error;
    throw new ModelError(`model ${name}: ${error.message}`);
  }
}

/**
 * Detects the format of a file. A model file is returned unchanged. Arrays of another program are
 * converted to the safetensors that `inkgrad import` would write, so that all later code handles one
 * format.
 *
 * @throws ModelError if the file is damaged, would execute code, or is of another network or format
 */
export function readContents(name: string, bytes: Uint8Array): Promise<ModelContents> {
  return withModelName(name, async () => {
    const other = otherFormat(bytes);
    if (other !== null) {
      throw new ModelError(
        `it is ${other}, which cannot be read; pass the weights as safetensors or as a .pth file`,
      );
    }
    if (!isPth(bytes) && !isLegacyPth(bytes)) {
      if (isModelFile(bytes)) return { format: 'safetensors', safetensors: bytes, ignored: [] };
      const { completeSafetensors } = await import('./foreignModel.js');
      return { format: 'safetensors', safetensors: completeSafetensors(bytes), ignored: [] };
    }
    const { convertPth } = await import('./pthModel.js');
    return { format: 'pth', ...(await convertPth(bytes)) };
  });
}

/** Whether a safetensors file has metadata of inkgrad: a fast test of the header's text. */
function isModelFile(bytes: Uint8Array): boolean {
  const beginning = new TextDecoder().decode(bytes.subarray(0, 4096));
  return beginning.includes('"inkgrad":"');
}

/**
 * Creates the network stored in a safetensors file; optimizer state is ignored.
 *
 * @param backend of the network; default the backend that is current at the call
 * @throws ModelError if the file is damaged or of another network, or has a weight that is not finite
 */
export function modelFrom(
  name: string,
  safetensors: Uint8Array,
  backend: Backend = currentBackend(),
): Promise<LoadedModel> {
  return withModelName(name, async () => {
    const file = await decodeModel(safetensors);
    const training = parseTrainingMetadata(loadState(file).extra);
    const architecture = architectureOf(file.tensors);
    const input = readModelInput({ ...inputSizeOf(file.tensors, architecture), ...training });
    const { classes, temperature = 1, minEvidence = null } = training;
    checkInputSize(file.tensors, architecture, input);
    const model = withBackend(backend, () =>
      createNetwork(file, { ...input, architecture, classes: classes.length }),
    );
    const rejection = minEvidence === null ? null : { minEvidence, temperature };
    const { verified } = file;
    return { model: model.eval(), classes, temperature, rejection, training, input, verified };
  });
}

/**
 * As `modelFrom`, for programs that classify gray characters of 28 x 28 pixels only.
 *
 * @param caller the program, for the message
 * @throws ModelError if the model is damaged, or classifies other images
 */
export async function characterModelFrom(
  name: string,
  safetensors: Uint8Array,
  caller: string,
  backend: Backend = currentBackend(),
): Promise<LoadedModel> {
  const loaded = await modelFrom(name, safetensors, backend);
  try {
    requireCharacters(name, loaded.input, caller);
    return loaded;
  } catch (error) {
    loaded.model.dispose();
    throw error;
  }
}

function createNetwork(
  file: SafetensorsFile,
  options: Pick<CharacterNetOptions, 'classes' | 'size' | 'channels' | 'architecture'>,
): CharacterNet {
  const model = skipInit(() => new CharacterNet({ ...options, rng: new Rng(0) }));
  try {
    loadState(file, { model });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Decoded contents of a model file. */
export interface DecodedModel extends SafetensorsFile {
  /** True if the contents match the digest in the file; false if it contains none. */
  readonly verified: boolean;
}

/**
 * Decodes a model file, compares it with its digest, and checks its weights.
 *
 * @throws FormatError if the file is damaged, or a weight is not finite
 */
export async function decodeModel(safetensors: Uint8Array): Promise<DecodedModel> {
  const { tensors, metadata } = decodeSafetensors(safetensors);
  const verified = await verifyDigest(safetensors, metadata);
  checkNumbers(modelArrays(tensors));
  return { tensors, metadata, verified };
}

/** Maximum number of classes, checked before a network is created. */
const MAX_CLASSES = 1000;

/**
 * Validates the training metadata of a model file and fills in defaults.
 *
 * @throws ModelError if the class names are missing or a field is invalid
 */
export function parseTrainingMetadata(extra: Json): TrainingMetadata {
  const metadata = extra as Partial<TrainingMetadata> | null;
  const {
    classes,
    data,
    synthetic,
    seed,
    valFraction,
    valOnTest,
    limit,
    temperature = 1,
  } = metadata ?? {};
  const { logPriors = null, minEvidence = null, digests } = metadata ?? {};
  const { size, channels, preprocess } = metadata ?? {};
  if (
    !Array.isArray(classes) ||
    !classes.every((name) => typeof name === 'string') ||
    classes.length === 0
  ) {
    throw new ModelError(
      'it contains no class names; use a file written by inkgrad train, import or export',
    );
  }
  if (classes.length > MAX_CLASSES) {
    throw new ModelError(
      `it has ${classes.length} classes, more than the maximum of ${MAX_CLASSES}`,
    );
  }
  if (!(typeof temperature === 'number' && temperature > 0 && temperature < Infinity)) {
    throw new ModelError(
      `its temperature is ${JSON.stringify(temperature)}, expected a number above 0`,
    );
  }
  if (minEvidence !== null && !Number.isFinite(minEvidence)) {
    throw new ModelError(
      `its minEvidence is ${JSON.stringify(minEvidence)}, expected a number or null`,
    );
  }
  if (logPriors !== null && !areLogPriors(logPriors, classes.length)) {
    throw new ModelError(`its logPriors must be ${classes.length} finite numbers, one per class`);
  }
  return {
    classes,
    data: typeof data === 'string' ? data : 'unknown data',
    synthetic: synthetic === true,
    seed: typeof seed === 'number' ? seed : null,
    valFraction: typeof valFraction === 'number' ? valFraction : 0.1,
    valOnTest: valOnTest === true,
    limit: typeof limit === 'number' ? limit : null,
    logPriors,
    temperature,
    ...(minEvidence === null ? {} : { minEvidence }),
    ...(size === undefined ? {} : readModelInput({ size, channels, preprocess })),
    ...(digests === undefined ? {} : { digests: parseDigests(digests) }),
  };
}

function parseDigests(value: unknown): TrainingDigests {
  const { settings, train, validation } = (value ?? {}) as Partial<TrainingDigests>;
  const isDigest = (text: unknown): text is string =>
    typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
  if (isDigest(settings) && isDigest(train) && isDigest(validation))
    return { settings, train, validation };
  throw new ModelError(
    'its digests must be settings, train and validation, of 64 hexadecimal digits',
  );
}

function areLogPriors(value: unknown, classes: number): boolean {
  return Array.isArray(value) && value.length === classes && value.every(Number.isFinite);
}
