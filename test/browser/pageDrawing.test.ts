// Drawing on the page, as published: what three hands write with mouse, finger and pen is read as Node reads it, and can be taken
// back, erased and cleared, by button and by key.

import { beforeAll, describe, expect, it } from 'vitest';
import { mergedName } from '../../src/data/emnist/lookAlikes.js';
import { evaluate } from '../../src/app/evaluation/evaluate.js';
import { loadModel } from '../../src/app/model/modelFile.js';
import { probabilitiesOf } from '../../src/app/training/temperature.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { executable, whyNot } from './support/chromium.js';
import { shippedModel } from './support/model.js';
import {
  expectBlank,
  expectLikeliest,
  expectLikeliestOf,
  expectSeen,
  likeliest,
  PadHand,
  seen,
} from './support/pad.js';
import { pageVisits, PHONE, type Visit } from './support/visits.js';
import { type Hand, HANDS, readHand, recordedDataset } from './strokes/recorded.js';

/** Readings whose probabilities differ by less may change places, since a pointer rounds where it is. */
const TIE = 0.05;

/** What the model that the page ships reads in Node, for each character of a hand: the likeliest, and what ties with it. */
async function readInNode(hand: Hand): Promise<string[][]> {
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

describe.skipIf(executable === null).concurrent(`drawing${whyNot}`, () => {
  const site = pageVisits();
  const predictedInNode = new Map<Hand, string[][]>();
  beforeAll(async () => {
    // One after another: the current backend is global, so concurrent tests must not set it.
    for (const hand of HANDS) predictedInNode.set(hand, await readInNode(hand));
  });

  it.each(HANDS)('reads what the hand "%s" writes, as Node does', async (name) => {
    const { page, context } = await site.visit({ device: DEVICES[name] });
    const { characters, ...recording } = readHand(name);
    const inNode = predictedInNode.get(name)!;
    const hand = new PadHand(page, recording);
    // Every second character, and of the next hand the others: 24, 23 and 24 of 47.
    const written = characters
      .map((character, at) => ({ character, at }))
      .filter(({ at }) => at % 2 === HANDS.indexOf(name) % 2);
    const ties = written.filter(({ at }) => inNode[at].length > 1);
    expect(ties.length, 'ties').toBeLessThanOrEqual(1); // or this would show little
    let right = 0;
    for (const { character, at } of written) {
      await hand.write(character);
      await expectLikeliestOf(page, inNode[at], `the ${name}'s ${character.label}`);
      if (mergedName(await likeliest(page)) === mergedName(character.label)) right += 1;
      await page.keyboard.press('Delete');
      await expectBlank(page);
    }
    expect(right / written.length, 'right with look-alikes merged').toBeGreaterThanOrEqual(0.9);
    await context.close();
  });
});

describe.skipIf(executable === null)(`taking back${whyNot}`, () => {
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
  ])('undoes, does again and clears, by $by', async ({ by, undo, redo, clear }) => {
    const does = (what: string): Promise<void> =>
      by === 'button'
        ? page.locator('#pad').getByRole('button', { name: what }).click()
        : page.keyboard.press(what);
    const states: number[][] = [];
    for (const stroke of letter.strokes) {
      await hand.write({ strokes: [stroke] });
      states.push(await seen(page));
    }
    await expectLikeliest(page, 'H');
    await does(undo);
    await expectSeen(page, states[1]);
    await does(undo);
    await expectSeen(page, states[0]);
    await does(undo);
    await expectBlank(page);
    for (const state of states) {
      await does(redo);
      await expectSeen(page, state);
    }
    await does(clear);
    await expectBlank(page);
    await does(undo); // clearing is a step like any other
    await expectSeen(page, states[2]);
    await expectLikeliest(page, 'H');
    await does(clear);
    await expectBlank(page);
  });

  it.each(['button', 'key'])('erases the strokes that it touches, by %s', async (by) => {
    await hand.write({ strokes: letter.strokes.slice(0, 2) });
    const posts = await seen(page);
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
    await expectSeen(page, posts);
    await page.keyboard.press('Control+z');
    await expectLikeliest(page, 'H');
    await page.keyboard.press('Delete');
    await expectBlank(page);
  });
});
