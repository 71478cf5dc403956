// Tests drawing on the published page: characters of three hands with mouse, finger and pen are
// classified as in Node. Undo, eraser and clear work with buttons and keys.

import { beforeAll, describe, expect, it } from 'vitest';
import { mergedName } from '../../src/data/emnist/lookAlikes.js';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { probabilitiesOf } from '../../src/app/training/temperature.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { executable, skipSuffix } from './support/chromium.js';
import { shippedModel } from './support/model.js';
import {
  expectBlank,
  expectPrediction,
  expectPredictionAmong,
  expectNetworkInput,
  topPrediction,
  PadHand,
  networkInput,
} from './support/pad.js';
import { pageVisits, PHONE, type Visit } from './support/visits.js';
import { type Hand, HANDS, readHand, recordedDataset } from './strokes/recorded.js';

/**
 * Predictions whose probabilities differ by less may swap, because a pointer rounds its position.
 */
const TIE = 0.05;

/**
 * Predictions of the shipped model in Node for each character of a hand: the most likely class, and
 * ties.
 */
async function predictInNode(hand: Hand): Promise<string[][]> {
  return withFreshBackend(wasm(1).make, async () => {
    const { model, classes, temperature } = await loadModel(shippedModel);
    const { logits, total } = await evaluate(model, recordedDataset(hand), { logits: true });
    model.dispose();
    const probabilities = probabilitiesOf(logits!, classes.length, temperature);
    return Array.from({ length: total }, (_, i) => {
      const row = probabilities.subarray(i * classes.length, (i + 1) * classes.length);
      return classes.filter((_, c) => row[c] > Math.max(...row) - TIE);
    });
  });
}

const DEVICES = {
  mouse: {},
  finger: PHONE,
  pen: { viewport: { width: 820, height: 1180 }, hasTouch: true },
};

describe.skipIf(executable === null).concurrent(`drawing${skipSuffix}`, () => {
  const site = pageVisits();
  const predictedInNode = new Map<Hand, string[][]>();
  beforeAll(async () => {
    // Sequential, because the current backend is global and concurrent tests must not set it.
    for (const hand of HANDS) predictedInNode.set(hand, await predictInNode(hand));
  });

  it.each(HANDS)('classifies the characters of the hand "%s" as Node does', async (name) => {
    const { page, context } = await site.visit({ device: DEVICES[name] });
    const { characters, ...recording } = readHand(name);
    const inNode = predictedInNode.get(name)!;
    const hand = new PadHand(page, recording);
    // A third of the 47 characters per hand; all of them with the three hands.
    const written = characters
      .map((character, at) => ({ character, at }))
      .filter(({ at }) => at % HANDS.length === HANDS.indexOf(name));
    const ties = written.filter(({ at }) => inNode[at].length > 1);
    expect(ties.length, 'ties').toBeLessThanOrEqual(1); // otherwise the test would prove little
    let right = 0;
    for (const { character, at } of written) {
      await hand.write(character);
      await expectPredictionAmong(page, inNode[at], `the ${name}'s ${character.label}`);
      if (mergedName(await topPrediction(page)) === mergedName(character.label)) right += 1;
      await page.keyboard.press('Delete');
      await expectBlank(page);
    }
    expect(right / written.length, 'correct with look-alikes merged').toBeGreaterThanOrEqual(0.9);
    await context.close();
  });
});

describe.skipIf(executable === null)(`undoing${skipSuffix}`, () => {
  const site = pageVisits();
  const { characters, ...recording } = readHand('mouse');
  const letter = characters.find(({ label }) => label === 'H')!;
  let page: Visit['page'];
  let hand: PadHand;
  beforeAll(async () => {
    ({ page } = await site.visit());
    hand = new PadHand(page, recording);
  });

  it.each([
    { by: 'button', undo: 'Undo', redo: 'Redo', clear: 'Clear' },
    { by: 'key', undo: 'Control+z', redo: 'Control+y', clear: 'Delete' },
    { by: 'the other keys', undo: 'Control+z', redo: 'Control+Shift+z', clear: 'Escape' },
  ])('undoes, redoes and clears with $by', async ({ by, undo, redo, clear }) => {
    const perform = (action: string): Promise<void> =>
      by === 'button'
        ? page.locator('#pad').getByRole('button', { name: action }).click()
        : page.keyboard.press(action);
    const states: number[][] = [];
    for (const stroke of letter.strokes) {
      await hand.write({ strokes: [stroke] });
      states.push(await networkInput(page));
    }
    await expectPrediction(page, 'H');
    await perform(undo);
    await expectNetworkInput(page, states[1]);
    await perform(undo);
    await expectNetworkInput(page, states[0]);
    await perform(undo);
    await expectBlank(page);
    for (const state of states) {
      await perform(redo);
      await expectNetworkInput(page, state);
    }
    await perform(clear);
    await expectBlank(page);
    await perform(undo); // clearing can be undone
    await expectNetworkInput(page, states[2]);
    await expectPrediction(page, 'H');
    await perform(clear);
    await expectBlank(page);
  });

  it.each(['button', 'key'])('erases the strokes that it touches, with the %s', async (by) => {
    await hand.write({ strokes: letter.strokes.slice(0, 2) });
    const posts = await networkInput(page);
    await hand.write({ strokes: letter.strokes.slice(2) });
    await (by === 'button'
      ? page.locator('#pad').getByRole('button', { name: 'Erase' }).click()
      : page.keyboard.press('e'));
    const bar = letter.strokes[2];
    const [x, y] = bar[Math.floor(bar.length / 2)];
    await hand.write({
      strokes: [
        [
          [x, y - 30, 0, 0.5],
          [x, y, 16, 0.5],
          [x, y + 30, 32, 0.5],
        ],
      ],
    });
    await expectNetworkInput(page, posts);
    await page.keyboard.press('Control+z');
    await expectPrediction(page, 'H');
    await page.keyboard.press('Delete');
    await expectBlank(page);
  });
});
