// Tests the page's budgets: bytes before the first prediction (kB = 1,000 bytes; scripts with gzip,
// the model as the build compressed it), layout shifts, and that each file is fetched once.
// bench/page.ts measures times.

import { setTimeout } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { DRAWING, measureBytes, recordFirstPrediction } from '../../bench/page/firstPrediction.js';
import { executable, skipSuffix } from './support/chromium.js';
import { layoutShift, recordLayoutShifts } from './support/layoutShift.js';
import { nextFrame } from './support/pad.js';
import { openTabs } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';

const LAPTOP = { viewport: { width: 1280, height: 800 } };
const MAX_SHIFT = 0.05;

/** Records shifts and the first prediction, and delays the scripts until the page has been painted without them. */
async function prepare(profile: BrowserContext): Promise<void> {
  await recordFirstPrediction(profile);
  await recordLayoutShifts(profile);
  await profile.route(/\/assets\/index-[\w-]+\.js$/, async (route) => {
    await setTimeout(200);
    await route.continue();
  });
}

describe.skipIf(executable === null).concurrent(`budgets of the page${skipSuffix}`, () => {
  const site = pageVisits();

  it('a link to a drawing needs at most 100 kB of script and 720 kB in all, each file once, without gpu.js', async () => {
    const warnings: string[] = [];
    const { page, context } = await site.visit({
      to: DRAWING,
      serviceWorker: true, // it must not download before the first prediction
      before: async (profile) => {
        await recordFirstPrediction(profile);
        profile.on('console', (message) => {
          if (message.type() === 'warning') warnings.push(message.text());
        });
      },
    });
    const first = (await page.evaluate(() => globalThis.firstPrediction))!;
    const { scripts, simd, weights, names } = await measureBytes(page, first);
    expect(first.text).toBe('R');
    expect(scripts, names.join(', ')).toBeLessThanOrEqual(100_000);
    expect(scripts).toBeGreaterThan(40_000); // files were measured
    expect(simd).toBeLessThanOrEqual(60_000);
    expect(simd).toBeGreaterThan(40_000);
    expect(weights).toBeGreaterThan(400_000);
    expect(scripts + simd + weights).toBeLessThanOrEqual(720_000);
    expect(names.filter((name) => name.includes('gpu'))).toEqual([]);
    expect(names.filter((name) => /^(base|relaxed)(-threads)?-/.test(name))).toHaveLength(1);

    const repeated = first.files.filter((file, index) => first.files.indexOf(file) !== index);
    expect(repeated, 'fetched twice').toEqual([]);
    const weightsInitiator = await page.evaluate(
      () =>
        (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).find(({ name }) =>
          name.endsWith('.safetensors'),
        )?.initiatorType,
    );
    expect(weightsInitiator).toBe('link'); // by the preload, before the scripts
    // Chromium reports an unused preload three seconds after the load event.
    await page.waitForTimeout(3500);
    expect(warnings).toEqual([]);
    await context.close();
  });

  it.each([
    { name: 'a laptop', device: LAPTOP },
    { name: 'a phone', device: PHONE },
  ])(
    'an empty page, each tab, and a link to a drawing keep their layout: $name',
    async ({ device }) => {
      const {
        page,
        context,
        site: server,
      } = await site.visit({
        device,
        before: prepare,
      });
      await page.waitForLoadState('networkidle');
      const shifts: string[] = [];
      const check = async (state: string): Promise<void> => {
        await nextFrame(page);
        const { score, moved } = await layoutShift(page);
        if (score >= MAX_SHIFT) shifts.push(`${state}: ${score.toFixed(3)} (${moved})`);
      };
      await check('an empty page');
      for await (const tab of openTabs(page)) await check(tab);
      await page.goto('about:blank');
      await page.goto(server.address + DRAWING);
      await page.evaluate(() => globalThis.firstPrediction);
      await page.waitForLoadState('networkidle');
      await check('a link to a drawing');
      expect(shifts).toEqual([]);
      await context.close();
    },
  );
});
