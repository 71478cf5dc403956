// Tests the tools for teaching: presentation mode, the page for an iframe, and the tour.

import { describe, expect, it } from 'vitest';
import { DRAWING } from '../../bench/page/firstPrediction.js';
import { findings } from './support/axe.js';
import { executable, skipSuffix } from './support/chromium.js';
import { expectAnyPrediction, expectPrediction } from './support/pad.js';
import { expectPanel, openTab } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';
import { eventually } from './support/waiting.js';

describe.skipIf(executable === null).concurrent(`tools for teaching${skipSuffix}`, () => {
  const site = pageVisits();

  it('a link starts the presentation mode: a larger pad, nothing else, and a button to leave it', async () => {
    const { page, context } = await site.visit({ to: `?present${DRAWING}` });
    await expectPrediction(page, 'R');
    const widthOfPad = async (): Promise<number> =>
      (await page.locator('#pad canvas').boundingBox())!.width;
    const wide = await widthOfPad();
    for (const part of ['footer', '#samples', '#tabs'])
      expect(await page.isVisible(part), part).toBe(false);
    await page.getByRole('button', { name: 'Show the network' }).click();
    expect(await page.isVisible('#tabs')).toBe(true);
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave presentation' }).click();
    expect(await page.isVisible('footer')).toBe(true);
    expect(await widthOfPad()).toBeLessThan(wide);
    expect(new URL(page.url()).search).toBe('');
    expect(new URL(page.url()).hash).toBe(DRAWING);

    await page.getByRole('button', { name: 'Presentation mode' }).click();
    expect(page.url()).toContain('?present#');
    expect(await widthOfPad()).toBe(wide);

    // Words hides the pad, but not in presentation mode without the tabs.
    await page.getByRole('button', { name: 'Leave presentation' }).click();
    await openTab(page, 'words');
    expect(await page.isVisible('#pad canvas')).toBe(false);
    await page.getByRole('button', { name: 'Presentation mode' }).click();
    expect(await widthOfPad()).toBe(wide);
    await page.getByRole('button', { name: 'Show the network' }).click();
    expect(await page.isVisible('#pad canvas')).toBe(false);
    await context.close();
  });

  it('the code for other pages shows the pad in an iframe, without storage, with a link to the page', async () => {
    const { page, context, site: server } = await site.visit({ to: DRAWING });
    await page.getByRole('button', { name: 'Embed' }).click();
    await page.getByLabel('Start with the current drawing').check();
    const code = await page.locator('#embed-code').inputValue();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await expectPrediction(page, 'R'); // Escape closed the dialog only

    const { context: profile } = await site.visit({
      to: 'embed.html',
      device: PHONE,
      before: async (blocked) => {
        await blocked.addInitScript(() => {
          for (const storage of ['localStorage', 'sessionStorage', 'indexedDB']) {
            Object.defineProperty(window, storage, {
              get: () => {
                throw new DOMException('blocked', 'SecurityError');
              },
            });
          }
        });
      },
    });
    const other = await profile.newPage(); // of no origin
    await other.setContent(code);
    const frame = other.frameLocator('iframe');
    await eventually(async () => expect(await frame.locator('.letter').innerText()).toBe('R'));
    const link = await frame.getByRole('link').getAttribute('href');
    expect(link).toContain(`${server.address}#s=`);
    const inner = other.frames()[1];
    const overflow = await inner.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    expect(overflow).toBe(0);
    await profile.close();
    await context.close();
  });

  it('the tour operates the page step by step, and Escape returns to its button', async () => {
    const { page, context } = await site.visit({
      to: '#tab=words', // hides the pad
      device: { reducedMotion: 'reduce' },
    });
    const start = page.getByRole('button', { name: /^Tour/ });
    await start.click();
    const card = page.getByRole('dialog');
    await expectPrediction(page, 'R'); // drawn by the first step
    const titles: string[] = [];
    for (;;) {
      titles.push(await card.getByRole('heading').innerText());
      expect(await page.locator('.tour-target').count()).toBe(1);
      if (titles.length === 1) expect(await page.isVisible('#pad canvas')).toBe(true);
      if (titles.length === 3) {
        await expectPanel(page);
        expect(await page.getAttribute('#tab-network', 'aria-selected')).toBe('true');
        expect(await findings(page)).toEqual([]);
      }
      const next = card.getByRole('button', { name: /^(Next|Done)$/ });
      if ((await next.innerText()) === 'Done') break;
      await next.click();
    }
    expect(titles).toHaveLength(8);
    await card.getByRole('button', { name: 'Back' }).click();
    expect(await card.getByRole('heading').innerText()).toBe(titles[6]);
    await page.keyboard.press('Escape');
    expect(await card.count()).toBe(0);
    expect(await page.locator('.tour-target').count()).toBe(0);
    expect(await start.evaluate((button) => button === document.activeElement)).toBe(true);
    await expectAnyPrediction(page); // Escape did not empty the pad
    await context.close();
  });
});
