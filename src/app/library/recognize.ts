// `recognize`: classifies one character, as the command `inkgrad predict` and the web page do.

import { ArgumentError } from '../../engine/errors.js';
import { checkOptions, describeValue } from '../../engine/options.js';
import { INVERT, type Invert } from '../../data/image/preprocess.js';
import { classify } from '../evaluation/classify.js';
import { interpret, type Candidate, type Prediction } from '../evaluation/interpret.js';
import { inputImage, type CharacterInput } from './characterInput.js';
import { CharacterModel } from './characterModel.js';

/** Options of `recognize`. */
export interface RecognizeOptions {
  /**
   * Ink of an image: `yes` for dark ink on light paper, `no` for light ink on a dark background.
   * Default `auto`: detected. Strokes and 28 x 28 bytes need none.
   */
  readonly invert?: Invert;
}

/** The result of `recognize`. */
export interface Recognition extends Pick<
  Prediction,
  'characters' | 'probability' | 'sure' | 'rejected'
> {
  /** Every class with its probability, most probable first. */
  readonly ranked: readonly Candidate[];
  /** The input of the network, `[28, 28]`, 0 = paper, 255 = ink. */
  readonly image: Uint8Array;
}

/**
 * Classifies one character.
 *
 * Look-alikes (1/I/L, 9/g/q, F/f, 0/O) cannot be told apart without context. `characters` lists the
 * most probable character and its look-alikes that are at least a tenth as probable, or one
 * confusable character (5/S, 2/Z, 8/B, 6/b/G, I/J, U/V); `probability` is their sum. `sure` is false if it is below 0.7: about 40 % of these predictions are wrong.
 * `rejected` is true if the image is probably not a character, for a model trained with outliers.
 *
 * The network runs on the backend of the model. No buffer remains in use.
 *
 * @returns null if the input contains no ink
 * @throws ArgumentError if the input is neither an image, 28 x 28 bytes nor strokes, or its sizes
 *   do not match
 * @example
 * const model = await loadCharacterModel();
 * const bar = [{ x: 0, y: 0 }, { x: 60, y: 0 }];
 * const stem = [{ x: 30, y: 0 }, { x: 30, y: 80 }];
 * const result = await recognize(model, [bar, stem]);
 * print(result?.characters, result?.sure); // [T] true
 * model.dispose();
 */
export async function recognize(
  model: CharacterModel,
  input: CharacterInput,
  options: RecognizeOptions = {},
): Promise<Recognition | null> {
  if (!(model instanceof CharacterModel)) {
    throw new ArgumentError(
      'recognize: model must be a character model, such as await loadCharacterModel(), got ' +
        describeValue(model),
    );
  }
  checkOptions('recognize', options, { invert: true });
  const { invert = 'auto' } = options;
  if (!INVERT.includes(invert)) {
    throw new ArgumentError(
      `recognize: invert must be one of ${INVERT.join(', ')}, got ${describeValue(invert)}`,
    );
  }
  const image = inputImage(input, invert);
  if (image === null) return null;
  const { network, classes, training, rejection } = model;
  const probabilities = await classify(network, image, training.temperature);
  const { top, ...prediction } = interpret(probabilities, classes, classes.length, rejection);
  return { ranked: top, ...prediction, image };
}
