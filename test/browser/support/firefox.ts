// Headless Firefox, controlled over WebDriver BiDi: its path, and pages that record their errors.

import { existsSync } from 'node:fs';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { skipNote } from '../../support/skipping.js';
import { WAIT_LIMIT } from './waiting.js';

const PATHS = [
  process.env.FIREFOX,
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  String.raw`C:\Program Files\Mozilla Firefox\firefox.exe`,
];

/** The browser to use, or null. */
export const executable = PATHS.find((path) => path !== undefined && existsSync(path)) ?? null;

/** Suffix of a suite's title: the reason if it is skipped. */
export const skipSuffix = skipNote(
  executable === null
    ? "no Firefox; install Debian's firefox-esr, or set FIREFOX to its path"
    : null,
);

/** Starts Firefox with a new profile, which it deletes at the end. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: executable!,
    headless: true,
    timeout: WAIT_LIMIT,
    protocolTimeout: WAIT_LIMIT,
    defaultViewport: { width: 1280, height: 800 },
  });
}

/** A page with its console errors and uncaught errors so far. */
export interface FirefoxPage {
  readonly page: Page;
  readonly errors: readonly string[];
}

/** Opens an address in a new tab and waits until it has loaded. */
export async function openInFirefox(browser: Browser, address: string): Promise<FirefoxPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(WAIT_LIMIT);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(address);
  return { page, errors };
}
