// Tests that a typed word is written on the wide pad, with the keyboard alone.

import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

describe.skipIf(executable === null)(`typed words${skipSuffix}`, () => {
  const site = pageVisits();

  it('writes a typed word, with the keyboard alone', async () => {
    const { page, context } = await site.visit({
      to: '#tab=words',
      device: { reducedMotion: 'reduce' },
    });
    const panel = await openTab(page, 'words');
    const field = panel.getByLabel('Or type a word');
    const line = panel.locator('output.line');
    await field.focus();
    await page.keyboard.type('word?');
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await field.evaluate((input: HTMLInputElement) => input.validationMessage)).toMatch(
        /A to Z/,
      ),
    );
    expect(await line.innerText(), 'the example').toBe('Hello');
    await panel.getByRole('button', { name: 'Clear' }).click();
    await eventually(async () => expect(await line.innerText()).toBe(''));
    await field.focus();
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await eventually(async () => expect((await line.innerText()).toLowerCase()).toBe('word'));
    await context.close();
  });
});
