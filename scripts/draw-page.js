// Captures docs/images/page.png: a screenshot of the page with a drawn character and its
// prediction. Run it after `npm run build:web`; it needs Chromium (CHROMIUM, or the usual path).

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
  reducedMotion: 'reduce', // the sample appears at once
});
await page.goto(`${server.resolvedUrls.local[0]}#tab=network`);
// A mouse click would leave the button highlighted.
await page.getByRole('button', { name: 'Draw the letter g' }).dispatchEvent('click');
await page.locator('#result .top-classes .label').first().filter({ hasText: 'g' }).waitFor();
await page.getByText('What the “g” hangs on').waitFor();
await page.waitForTimeout(1500); // its images appear shortly after the prediction
mkdirSync('docs/images', { recursive: true });
await page.screenshot({ path: 'docs/images/page.png' });
await browser.close();
await server.close();
