// Captures the pictures of the page in docs/images: the first screen, the Train tab after a short
// training, and a phone. Run it after `npm run build:web`; it needs Chromium (CHROMIUM, or the usual
// path).

import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const server = await preview({ logLevel: 'warn' });
const [address] = server.resolvedUrls.local;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
mkdirSync('docs/images', { recursive: true });

/** Opens the page with a drawn g. */
async function open(hash, options) {
  const context = await browser.newContext({
    colorScheme: 'light',
    reducedMotion: 'reduce', // the sample appears at once
    ...options,
  });
  const page = await context.newPage();
  await page.goto(address);
  // A mouse click would leave the button highlighted.
  await page.getByRole('button', { name: 'Draw the letter g' }).dispatchEvent('click');
  await page.locator('#result .top-classes .label').first().filter({ hasText: 'g' }).waitFor();
  await page.goto(address + hash);
  await page.waitForTimeout(2500); // the panel appears shortly after the prediction
  return page;
}

const DESKTOP = { viewport: { width: 1440, height: 900 } };
const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 1.5,
};

const network = await open('#tab=network', DESKTOP);
await network.locator('.diagram .maps').nth(1).locator('[role=option]').first().click();
await network.mouse.move(0, 0);
await network.waitForTimeout(500);
await network.screenshot({ path: 'docs/images/page.png' });

const train = await open('#tab=train&epochs=8', { viewport: { width: 1440, height: 1400 } });
await train.getByRole('button', { name: 'Start training' }).click();
await train.getByText('Finished').waitFor({ timeout: 300_000 });
await train.waitForTimeout(1000);
await train.screenshot({ path: 'docs/images/page-train.png' });

const phone = await open('#tab=why', PHONE);
await phone.screenshot({ path: 'docs/images/page-phone.png' });

await browser.close();
await server.close();
