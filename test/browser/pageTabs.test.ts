// Tests the tabs with the mouse.

import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { expectExample, expectPrediction } from './support/pad.js';
import { expectPanel, openTab } from './support/tabs.js';
import { eventually } from './support/waiting.js';
import { pageVisits } from './support/visits.js';

describe.skipIf(executable === null).concurrent(`the tabs with the mouse${skipSuffix}`, () => {
  const site = pageVisits();

  // The first click moves other elements, such as the samples, below the pointer.
  it('a double-click on a tab of the first screen opens it, and changes no drawing', async () => {
    const { page, site: server } = await site.visit({
      device: { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' },
      before: async (context) => {
        await context.addInitScript(() => {
          window.pressed = [];
          const record = ({ target }: Event): unknown => window.pressed.push(target as Element);
          document.addEventListener('click', record, { capture: true });
        });
      },
    });
    const pressed = (): Promise<string[]> =>
      page.evaluate(() => window.pressed.map(({ id, className }) => id || className));
    for (const name of ['train', 'network']) {
      await page.goto(server.address);
      const tab = page.locator(`#tab-${name}`);
      await tab.dblclick();
      await expectPanel(page);
      expect(await tab.getAttribute('aria-selected'), name).toBe('true');
      expect(await pressed(), name).toEqual([`tab-${name}`]);
    }
    await expectExample(page);
    await page.locator('#samples button').first().click(); // another position
    await expectPrediction(page, 'R');
  });

  it('Back returns to the tab before, and keeps the drawing', async () => {
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    await page.locator('#samples button').first().click();
    const selected = (): Promise<string | null> =>
      page.locator('#tabs [aria-selected="true"]').getAttribute('id');
    await openTab(page, 'why');
    await openTab(page, 'model');
    await page.goBack();
    await eventually(async () => expect(await selected()).toBe('tab-why'));
    await page.goBack();
    await eventually(async () => expect(await selected()).toBe('tab-network'));
    await page.goForward();
    await eventually(async () => expect(await selected()).toBe('tab-why'));
    await expectPrediction(page, 'R');
  });
});

declare global {
  interface Window {
    /** The elements that received a click. */
    pressed: Element[];
  }
}
