// Tests a line on the wide pad: strokes are grouped into characters and classified; joining,
// splitting and replacing characters.

import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findings } from './support/axe.js';
import { executable, skipSuffix } from './support/chromium.js';
import { PadHand } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';
import { readHand, type RecordedPoint } from './strokes/recorded.js';
import { eventually } from './support/waiting.js';

/**
 * Characters of the mouse hand in a row on a pad of 1600 x 400, each slightly smaller than the
 * height of the pad.
 */
function line(word: string): RecordedPoint[][] {
  const { characters } = readHand('mouse');
  return Array.from(word).flatMap((letter, at) => {
    const { strokes } = characters.find(({ label }) => label === letter)!;
    return strokes.map((stroke) =>
      stroke.map(([x, y, t, pressure]): RecordedPoint => [
        0.8 * x + 340 * at + 40,
        0.8 * y + 40,
        t,
        pressure,
      ]),
    );
  });
}

describe.skipIf(executable === null)(`words${skipSuffix}`, () => {
  const site = pageVisits();

  it('classifies a word, joins and splits its characters, and undoes strokes', async () => {
    const { page } = await site.visit({ to: '#tab=words' });
    const panel = await openTab(page, 'words');
    const text = (): Promise<string> => panel.locator('output.line').innerText();
    const strokes = line('HAND');
    const hand = new PadHand(page, { pad: [1600, 400], pointer: 'mouse' });
    await hand.write({ strokes }, '#panel-words canvas');
    await eventually(async () => expect(await text()).toBe('HAND'));
    expect(await panel.locator('.boxes .box').count()).toBe(4);

    await panel.getByRole('button', { name: /^Join H with A/ }).click();
    await eventually(async () => expect(await panel.locator('.boxes .box').count()).toBe(3));
    await panel.getByRole('button', { name: /^Split .*character 1$/ }).click();
    await eventually(async () => expect(await text()).toBe('HAND'));

    await panel.getByRole('button', { name: 'Undo' }).click();
    await eventually(async () => expect(await text()).not.toBe('HAND'));
    await panel.getByRole('button', { name: 'Redo' }).click();
    await eventually(async () => expect(await text()).toBe('HAND'));
    await panel.getByRole('button', { name: 'Clear' }).click();
    await eventually(async () => expect(await text()).toBe(''));
  });

  it('opens a menu of alternatives at a character, to replace it', async () => {
    const device = { ...PHONE, viewport: { width: 320, height: 568 } };
    const { page, context } = await site.visit({ to: '#tab=words', device });
    const panel = await openTab(page, 'words');
    const text = (): Promise<string> => panel.locator('output.line').innerText();
    await new PadHand(page, { pad: [1600, 400], pointer: 'mouse' }).write(
      { strokes: line('HOND') },
      '#panel-words canvas',
    );
    await eventually(async () => expect(await text()).toBe('HOND'));
    const character = (name: string): Locator =>
      panel.getByRole('button', { name: new RegExp(`^${name}\\b.*, character`) });
    const menu = panel.getByRole('menu');
    const items = menu.getByRole('menuitemradio');
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent.trim() ?? '');

    // With the keyboard: the current character has the focus, and Escape returns it to the button.
    expect(await menu.count()).toBe(0);
    await character('H').press('Enter');
    expect(await items.count()).toBeGreaterThanOrEqual(5);
    expect(await focused()).toMatch(/^H \S/);
    expect(await items.first().getAttribute('aria-checked')).toBe('true');
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await menu.count()).toBe(0);
    expect(await character('H').evaluate((node) => node === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const [label] = await focused();
    expect(label).not.toBe('H');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await text()).toBe(`${label}OND`));
    await eventually(async () => expect(await focused()).toBe(label)); // the button, drawn again
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    expect(await focused()).toBe('Undo choice');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await text()).toBe('HOND'));

    // By touch: look-alikes and the other case; the menu is as wide as its character's card.
    await character('O').tap();
    const widths = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return [scrollWidth, clientWidth];
    });
    expect(widths[0]).toBeLessThanOrEqual(widths[1]);
    const small = menu.getByRole('menuitemradio', { name: /^o small/ });
    expect(await small.count()).toBe(1);
    await menu.getByRole('menuitemradio', { name: /^0 / }).tap();
    await eventually(async () => expect(await text()).toBe('H0ND'));
    await character('0').tap();
    await panel.locator('.soft').first().tap(); // elsewhere
    expect(await menu.count()).toBe(0);

    // The choice is fixed until the strokes change.
    await panel.getByRole('button', { name: 'Undo' }).tap();
    await eventually(async () => expect(await text()).toMatch(/^H0N ?I$/));
    await panel.getByRole('button', { name: 'Redo' }).tap();
    await eventually(async () => expect(await text()).toBe('H0ND'));
    await context.close();
  });
});
