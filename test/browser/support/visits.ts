// Visits to the page, each in a new browser profile, with a window or a phone. At the end of the
// suite they check that there were no errors and no requests to other hosts.

import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { openBrowser } from './browsers.js';
import type { Graphics } from './chromium.js';
import { serveSite, type Site, type SiteOptions } from './server.js';
import { WAIT_LIMIT } from './waiting.js';

/** A phone in portrait orientation. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
} satisfies BrowserContextOptions;

export interface VisitOptions {
  /** Path after the address of the folder. Default: the page itself, without a file name. */
  readonly to?: string;
  /** Window or phone, color scheme, motion. Default: a window of 1280 x 800. */
  readonly device?: BrowserContextOptions;
  /** Whether the host sends the two headers that allow threads. Default false. */
  readonly isolated?: boolean;
  /** A separate server instead of the shared one. */
  readonly server?: Site;
  /** Called with the new profile before the page is opened. */
  readonly before?: (context: BrowserContext) => Promise<void>;
  /**
   * Whether the service worker may start. It caches all files of the build, which takes seconds, so
   * only tests without a network need it. Default false.
   */
  readonly serviceWorker?: boolean;
  /** Console errors that this visit is expected to cause. */
  readonly expected?: RegExp;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly site: Site;
}

export interface Visits {
  /** Opens the page in a new profile. */
  visit(options?: VisitOptions): Promise<Visit>;
  /** Starts a separate server, for tests that stop it. */
  serve(options?: Partial<SiteOptions>): Promise<Site>;
}

/** Call inside `describe`. */
export function pageVisits(graphics: Graphics = 'none'): Visits {
  let browser: Browser;
  const sites = new Map<string, Promise<Site>>();
  const others: Site[] = [];
  const consoleErrors: string[] = [];
  const foreignRequests: string[] = [];
  beforeAll(async () => {
    browser = await openBrowser(graphics);
  });
  afterAll(async () => {
    await browser.close();
    const all = [...(await Promise.all(sites.values())), ...others];
    await Promise.all(all.map((site) => site.close()));
    expect(consoleErrors, 'console errors').toEqual([]);
    expect(foreignRequests, 'requests to other hosts').toEqual([]);
    expect(
      all.flatMap((site) => site.missing),
      'requested files that do not exist',
    ).toEqual([]);
  });

  const serve: Visits['serve'] = async (options = {}) => {
    const site = await serveSite({ folder: inject('site'), ...options });
    others.push(site);
    return site;
  };
  const shared = (isolated: boolean): Promise<Site> => {
    const key = String(isolated);
    if (!sites.has(key)) sites.set(key, serveSite({ folder: inject('site'), isolated }));
    return sites.get(key)!;
  };
  return {
    serve,
    visit: async (options = {}) => {
      const { to = '', device = {}, isolated = false, server, before, expected } = options;
      const site = server ?? (await shared(isolated));
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        serviceWorkers: options.serviceWorker === true ? 'allow' : 'block',
        ...device,
      });
      context.setDefaultTimeout(WAIT_LIMIT);
      context.on('weberror', (error) => consoleErrors.push(String(error.error())));
      context.on('console', (message) => {
        if (message.type() === 'error' && !expected?.test(message.text()))
          consoleErrors.push(message.text());
      });
      context.on('request', (request) => {
        const address = request.url();
        if (
          !/^(blob|data):/.test(address) &&
          new URL(address).host !== new URL(site.address).host
        ) {
          foreignRequests.push(address);
        }
      });
      // Blocked by the page's policy before anything was sent.
      context.on('requestfailed', (request) => {
        const index = foreignRequests.indexOf(request.url());
        if (index >= 0 && request.failure()?.errorText === 'csp') foreignRequests.splice(index, 1);
      });
      await before?.(context);
      const page = await context.newPage();
      await page.goto(site.address + to);
      return { page, context, site };
    },
  };
}
