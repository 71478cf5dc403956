// `inkgrad/character` of the packed package in a page that Vite bundles: loads the shipped model,
// recognizes a drawing, trains.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCharacterModel, recognize } from '../../src/app/library/character.js';
import { onWasm } from '../app/support.js';
import { bundle } from '../package/bundle.js';
import { installPackage } from '../package/support.js';
import { openBrowser } from './support/browsers.js';
import { executable, openPage, skipSuffix, type WatchedPage } from './support/chromium.js';
import { serveSite, type Site } from './support/server.js';

const PAGE = `
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
`;

/** A bar and a stem. */
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
  const folder = mkdtempSync(join(tmpdir(), 'inkgrad-character-'));
  let browser: Browser;
  let site: Site;
  let opened: WatchedPage;
  beforeAll(async () => {
    const consumer = installPackage();
    consumer.write('page.js', PAGE);
    consumer.write('index.html', '<body><script type="module" src="./page.js"></script></body>');
    await bundle(consumer.folder, 'index.html', folder);
    consumer.remove();
    browser = await openBrowser('none');
    site = await serveSite({ folder });
    opened = await openPage(browser, site.address);
    await opened.page.waitForFunction(() => 'user' in globalThis);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    rmSync(folder, { recursive: true, force: true });
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
