// Tests the wasm backend in a real browser: without threads, and with threads on a cross-origin
// isolated page.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../../scripts/contentSecurityPolicy.js';
import { trainOnWasm } from './page/trainOnWasm.js';
import { executable, type WatchedPage, skipSuffix } from './support/chromium.js';
import { browserFixture } from './support/suite.js';
import { eventually } from './support/waiting.js';

describe.skipIf(executable === null)(`the wasm backend in Chromium${skipSuffix}`, () => {
  const site = browserFixture('none');
  let plain: WatchedPage;
  let isolated: WatchedPage;
  beforeAll(async () => {
    plain = await site.open('checks.html');
    isolated = await site.open('checks.html', { isolated: true });
  });
  afterAll(() => {
    expect(plain.pageErrors).toEqual([]);
    expect(isolated.pageErrors).toEqual([]);
  });

  it('uses the relaxed build, and one thread on a page that is not isolated, even if two are requested', async () => {
    const trained = await plain.page.evaluate(() => checks.trainOnWasm({ threads: 2 }));
    expect(trained).toMatchObject({
      crossOriginIsolated: false,
      build: 'relaxed',
      threads: 1,
      helped: false,
    });
  });

  it.each([1, 2])(
    'agrees with the reference on every op sample and every kernel, threads: %i',
    async (threads) => {
      const results = await isolated.page.evaluate((count) => checks.wasmSuite(count), threads);
      expect(results.filter(({ ok }) => !ok)).toEqual([]);
      expect(results.length).toBeGreaterThan(150);
    },
  );

  it('computes the same bytes on one thread and on two, which share the work', async () => {
    const alone = await isolated.page.evaluate(() => checks.trainOnWasm({ threads: 1 }));
    const shared = await isolated.page.evaluate(() => checks.trainOnWasm({ threads: 2 }));
    expect(alone).toMatchObject({
      crossOriginIsolated: true,
      build: 'relaxed',
      threads: 1,
      helped: false,
    });
    expect(shared).toEqual({ ...alone, threads: 2, helped: true });
    expect(alone.losses).toHaveLength(10);
  });

  it('starts one thread per processor on an isolated page, and ends them', async () => {
    const { page } = isolated;
    const processors = await page.evaluate(() => Math.min(navigator.hardwareConcurrency, 8));
    const threads = await page.evaluate(() => checks.startWasm());
    expect(threads).toBe(processors);
    expect(page.workers()).toHaveLength(processors - 1);
    await page.evaluate(() => checks.endWasm());
    await eventually(() => expect(page.workers()).toHaveLength(0));
  });

  it("reports that the page's policy forbids its threads", async () => {
    const policy = contentSecurityPolicy('/checks.html').replace(' blob:', '');
    const { page, pageErrors } = await site.open('checks.html', { isolated: true, policy });
    await expect(page.evaluate(() => checks.startWasm())).rejects.toThrow(
      'wasm: a worker thread failed to start; the Content-Security-Policy must allow  worker-src blob:',
    );
    expect(pageErrors.join()).toContain('Content Security Policy');
  });

  it('trains as in Node, with the base build', async () => {
    const inPage = await isolated.page.evaluate(() => checks.trainOnWasm({ module: 'base' }));
    const inNode = await trainOnWasm({ module: 'base' });
    expect(inPage.build).toBe('base');
    inPage.losses.forEach((loss, step) =>
      expect(loss, `step ${step}`).toBeCloseTo(inNode.losses[step], 4),
    );
  });
});
