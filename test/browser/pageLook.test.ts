// How the page holds up on every window: what axe finds, and that nothing is wider than the screen. From a phone of 320 pixels to
// a projector, in light and dark.

import { describe, expect, it } from 'vitest';
import { findings } from './support/axe.js';
import { executable, whyNot } from './support/chromium.js';
import { pageVisits } from './support/visits.js';

const WINDOWS = {
  'a small phone': { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true },
  'a phone': { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  'a laptop': { viewport: { width: 1280, height: 800 } },
  'a projector': { viewport: { width: 1920, height: 1080 } },
} as const;
const LOOKS = Object.entries(WINDOWS).flatMap(([name, device]) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ name, device: { ...device, colorScheme } })),
);

describe.skipIf(executable === null)(`the page's look${whyNot}`, () => {
  const site = pageVisits();

  it.each(LOOKS)('axe finds nothing: $name, $device.colorScheme', async ({ device }) => {
    const { page, context } = await site.visit({ device });
    expect(await findings(page)).toEqual([]);
    await context.close();
  });

  it.each(Object.entries(WINDOWS))('nothing is wider than the window: %s', async (_, device) => {
    const { page, context } = await site.visit({ device });
    const { wide, room } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { wide: scrollWidth, room: clientWidth };
    });
    expect(wide).toBeLessThanOrEqual(room);
    await context.close();
  });
});
