// Tests the recorded strokes: the files match the generated hands, contain every class, and
// resemble EMNIST when rendered by the page's code. test/browser replays them in a browser.

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../../src/app/model/modelFile.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { imageStatistics } from '../../../src/data/loading/statistics.js';
import { writeHands } from '../../browser/strokes/authored/index.js';
import {
  HANDS,
  readHand,
  recordedDataset,
  recordingFile,
  recordingText,
} from '../../browser/strokes/recorded.js';
import { shippedModel } from '../../browser/support/model.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { seedModel, seedModelMissing } from '../../support/originalModel.js';
import { skipNote } from '../../support/skipping.js';

it.each(writeHands())('the file of the hand "$hand" matches the generator', async (hand) => {
  await expect(recordingText(hand)).toMatchFileSnapshot(fileURLToPath(recordingFile(hand.hand)));
});

describe.each(HANDS)('the strokes of the hand "%s"', (name) => {
  it('have one character per class', () => {
    const { characters } = readHand(name);
    expect(new Set(characters.map(({ label }) => label))).toEqual(new Set(BALANCED_CLASSES));
    expect(characters).toHaveLength(BALANCED_CLASSES.length);
  });

  it('are on the pad, and time increases', () => {
    const { pad, characters } = readHand(name);
    for (const { strokes } of characters) {
      let before = -1;
      for (const [x, y, t, pressure] of strokes.flat()) {
        expect(Math.min(x, y, pad[0] - x, pad[1] - y)).toBeGreaterThan(0);
        expect(t).toBeGreaterThan(before);
        expect(pressure).toBeGreaterThan(0);
        expect(pressure).toBeLessThanOrEqual(1);
        before = t;
      }
    }
  });

  // EMNIST, on 9,400 images: mean 0.1749, sd 0.3330, longer side 24 to 26, center (13.57, 13.52),
  // stroke width 2.83.
  it('render to images with the statistics of EMNIST', () => {
    const statistics = imageStatistics(recordedDataset(name));
    expect(Math.abs(statistics.mean - 0.1749)).toBeLessThan(0.012);
    expect(Math.abs(statistics.sd - 0.333)).toBeLessThan(0.01);
    expect(statistics.ink!.longerSide.lower).toBeGreaterThanOrEqual(24);
    expect(statistics.ink!.longerSide.upper).toBeLessThanOrEqual(26);
    expect(Math.abs(statistics.ink!.centerX - 13.57)).toBeLessThan(0.15);
    expect(Math.abs(statistics.ink!.centerY - 13.52)).toBeLessThan(0.15);
    expect(Math.abs(statistics.ink!.strokeWidth.median - 2.83)).toBeLessThan(0.15);
  });
});

const expectNineInTen = async (path: string): Promise<void> => {
  await withFreshBackend(wasm(1).make, async () => {
    const { model } = await loadModel(path);
    for (const name of HANDS) {
      const { mergedAccuracy } = await evaluate(model, recordedDataset(name));
      expect(mergedAccuracy, name).toBeGreaterThanOrEqual(0.9);
    }
    model.dispose();
  });
};

it("the page's model classifies nine in ten characters of each hand correctly", () =>
  expectNineInTen(shippedModel));
it.skipIf(seedModelMissing !== null)(
  `the original's weights do, too${skipNote(seedModelMissing)}`,
  () => expectNineInTen(seedModel!),
);
