// Draws docs/images/page.png: the page with a character on its pad and what the network thinks of it, as a visitor's browser shows
// them. Run it after `npm run build:web`; needs a Chromium (CHROMIUM, or the usual place). Imports Vite and playwright-core.

import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const server = await preview({ logLevel: 'warn' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
const page = await browser.newPage({
  viewport: { width: 1280, height: 840 },
  colorScheme: 'light',
  reducedMotion: 'reduce', // the sample is there at once
});
await page.goto(`${server.resolvedUrls.local[0]}#tab=thinking`);
// Not with the mouse, which would leave the button lit.
await page.getByRole('button', { name: 'Draw the letter g' }).dispatchEvent('click');
await page.locator('#result .likeliest .label').first().filter({ hasText: 'g' }).waitFor();
await page.getByText('What the “g” hangs on').waitFor();
await page.waitForTimeout(1500); // its pictures follow the reading after a moment
mkdirSync('docs/images', { recursive: true });
await page.screenshot({ path: 'docs/images/page.png' });
await browser.close();
await server.close();
