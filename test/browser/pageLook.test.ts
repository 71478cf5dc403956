// How the page holds up on every window: what axe finds with a character read, under every tab, and that nothing is wider than the
// screen. From a phone of 320 pixels to a projector, in light and dark; and what moves where people want less motion.

import { describe, expect, it } from 'vitest';
import { findings } from './support/axe.js';
import { executable, whyNot } from './support/chromium.js';
import { expectAnyReading } from './support/pad.js';
import { expectPanel, openTabs } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';

const SMALL_PHONE = { ...PHONE, viewport: { width: 320, height: 568 } };
const LAPTOP = { viewport: { width: 1280, height: 800 } };
const PROJECTOR = { viewport: { width: 1920, height: 1080 } };

describe.skipIf(executable === null)(`the page's look${whyNot}`, () => {
  const site = pageVisits();

  it.each([
    { name: 'a phone, light', device: { ...PHONE, colorScheme: 'light' as const } },
    { name: 'a phone, dark', device: { ...PHONE, colorScheme: 'dark' as const } },
    { name: 'a laptop, light', device: { ...LAPTOP, colorScheme: 'light' as const } },
    { name: 'a laptop, dark', device: { ...LAPTOP, colorScheme: 'dark' as const } },
  ])('axe finds nothing, before and after a drawing, under every tab: $name', async ({ device }) => {
    const { page, context } = await site.visit({ device });
    await page.locator('#panels').scrollIntoViewIfNeeded(); // the first part loads when it is in sight
    await expectPanel(page);
    expect(await findings(page), 'empty').toEqual([]);
    await page.locator('#samples button').first().click();
    await expectAnyReading(page);
    for await (const tab of openTabs(page)) expect(await findings(page), tab).toEqual([]);
    await context.close();
  });

  it.each([
    { name: 'a small phone', device: SMALL_PHONE },
    { name: 'a phone', device: PHONE },
    { name: 'a laptop', device: LAPTOP },
    { name: 'a projector', device: PROJECTOR },
  ])('nothing is wider than the window, under every tab: $name', async ({ device }) => {
    const { page, context } = await site.visit({ device });
    await page.locator('#samples button').first().click();
    await expectAnyReading(page);
    for await (const tab of openTabs(page)) {
      const { wide, room } = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { wide: scrollWidth, room: clientWidth };
      });
      expect(wide, tab).toBeLessThanOrEqual(room);
    }
    await context.close();
  });
});
