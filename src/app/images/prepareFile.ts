// Everything before the network: reads, decodes and prepares one image file. The results are plain
// objects, which can be sent from one thread to another.

import { DataError, DataMissingError } from '../../data/errors.js';
import { inkOfImage } from '../../data/image/imageInk.js';
import { prepareInk, type Invert, type PreparedImage } from '../../data/image/preprocess.js';
import { DEFAULT_INPUT, type ModelInput } from '../model/modelInput.js';
import { prepareImage } from '../model/prepareImage.js';
import { hasSeveralCharacters, segmentImage, type LineImage } from '../words/lineImage.js';
import { nameOf, readImageBytes, type ImageFile } from './files.js';

/** What an image contains, and how its ink is detected. */
export interface PrepareOptions {
  readonly content: 'character' | 'line';
  readonly invert: Invert;
  /** The form of a character; lines consist of gray 28 x 28 characters, the default. */
  readonly input?: ModelInput;
}

/** The content of an image. */
export type PreparedFile =
  | { readonly content: 'error'; readonly message: string }
  | { readonly content: 'empty' }
  | { readonly content: 'line'; readonly line: LineImage }
  | {
      readonly content: 'character';
      readonly image: PreparedImage['image'];
      readonly kind: PreparedImage['kind'];
      /** Whether the image clearly consists of several characters. */
      readonly several: boolean;
    };

/** Prepares an image; an unreadable one is a result too, so that the others continue. */
export async function prepareFile(
  file: ImageFile,
  { content, invert, input = DEFAULT_INPUT }: PrepareOptions,
): Promise<PreparedFile> {
  try {
    if (file.problem !== undefined) throw file.problem;
    const { decodeImage } = await import('./decode.js'); // loads the decoders on demand
    const image = decodeImage(await readImageBytes(file.path), nameOf(file));
    if (content === 'line') {
      const line = segmentImage(image, invert);
      return line === null ? { content: 'empty' } : { content, line };
    }
    if (input.preprocess === 'resize') {
      return { content, image: prepareImage(image, input).image, kind: null, several: false };
    }
    const imageInk = inkOfImage(image, invert);
    const prepared = prepareInk(imageInk, input.size);
    if (imageInk === null || prepared.empty) return { content: 'empty' };
    const several = hasSeveralCharacters(imageInk);
    return { content, image: prepared.image, kind: prepared.kind, several };
  } catch (error) {
    if (error instanceof DataError || error instanceof DataMissingError)
      return { content: 'error', message: error.message };
    throw error;
  }
}
