// Fixture of the browser tests: a browser, the built site on a server, and a final check that no
// file was missing.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { openBrowser } from './browsers.js';
import { type Graphics, openPage, type WatchedPage } from './chromium.js';
import { serveSite, type Site, type SiteOptions } from './server.js';

export interface BrowserFixture {
  /** Opens a page of the site on a separate server. */
  open(name: string, options?: Omit<SiteOptions, 'folder'>): Promise<WatchedPage>;
}

/** Call inside `describe`. */
export function browserFixture(gpu: Graphics): BrowserFixture {
  let browser: Browser;
  const sites: Site[] = [];
  beforeAll(async () => {
    browser = await openBrowser(gpu);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all(sites.map((site) => site.close()));
    expect(sites.flatMap((site) => site.missing)).toEqual([]);
  });
  return {
    open: async (name, options = {}) => {
      const site = await serveSite({ folder: inject('site'), ...options });
      sites.push(site);
      return openPage(browser, site.address + name);
    },
  };
}
