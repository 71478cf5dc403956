// Headless Chromium: its path, its flags with and without software GPUs, and pages that record
// their errors.

import { existsSync } from 'node:fs';
import type { Browser, LaunchOptions, Page } from 'playwright-core';
import { WAIT_LIMIT } from './waiting.js';
import { skipNote } from '../../support/skipping.js';

const PATHS = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];

/** The browser to use, or null. */
export const executable = PATHS.find((path) => path !== undefined && existsSync(path)) ?? null;

/** Suffix of a suite's title: the reason if it is skipped. */
export const skipSuffix = skipNote(
  executable === null
    ? "no Chromium; install Debian's chromium, or set CHROMIUM to its path"
    : null,
);

/** No background requests, and no sandbox, which containers do not allow. */
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** WebGL2 and WebGPU with SwiftShader: a software GPU, the same on every machine. */
const SOFTWARE_GPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-unsafe-swiftshader',
  '--use-angle=swiftshader',
];

/** No GPU of any kind, not even in software. */
const NO_GPU = [
  '--disable-gpu',
  '--disable-software-rasterizer',
  '--disable-webgl',
  '--disable-3d-apis',
];

/** The GPUs of a browser. */
export type Graphics = 'software' | 'none';

/** Launch options of the browser. */
export function launchOptions(graphics: Graphics): LaunchOptions {
  return {
    executablePath: executable!,
    args: [...QUIET, ...(graphics === 'software' ? SOFTWARE_GPU : NO_GPU)],
  };
}

/** A page with its uncaught errors and policy violations so far. */
export interface WatchedPage {
  readonly page: Page;
  readonly pageErrors: readonly string[];
  /** Every requested address, including those of its workers. */
  readonly requests: readonly string[];
}

/** Opens a page and waits until it has loaded. */
export async function openPage(browser: Browser, address: string): Promise<WatchedPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(WAIT_LIMIT);
  const pageErrors: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) {
      pageErrors.push(message.text());
    }
  });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(address, { waitUntil: 'load' });
  return { page, pageErrors, requests };
}
