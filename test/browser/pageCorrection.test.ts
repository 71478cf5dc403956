// Tests corrections on the page: a misclassified character is learned, is remembered after a
// reload, and is deleted on request. With the mouse, and once with the keyboard alone.

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { expectPrediction, topPrediction, PadHand } from './support/pad.js';
import { expectPanel, openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { readHand, type RecordedCharacter } from './strokes/recorded.js';
import { eventually, TRAINING_LIMIT } from './support/waiting.js';

const { characters, ...mouse } = readHand('mouse');
const written = (label: string): RecordedCharacter =>
  characters.find((character) => character.label === label)!;

/** The correction: this hand's Z is a B. No network predicts that without learning it. */
const [DRAWN, CORRECT_LABEL] = ['Z', 'B'];

async function draw(page: Page, label: string): Promise<void> {
  await page.keyboard.press('Escape');
  await new PadHand(page, mouse).write(written(label));
}

/** Waits until the Teach tab lists this number of corrections. */
async function expectCorrections(page: Page, count: number): Promise<void> {
  await eventually(async () => expect(await page.locator('.corrections li').count()).toBe(count));
}

describe.skipIf(executable === null).concurrent(`teaching${skipSuffix}`, () => {
  const site = pageVisits();

  it('learns a correction without forgetting, restores it after a reload, and deletes it', async () => {
    const { page } = await site.visit({ to: '#tab=teach' });
    await draw(page, DRAWN);
    await expectPrediction(page, DRAWN);
    const panel = await openTab(page, 'teach');
    await panel.getByRole('radio', { name: CORRECT_LABEL, exact: true }).check({ force: true });
    await panel.getByRole('button', { name: `Teach it: this is ${CORRECT_LABEL}` }).click();
    await eventually(
      async () => expect(await topPrediction(page)).toBe(CORRECT_LABEL),
      TRAINING_LIMIT,
    );
    expect(await panel.locator('.corrections').innerText()).toMatch(/correct, [789]\d/);
    await eventually(
      async () => expect(await panel.innerText()).toMatch(/othing else got worse/),
      TRAINING_LIMIT,
    );
    for (const other of ['H', 'e', '2']) {
      await draw(page, other);
      await expectPrediction(page, other);
    }

    await page.reload();
    await draw(page, DRAWN);
    await eventually(
      async () => expect(await topPrediction(page)).toBe(CORRECT_LABEL),
      TRAINING_LIMIT,
    );

    await openTab(page, 'teach');
    await panel.getByRole('button', { name: 'Forget everything' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Forget everything' }).click();
    await eventually(async () => expect(await topPrediction(page)).toBe(DRAWN), TRAINING_LIMIT);
    await page.reload();
    await draw(page, DRAWN);
    await expectPrediction(page, DRAWN);
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  });

  it('keeps the corrections of two tabs', async () => {
    const { page: first, context } = await site.visit({ to: '#tab=teach' });
    const second = await context.newPage();
    await second.goto(first.url());
    const correct = async (page: Page, drawn: string): Promise<void> => {
      await draw(page, drawn);
      await expectPrediction(page, drawn);
      const panel = await openTab(page, 'teach');
      await panel.getByRole('radio', { name: CORRECT_LABEL, exact: true }).check({ force: true });
      await panel.getByRole('button', { name: `Teach it: this is ${CORRECT_LABEL}` }).click();
    };
    await correct(first, DRAWN);
    await expectPanel(second);
    await expectCorrections(second, 1);
    await correct(second, '2');
    await expectCorrections(first, 2);
    await first.reload();
    await expectPanel(first);
    await expectCorrections(first, 2);
    await context.close(); // ends the lessons
  });

  it('corrects with the keyboard alone', async () => {
    const { page } = await site.visit({ to: '#tab=teach' });
    await page.getByRole('button', { name: 'Draw the letter R' }).focus();
    await page.keyboard.press('Enter');
    await expectPrediction(page, 'R');
    const panel = await openTab(page, 'teach');
    await panel.getByRole('radio').first().focus();
    await page.keyboard.press('b');
    await page.keyboard.press('Enter'); // Enter submits the form
    await eventually(async () => expect(await topPrediction(page)).toBe('b'), TRAINING_LIMIT);
  });
});
