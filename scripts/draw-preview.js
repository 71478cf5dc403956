// Draws src/app/web/public/preview.png: the image that other sites show for a link to the page. Run
// it after `npm run build:web`; it needs Chromium (CHROMIUM, or the usual path).

import { chromium } from 'playwright-core';
import { preview } from 'vite';

const server = await preview({ logLevel: 'warn' });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
const page = await browser.newPage({
  bypassCSP: true, // for the style below
  viewport: { width: 1200, height: 630 },
  colorScheme: 'light',
  reducedMotion: 'reduce', // the example appears at once
});
await page.goto(`${server.resolvedUrls.local[0]}?present`);
await page.getByRole('button', { name: 'Leave presentation' }).waitFor();
await page.locator('#samples button').first().dispatchEvent('click');
await page.locator('#result .letter').filter({ hasText: 'R' }).waitFor();
// The name in place of the controls.
await page.addStyleTag({
  content: `.present-controls, .tools { display: none !important }
    .present main { padding-top: 1.5rem !important }
    .present .stage { --pad-side: 530px !important }`,
});
await page.locator('.prediction').evaluate((host) => {
  const name = host.ownerDocument.createElement('p');
  name.textContent = 'inkgrad';
  name.style.cssText =
    'margin: 0; color: var(--accent); font-size: 3rem; font-weight: 750; line-height: 1';
  host.prepend(name);
});
await page.waitForTimeout(500);
const png = await page.screenshot({ path: 'src/app/web/public/preview.png' });
console.log(`preview.png: ${png.length} bytes`);
await browser.close();
await server.close();
