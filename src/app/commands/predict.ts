// `inkgrad predict`: classifies the character in each image, or with --words the line.

import { basename, join } from 'node:path';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { DataError, DataMissingError } from '../../data/errors.js';
import {
  INVERT,
  prepareInk,
  type DecodedImage,
  type Invert,
  type PreparedImage,
} from '../../data/image/preprocess.js';
import { inkOfImage } from '../../data/image/imageInk.js';
import { writeAtomically, newFolder } from '../outputFiles.js';
import { withBackend } from '../device/backend.js';
import { classify } from '../evaluation/classify.js';
import { interpret, type Prediction } from '../evaluation/interpret.js';
import { INPUT_PIXELS, INPUT_SHAPE } from '../model/imageTensor.js';
import type { LoadedModel } from '../model/modelContents.js';
import { findModel, type FoundModel } from '../model/findModel.js';
import { loadModel } from '../model/modelFile.js';
import { findImages, readImageBytes, STDIN, type ImageFile } from '../images/files.js';
import { printable } from '../terminal/printable.js';
import { Reporter } from '../terminal/reporter.js';
import type { CommandBody } from './commandList.js';
import {
  choice,
  integerAtLeast,
  jsonOption,
  modelOption,
  runOptions,
  type CommonArguments,
} from './options.js';
import { percent } from '../evaluation/percent.js';
import { hasSeveralCharacters } from '../words/lineImage.js';
import { reportModel } from './modelNotes.js';
import { predictLine, printLine } from './predictWords.js';

interface PredictOptions extends Pick<
  CommonArguments,
  'backend' | 'threads' | 'wideSimd' | 'json'
> {
  readonly model: string | undefined;
  readonly top: number;
  readonly invert: Invert;
  readonly words: boolean;
  readonly 'debug-dir': string | undefined;
}

/** yargs adds the camel-case name of every option. */
type PredictArguments = ArgumentsCamelCase<PredictOptions>;

/** Images per forward pass. */
const BATCH_SIZE = 64;
/** Up to this number of images, the start of a GPU or of threads takes longer than it saves. */
const FEW_IMAGES = 1000;
/** Scale factor of debug images. */
const DEBUG_SCALE = 10;
const BAR_WIDTH = 24;

/** One image and its state: prepared, or the error that prevented it. */
interface Item {
  readonly file: string;
  readonly prepared?: PreparedImage;
  /** Whether the image clearly consists of several characters. */
  readonly several?: boolean;
  readonly error?: DataError | DataMissingError;
  readonly debugFile?: string | undefined;
}

async function run(args: PredictArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json, outputRequired: args.debugDir === undefined });
  const imageFiles = await findImages(args._.slice(1).map(String));
  const debugDir = args.debugDir === undefined ? undefined : newFolder('debug-dir', args.debugDir);
  const model = await findModel(args.model);
  const brief = imageFiles.length <= FEW_IMAGES;
  const counts = await withBackend({ ...args, brief }, () =>
    predictAll(args, { model, imageFiles, debugDir, reporter }),
  );
  reporter.emit(counts);
  if (imageFiles.length > 1) {
    reporter.print(
      `${counts.pictures} images: ${counts.read} classified, ${counts.empty} empty, ` +
        `${counts.failed} failed`,
    );
  }
  if (debugDir !== undefined) reporter.print(`network inputs are in ${debugDir}`);
  if (counts.failed === 0) return;
  throw new DataError(
    counts.failed === 1 && counts.pictures === 1
      ? 'the image could not be read'
      : `${counts.failed} of ${counts.pictures} images could not be read; ` +
          'the others were classified',
  );
}

interface Counts {
  readonly pictures: number;
  read: number;
  empty: number;
  failed: number;
}

interface PredictTask {
  readonly model: FoundModel;
  readonly imageFiles: readonly ImageFile[];
  readonly debugDir: string | undefined;
  readonly reporter: Reporter;
}

/** Predicts all images and reports each; returns the counts of each outcome. */
async function predictAll(args: PredictArguments, task: PredictTask): Promise<Counts> {
  const { model, reporter, imageFiles } = task;
  const loaded = await loadModel(model.path);
  reportModel(reporter, model, loaded);
  if (loaded.training.synthetic) {
    reporter.warn(
      '*** This model was trained on SYNTHETIC characters only; expect errors on real ones. ***',
    );
  }
  const counts: Counts = { pictures: imageFiles.length, read: 0, empty: 0, failed: 0 };
  await (args.words ? predictLines : predictCharacters)(args, task, loaded, counts);
  loaded.model.dispose();
  return counts;
}

/** Predicts one character per image, in batches. */
async function predictCharacters(
  args: PredictArguments,
  { imageFiles, debugDir, reporter }: PredictTask,
  loaded: LoadedModel,
  counts: Counts,
): Promise<void> {
  for (let start = 0; start < imageFiles.length; start += BATCH_SIZE) {
    const items: Item[] = [];
    for (const imageFile of imageFiles.slice(start, start + BATCH_SIZE)) {
      const number = start + items.length + 1;
      items.push(await prepare(imageFile, args.invert, debugDir, number));
      reporter.progress(number, imageFiles.length, `${number} of ${imageFiles.length} images`);
    }
    const predictions = await predictBatch(items, loaded, args.top);
    items.forEach((item, i) => printPrediction(reporter, item, predictions[i]));
    counts.failed += items.filter(({ error }) => error !== undefined).length;
    counts.empty += items.filter(({ prepared }) => prepared?.empty === true).length;
    counts.read += predictions.filter((prediction) => prediction !== null).length;
  }
}

/** Predicts one line per image. */
async function predictLines(
  args: PredictArguments,
  { imageFiles, debugDir, reporter }: PredictTask,
  loaded: LoadedModel,
  counts: Counts,
): Promise<void> {
  for (const [index, imageFile] of imageFiles.entries()) {
    reporter.progress(index + 1, imageFiles.length, `${index + 1} of ${imageFiles.length} images`);
    const file = nameOf(imageFile);
    const image = await readImage(imageFile);
    if (image instanceof Error) {
      counts.failed += 1;
      printError(reporter, file, image);
      continue;
    }
    const predicted = await predictLine(image, args.invert, loaded);
    if (predicted === null) {
      counts.empty += 1;
      printEmpty(reporter, file, { empty: true, kind: null });
      continue;
    }
    counts.read += 1;
    printLine(reporter, file, predicted, args.top);
    if (debugDir === undefined) continue;
    for (const [i, glyph] of predicted.images.entries())
      await writeDebugImage(debugDir, file, `${index + 1}`.padStart(4, '0'), glyph, `-${i + 1}`);
  }
}

const nameOf = ({ path }: ImageFile): string => (path === STDIN ? 'stdin' : path);

/** Reads and decodes one image; returns an error in it, so that the others continue. */
async function readImage(
  imageFile: ImageFile,
): Promise<DecodedImage | DataError | DataMissingError> {
  const { path, problem } = imageFile;
  if (problem !== undefined) return problem;
  try {
    const { decodeImage } = await import('../images/decode.js'); // loaded by this command only
    return decodeImage(await readImageBytes(path), nameOf(imageFile));
  } catch (error) {
    if (error instanceof DataError || error instanceof DataMissingError) return error;
    throw error;
  }
}

/** Reads and preprocesses one image; an error is stored in its item. */
async function prepare(
  imageFile: ImageFile,
  invert: Invert,
  debugDir: string | undefined,
  number: number,
): Promise<Item> {
  const file = nameOf(imageFile);
  const image = await readImage(imageFile);
  if (image instanceof Error) return { file, error: image };
  const imageInk = inkOfImage(image, invert);
  const prepared = prepareInk(imageInk);
  const several = !prepared.empty && hasSeveralCharacters(imageInk!);
  if (debugDir === undefined) return { file, prepared, several };
  const position = String(number).padStart(4, '0');
  const debugFile = await writeDebugImage(debugDir, file, position, prepared.image);
  return { file, prepared, several, debugFile };
}

/** Writes a network input; returns its path. */
async function writeDebugImage(
  folder: string,
  file: string,
  position: string,
  image: Uint8Array,
  suffix = '',
): Promise<string> {
  const name = basename(file).replace(/\.[^.]*$/, '');
  const path = join(folder, `${position}-${name}${suffix}.png`);
  await writeAtomically(path, await encodeEnlarged(image));
  return path;
}

/** The network's input enlarged, as a PNG. */
async function encodeEnlarged(image: Uint8Array): Promise<Uint8Array> {
  const [channels, inputHeight, inputWidth] = INPUT_SHAPE;
  const [height, width] = [inputHeight * DEBUG_SCALE, inputWidth * DEBUG_SCALE];
  const data = Uint8Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [Math.floor((i % width) / DEBUG_SCALE), Math.floor(i / width / DEBUG_SCALE)];
    return image[y * inputWidth + x];
  });
  const { encode } = await import('fast-png');
  return encode({ data, width, height, channels, depth: 8 });
}

/** Classifies the non-empty images in one batch; null for the rest. */
async function predictBatch(
  items: readonly Item[],
  loaded: LoadedModel,
  top: number,
): Promise<(Prediction | null)[]> {
  const nonEmpty = items.filter(({ prepared }) => prepared?.empty === false);
  if (nonEmpty.length === 0) return items.map(() => null);
  const images = new Uint8Array(nonEmpty.length * INPUT_PIXELS);
  nonEmpty.forEach(({ prepared }, i) => images.set(prepared!.image, i * INPUT_PIXELS));
  const probabilities = await classify(loaded.model, images, loaded.temperature);
  const { length } = loaded.classes;
  return items.map((item) => {
    const row = nonEmpty.indexOf(item);
    if (row < 0) return null;
    const probabilitiesOfImage = probabilities.subarray(row * length, (row + 1) * length);
    return interpret(probabilitiesOfImage, loaded.classes, top, loaded.rejection);
  });
}

function printError(reporter: Reporter, file: string, { message }: Error): void {
  reporter.emit({ file, error: message });
  reporter.warn(message);
}

function printEmpty(reporter: Reporter, file: string, fields: Record<string, unknown>): void {
  reporter.emit({ file, ...fields });
  reporter.print(`${printable(file)}\n  empty: no ink stands out from the background`);
}

function printPrediction(reporter: Reporter, item: Item, prediction: Prediction | null): void {
  const { file, prepared, several = false, error, debugFile } = item;
  if (error !== undefined) {
    printError(reporter, file, error);
    return;
  }
  const { empty, kind } = prepared!;
  const debug = debugFile === undefined ? {} : { debugFile };
  if (prediction === null) {
    printEmpty(reporter, file, { empty, kind, ...debug });
    return;
  }
  const { characters, probability, sure, rejected } = prediction;
  const top = prediction.top.map(({ name, probability: share }) => ({ name, probability: share }));
  const note = several ? { severalCharacters: true } : {};
  const fields = { read: characters, probability, sure, rejected, top, ...note, ...debug };
  reporter.emit({ file, empty, kind, ...fields });
  if (several) reporter.warn(`${printable(file)}: more than one character; use --words`);
  const lookAlikes = characters.length > 1 ? ' (look-alikes)' : '';
  const confidenceNote = sure ? '' : `  (low confidence: ${percent(probability, 0)})`;
  const text = rejected
    ? `${reporter.paint('yellow', 'not a letter or digit')}  (most similar: ${characters.join(' or ')})`
    : `${reporter.paint(sure ? 'green' : 'yellow', characters.join(' or '))}${lookAlikes}${confidenceNote}`;
  reporter.print(`${printable(file)}\n  ${text}`);
  for (const { name, probability: share } of top) {
    const bar = '█'.repeat(Math.round(share * BAR_WIDTH));
    reporter.print(`    ${name} ${percent(share, 1).padStart(7)}  ${bar}`.trimEnd());
  }
}

// Files are not declared as positionals. yargs would drop a lone `-`. It would also keep only the
// last file, because duplicate arguments count once.
export const predictCommand: CommandBody<PredictOptions> = {
  builder: (yargs: Argv): Argv<PredictOptions> =>
    jsonOption(runOptions(modelOption(yargs)))
      .usage(
        '$0 predict <files..>\n\nClassify the character in each image, or with --words recognize its ' +
          'words: PNG or JPEG files, folders of them, or - for stdin.',
      )
      .strict(false)
      .strictOptions()
      .demandCommand(1, 'Specify at least one image, a folder of images, or - for stdin.')
      .option('top', {
        ...integerAtLeast('top', 1),
        default: 3,
        describe: 'Number of most likely classes to list',
      })
      .option('invert', {
        ...choice('invert', INVERT),
        default: 'auto' as const,
        describe:
          'yes: dark ink on a light background; no: light ink on a dark one; auto: detect ' +
          'per image',
      })
      .option('words', {
        type: 'boolean',
        default: false,
        describe: 'Each image is a line of separate letters: recognize its words',
      })
      .option('debug-dir', {
        type: 'string',
        requiresArg: true,
        describe: 'New folder for enlarged copies of the 28 x 28 network inputs',
      })
      .example('$0 predict a.png scans/', 'classify an image, and every image in a folder')
      .example('$0 predict --words note.png', 'recognize a line of handwriting')
      .example(
        '$0 predict --top 5 --debug-dir seen - < a.png',
        'read stdin, and write the network input to seen/',
      ),
  handler: run,
};
