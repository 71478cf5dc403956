// The browser of a suite: the one that all files share, or a separate one with software GPUs.

import { type Browser, chromium } from 'playwright-core';
import { inject } from 'vitest';
import { type Graphics, launchOptions } from './chromium.js';

/**
 * Opens the browser of a suite. `close` ends its contexts, and the process if it is not the shared
 * one.
 *
 * Without a GPU all files share one process, since starting it takes as long as a short test:
 * contexts separate their pages. A suite with software GPUs has a separate process, so a lost
 * device affects no other suite.
 */
export function openBrowser(graphics: Graphics): Promise<Browser> {
  return graphics === 'none'
    ? chromium.connect(inject('browser'))
    : chromium.launch(launchOptions(graphics));
}
