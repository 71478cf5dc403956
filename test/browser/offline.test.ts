// Tests the page without a network: after one visit all files are cached, and a new build is
// offered.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { openTabs } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

/** Waits until the service worker has cached all files and controls the page. */
async function waitUntilCached(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
}

/** Starts the first sample and waits until it is classified. */
async function expectR(page: Page): Promise<void> {
  await page.locator('#samples button').first().click();
  await eventually(async () =>
    expect(await page.locator('#result .verdict').innerText()).toBe('R'),
  );
}

describe.skipIf(executable === null).concurrent(`offline${skipSuffix}`, () => {
  const site = pageVisits();
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'inkgrad-site-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('predicts, reloads and shows the other page without a network', async () => {
    const { page, context } = await site.visit({ isolated: true, serviceWorker: true });
    await expectR(page);
    await waitUntilCached(page);
    await context.setOffline(true);
    await page.reload();
    await expectR(page);
    // The headers are cached, too.
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    for await (const tab of openTabs(page))
      expect(await page.getByRole('alert').count(), tab).toBe(0);
    await page.goto(new URL('bench.html?only=wasm', page.url()).href);
    expect(await page.title()).toContain('inkgrad');
    await context.close();
  });

  it('offers a new version, and loads it on request', async () => {
    await cp(inject('site'), folder, { recursive: true });
    const server = await site.serve({ folder });
    const { page, context } = await site.visit({ server, serviceWorker: true });
    await waitUntilCached(page);
    await page.reload(); // from here on the service worker responds
    const index = join(folder, 'index.html');
    await writeFile(index, (await readFile(index, 'utf8')).replace('<title>', '<title>new '));
    const worker = join(folder, 'serviceWorker.js');
    const text = await readFile(worker, 'utf8');
    const next = text.replace(/("url":"index\.html","revision":")\w+/, '$1another');
    expect(next).not.toBe(text);
    await writeFile(worker, next);

    await page.reload();
    expect(await page.title()).not.toMatch(/^new/); // the complete old version
    await page.getByRole('button', { name: 'Load it' }).click();
    await eventually(async () => expect(await page.title().catch(() => '')).toMatch(/^new/));
    expect(await page.locator('.new-version').count()).toBe(0);
    await context.close();
  });
});
