// Draws the PNG icons of the page from src/app/web/public/icon.svg. Needs Chromium (CHROMIUM, or
// the usual path).
//
//     node scripts/draw-icons.js

import { readFileSync, writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FOLDER = new URL('../src/app/web/public/', import.meta.url);
const icon = readFileSync(new URL('icon.svg', FOLDER), 'utf8');

/**
 * The icon without rounded corners, for systems that crop it: to a circle of 80 % of the width at
 * least, so the drawing is smaller.
 */
const square = icon
  .replace(' rx="14"', '')
  .replace('<path', '<g transform="translate(32 32) scale(0.78) translate(-32 -32)"><path')
  .replace('</svg>', '</g></svg>');
if (square.length <= icon.length) throw new Error('icon.svg: unexpected contents');

const ICONS = [
  { name: 'icon-192.png', side: 192, drawing: icon },
  { name: 'icon-512.png', side: 512, drawing: icon },
  { name: 'icon-maskable-512.png', side: 512, drawing: square },
  { name: 'apple-touch-icon.png', side: 180, drawing: square },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
});
const page = await browser.newPage();
for (const { name, side, drawing } of ICONS) {
  await page.setViewportSize({ width: side, height: side });
  await page.setContent(
    `<style>body { margin: 0 } svg { display: block; width: ${side}px }</style>${drawing}`,
  );
  const png = await page.screenshot({ omitBackground: true });
  writeFileSync(new URL(name, FOLDER), png);
  console.log(`${name}: ${png.length} bytes`);
}
await browser.close();
