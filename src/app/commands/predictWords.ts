// `inkgrad predict --words`: recognizes the line of handwriting in an image.

import type { DecodedImage, Invert } from '../../data/image/preprocess.js';
import { classify } from '../evaluation/classify.js';
import { interpret } from '../evaluation/interpret.js';
import { percent } from '../evaluation/percent.js';
import { INPUT_PIXELS } from '../model/imageTensor.js';
import type { LoadedModel } from '../model/modelContents.js';
import { printable } from '../terminal/printable.js';
import type { Reporter } from '../terminal/reporter.js';
import { segmentImage, type LineImage } from '../words/lineImage.js';
import { resolveLine, type Line } from '../words/line.js';

/** A recognized line. */
export interface PredictedLine {
  readonly line: Line;
  readonly kind: LineImage['kind'];
  /** The network's input for each character, `[28, 28]`. */
  readonly images: readonly Uint8Array[];
}

/** Recognizes the line in an image; null if the image is empty. */
export async function predictLine(
  image: DecodedImage,
  invert: Invert,
  { model, classes, temperature, rejection }: LoadedModel,
): Promise<PredictedLine | null> {
  const lineImage = segmentImage(image, invert);
  if (lineImage === null) return null;
  const { groups, kind } = lineImage;
  const images = groups.map((group) => lineImage.glyph(group));
  const input = new Uint8Array(images.length * INPUT_PIXELS);
  images.forEach((glyph, i) => input.set(glyph, i * INPUT_PIXELS));
  const probabilities = await classify(model, input, temperature);
  const { length } = classes;
  const line = resolveLine(
    groups.map(({ box, spaceBefore }, i) => {
      const row = probabilities.subarray(i * length, (i + 1) * length);
      const { top, rejected } = interpret(row, classes, length, rejection);
      return {
        ranked: top.map(({ name, probability }) => ({ label: name, probability })),
        rejected,
        width: box.right - box.left,
        height: box.bottom - box.top,
        spaceBefore,
      };
    }),
  );
  return { line, kind, images };
}

/**
 * Prints a line: its text, and every character with its alternatives. A rejected character is the
 * replacement mark in the text, and lists what it is most similar to.
 */
export function printLine(
  reporter: Reporter,
  file: string,
  { line, kind }: PredictedLine,
  top: number,
): void {
  const characters = line.characters.map(({ text, probability, rejected, alternatives }) => ({
    text,
    probability,
    rejected,
    top: alternatives
      .slice(0, top)
      .map((alternative) => ({ name: alternative.text, probability: alternative.probability })),
  }));
  reporter.emit({ file, empty: false, kind, text: line.text, characters });
  reporter.print(`${printable(file)}\n  ${reporter.paint('green', line.text)}`);
  for (const { text, probability, rejected, top: listed } of characters) {
    const others = listed
      .filter(({ name }) => name !== text)
      .map(({ name, probability: share }) => `${name} ${percent(share, 1)}`);
    if (rejected) {
      const verdict = reporter.paint('yellow', 'not a letter or digit');
      reporter.print(`    ${text} ${verdict}  (most similar: ${others.join(', ')})`);
      continue;
    }
    reporter.print(
      `    ${text} ${percent(probability, 1).padStart(7)}  ${others.join(', ')}`.trimEnd(),
    );
  }
}
