// Tests the budget of bytes that a browser fetches before the first prediction. bench/page.ts
// measures times.

import { describe, expect, it } from 'vitest';
import { DRAWING, recordFirstPrediction, measureBytes } from '../../bench/page/firstPrediction.js';
import { executable, skipSuffix } from './support/chromium.js';
import { pageVisits } from './support/visits.js';

describe.skipIf(executable === null)(`before the first prediction${skipSuffix}`, () => {
  const site = pageVisits();

  it('the page loads at most 100 kB of compressed script, a SIMD module of 75 kB, no gpu.js, and 0.9 MB of weights', async () => {
    const { page, context } = await site.visit({ to: DRAWING, before: recordFirstPrediction });
    const first = (await page.evaluate(() => globalThis.firstPrediction))!;
    const { scripts, simd, weights, names } = await measureBytes(page, first);
    expect(first.text).toBe('R');
    expect(scripts, names.join(', ')).toBeLessThanOrEqual(100_000);
    expect(scripts).toBeGreaterThan(40_000); // files were measured
    expect(simd).toBeLessThanOrEqual(75_000);
    expect(simd).toBeGreaterThan(40_000);
    expect(weights).toBeLessThanOrEqual(900_000);
    expect(weights).toBeGreaterThan(400_000);
    expect(names.filter((name) => name.includes('gpu'))).toEqual([]);
    expect(names.filter((name) => /^(base|relaxed)/.test(name))).toHaveLength(1);
    await context.close();
  });
});
