// Measures the share of words that are recognized exactly, in three synthetic handwritings.

import { expect, it } from 'vitest';
import { resolveLine } from '../../../src/app/words/line.js';
import { segment } from '../../../src/app/words/segment.js';
import { loadCharacterModel } from '../../../src/app/library/characterModel.js';
import { classify } from '../../../src/app/evaluation/classify.js';
import { interpret } from '../../../src/app/evaluation/interpret.js';
import { INPUT_PIXELS } from '../../../src/app/model/imageTensor.js';
import { imageOf } from '../../../src/app/web/pad/drawing.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { handwriting, HANDS, type Hand } from '../../support/handwriting.js';

/** Short words that were once misread, the 100 most frequent English words of 2 to 8 letters, numbers. */
const TEXTS = `HI IN PIN AND
  the of to is you that it he was for on are as with his they at be this have from or one had by
  word but not what all were we when your can said there use an each which she do how their if
  will up other about out many then them these so some her would make like him into time has look
  two more write go see number no way could people my than first water been call who oil its now
  find long down day did get come made may part over new sound take
  10 27 365 1984 2026 404 88 99 1001 73 560 2468 31415 17 6090 52 800 143 9876 11`.split(/\s+/);
/** Words per forward pass. */
const BATCH = 64;

/** The recognized text of each line of strokes. */
async function recognize(lines: readonly (readonly number[][])[]): Promise<string[]> {
  const texts: string[] = [];
  await withFreshBackend(wasm(1).make, async () => {
    const { network, classes, training, rejection } = await loadCharacterModel();
    for (let start = 0; start < lines.length; start += BATCH) {
      const grouped = lines.slice(start, start + BATCH).map((strokes) => segment(strokes));
      const images = grouped.flat().map(({ parts }) => imageOf(parts));
      const input = new Uint8Array(images.length * INPUT_PIXELS);
      images.forEach((image, i) => input.set(image, i * INPUT_PIXELS));
      const probabilities = await classify(network, input, training.temperature);
      let next = 0;
      for (const groups of grouped) {
        const predicted = groups.map(({ box, spaceBefore }) => {
          const row = probabilities.subarray(next * classes.length, ++next * classes.length);
          const { top, rejected } = interpret(row, classes, classes.length, rejection);
          return {
            ranked: top.map(({ name, probability }) => ({ label: name, probability })),
            rejected,
            width: box.right - box.left,
            height: box.bottom - box.top,
            spaceBefore,
          };
        });
        texts.push(resolveLine(predicted).text);
      }
    }
    network.dispose();
  });
  return texts;
}

/**
 * Minimum share of exactly recognized texts, ignoring case. This seed was used to choose the rules;
 * two other seeds give 98.8, 98.4 and 91.1 % on average. The mean of the hands is required to be 95 %.
 */
const MIN_SHARE: Readonly<Record<Hand, number>> = { mouse: 0.98, finger: 0.98, pen: 0.91 };

it('recognizes 95 % of words and numbers in three handwritings', async () => {
  const texts = await recognize(
    HANDS.flatMap((hand) => TEXTS.map((text, i) => handwriting(hand, text, i))),
  );
  const shares = HANDS.map((hand, h) => {
    const wrong = TEXTS.flatMap((text, i) => {
      const recognized = texts[h * TEXTS.length + i];
      return recognized.toLowerCase() === text.toLowerCase() ? [] : [`${text}: ${recognized}`];
    });
    const share = 1 - wrong.length / TEXTS.length;
    expect(share, `${hand}: ${wrong.join(', ')}`).toBeGreaterThanOrEqual(MIN_SHARE[hand]);
    return share;
  });
  expect(shares.reduce((sum, share) => sum + share, 0) / HANDS.length).toBeGreaterThanOrEqual(0.95);
});

it('keeps clearly written words that are not English', async () => {
  const texts = ['KYLE', 'XQ7B', 'ZBYNEK', 'MP3', 'B52', 'R2D2', 'FJORD', 'TKACZ'];
  expect(await recognize(texts.map((text) => handwriting('mouse', text, 0)))).toEqual(texts);
});
