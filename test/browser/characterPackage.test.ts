// Tests `inkgrad/character` in a page that Vite builds without any configuration, as a user of the
// package does: loads the shipped model, classifies a drawing, trains. Needs `npm run build:node`.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCharacterModel, recognize } from '../../src/app/library/character.js';
import { onWasm } from '../app/support.js';
import { openBrowser } from './support/browsers.js';
import { executable, openPage, skipSuffix, type WatchedPage } from './support/chromium.js';
import { serveSite, type Site } from './support/server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The page: a bar and a stem are the strokes of a T. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>user</title><script type="module">
import { loadCharacterModel, recognize, train } from 'inkgrad/character';
import { createWasmBackend } from 'inkgrad/engine';

const backend = await createWasmBackend();
const model = await loadCharacterModel(undefined, { backend });
const summarize = ({ characters, probability, sure }) => ({ characters, probability, sure });

globalThis.user = {
  strokes: async (strokes) => summarize(await recognize(model, strokes)),
  canvas: async (strokes) => {
    const context = new OffscreenCanvas(200, 200).getContext('2d');
    context.lineWidth = 12;
    for (const stroke of strokes) {
      context.beginPath();
      for (const { x, y } of stroke) context.lineTo(50 + x, 50 + y);
      context.stroke();
    }
    return summarize(await recognize(model, context.getImageData(0, 0, 200, 200)));
  },
  train: async () => {
    const events = [];
    const onProgress = ({ event }) => events.push(event);
    const trained = await train({ limit: 94, valFraction: 0.5, epochs: 1, backend, onProgress });
    const { training } = trained;
    trained.dispose();
    return { events, data: training.data };
  },
  live: () => backend.memory.live,
};
</script>`;

const T = [
  [
    { x: 0, y: 0 },
    { x: 60, y: 0 },
  ],
  [
    { x: 30, y: 0 },
    { x: 30, y: 80 },
  ],
];

interface Summary {
  readonly characters: readonly string[];
  readonly probability: number;
  readonly sure: boolean;
}

declare const user: {
  strokes(strokes: typeof T): Promise<Summary>;
  canvas(strokes: typeof T): Promise<Summary>;
  train(): Promise<{ events: string[]; data: string }>;
  live(): number;
};

describe.skipIf(executable === null)(`inkgrad/character in a Vite page${skipSuffix}`, () => {
  let folder: string;
  let browser: Browser;
  let site: Site;
  let opened: WatchedPage;
  beforeAll(async () => {
    folder = mkdtempSync(join(ROOT, 'build', 'character-package-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules', 'inkgrad'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    await build({
      root: folder,
      configFile: false,
      base: './',
      logLevel: 'error',
      build: { target: 'es2022' },
    });
    browser = await openBrowser('none');
    site = await serveSite({ folder: join(folder, 'dist') });
    opened = await openPage(browser, site.address);
    await opened.page.waitForFunction(() => 'user' in globalThis);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    rmSync(folder, { recursive: true });
    expect(opened.pageErrors).toEqual([]);
    expect(site.missing).toEqual([]);
  });

  it(
    'predicts strokes as in Node, and the pixels of a canvas',
    onWasm(async () => {
      const model = await loadCharacterModel();
      const inNode = (await recognize(model, T))!;
      model.dispose();
      const { page } = opened;
      const inPage = await page.evaluate((strokes) => user.strokes(strokes), T);
      expect(inPage.characters).toEqual(['T']);
      expect(inPage.characters).toEqual(inNode.characters);
      expect(inPage.sure).toBe(inNode.sure);
      expect(inPage.probability).toBeCloseTo(inNode.probability, 4); // other builds of the kernels
      const onCanvas = await page.evaluate((strokes) => user.canvas(strokes), T);
      expect(onCanvas).toMatchObject({ characters: ['T'], sure: true });
      expect(opened.requests.filter((address) => address.endsWith('.safetensors'))).toHaveLength(1);
    }),
  );

  it('trains, and leaves no buffer in use', async () => {
    const { page } = opened;
    const before = await page.evaluate(() => user.live());
    const { events, data } = await page.evaluate(() => user.train());
    expect(events).toEqual(['start', 'step', 'epoch']);
    expect(data).toBe('synthetic characters (not EMNIST)');
    expect(await page.evaluate(() => user.live())).toBe(before);
  });
});
