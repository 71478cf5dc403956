// `inkgrad predict --words`: recognizes the line of handwriting in an image.

import { classify } from '../evaluation/classify.js';
import { interpret } from '../evaluation/interpret.js';
import { INPUT_PIXELS } from '../model/imageTensor.js';
import type { LoadedModel } from '../model/modelContents.js';
import type { LineImage } from '../words/lineImage.js';
import { resolveLine, type Line } from '../words/line.js';

/** Recognizes the line whose characters an image contains. */
export async function predictLine(
  { characters }: LineImage,
  { model, classes, temperature, rejection }: LoadedModel,
): Promise<Line> {
  const input = new Uint8Array(characters.length * INPUT_PIXELS);
  characters.forEach(({ image }, i) => input.set(image, i * INPUT_PIXELS));
  const probabilities = await classify(model, input, temperature);
  const { length } = classes;
  return resolveLine(
    characters.map(({ width, height, spaceBefore }, i) => {
      const row = probabilities.subarray(i * length, (i + 1) * length);
      const { top, rejected } = interpret(row, classes, length, rejection);
      const ranked = top.map(({ name, probability }) => ({ label: name, probability }));
      return { ranked, rejected, width, height, spaceBefore };
    }),
  );
}
