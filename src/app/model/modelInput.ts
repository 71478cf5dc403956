// The input of a network: its size, its channels, and how images are converted to it
// (prepareImage.ts). A model file stores it unless it is the default.

import { IMAGE_SIDE } from '../../data/emnist/idx.js';
import type { Shape } from '../../engine/shape.js';
import { ModelError } from '../errors.js';

/** `ink`: find the ink of a character (preprocess.ts); `resize`: only change size and channels. */
export const PREPROCESSING = ['ink', 'resize'] as const;
export type Preprocessing = (typeof PREPROCESSING)[number];

/** Bounds of the side of an input. */
export const [MIN_SIZE, MAX_SIZE] = [8, 128];

export interface ModelInput {
  /** Height and width. */
  readonly size: number;
  readonly channels: 1 | 3;
  readonly preprocess: Preprocessing;
}

/** The input of the original network: a 28 x 28 character. */
export const DEFAULT_INPUT: ModelInput = { size: IMAGE_SIDE, channels: 1, preprocess: 'ink' };

/** The fields that a model file stores: none for the default, so that such files do not change. */
export function storedInput({
  size,
  channels,
  preprocess: method,
}: ModelInput): Partial<ModelInput> {
  const { size: defaultSize, channels: defaultChannels, preprocess: defaultMethod } = DEFAULT_INPUT;
  const isDefault =
    size === defaultSize && channels === defaultChannels && method === defaultMethod;
  return isDefault ? {} : { size, channels, preprocess: method };
}

/**
 * Checks that a network classifies gray characters of 28 x 28 pixels.
 *
 * @param caller what requires it, for the message
 * @internal
 * @throws ModelError if it classifies other images
 */
export function requireCharacters(name: string, input: ModelInput, caller: string): void {
  if (Object.keys(storedInput(input)).length === 0) return;
  throw new ModelError(
    `model ${name}: classifies ${describeInput(input)} (--preprocess ${input.preprocess}), but ` +
      `${caller} requires gray characters of 28 x 28 pixels; use inkgrad predict`,
  );
}

type Undefinable = { readonly [Key in keyof ModelInput]?: ModelInput[Key] | undefined };

/**
 * Validates the fields of a model file.
 *
 * @throws ModelError if a field is out of range
 */
export function readModelInput(saved: Undefinable): ModelInput {
  const { size, channels = 1 } = saved;
  const { preprocess: method = channels === 3 ? 'resize' : 'ink' } = saved;
  const isValid =
    Number.isInteger(size) &&
    size! >= MIN_SIZE &&
    size! <= MAX_SIZE &&
    [1, 3].includes(channels) &&
    PREPROCESSING.includes(method) &&
    !(method === 'ink' && channels === 3);
  if (isValid) return { size: size!, channels, preprocess: method };
  const found = JSON.stringify({ size, channels, preprocess: method }).slice(0, 80);
  throw new ModelError(
    `its input is ${found}, expected a size from ${MIN_SIZE} to ${MAX_SIZE}, 1 or 3 channels, and ` +
      'the preprocessing ink (1 channel) or resize',
  );
}

/** `[channels, height, width]`. */
export function inputShape({ size, channels }: Pick<ModelInput, 'size' | 'channels'>): Shape {
  return [channels, size, size];
}

/** Numbers per image. */
export function inputPixels({ size, channels }: Pick<ModelInput, 'size' | 'channels'>): number {
  return channels * size * size;
}

/** `color images of 32 x 32 pixels`, for messages. */
export function describeInput({ size, channels }: ModelInput): string {
  return `${channels === 1 ? 'gray' : 'color'} images of ${size} x ${size} pixels`;
}
