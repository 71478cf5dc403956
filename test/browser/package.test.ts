// The packed package in a project that Vite bundles and minifies: in a page, in a worker, and on a
// GPU.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../package/bundle.js';
import { installPackage } from '../package/support.js';
import { openBrowser } from './support/browsers.js';
import { executable, openPage, skipSuffix, type WatchedPage } from './support/chromium.js';
import { serveSite, type Site } from './support/server.js';
import { eventually } from './support/waiting.js';

/** Ten steps of a small network on a backend: the last loss, which must equal the reference's. */
const TRAIN = `
import * as ink from 'inkgrad';

export async function train(backend) {
  ink.useBackend(backend);
  const rng = new ink.Rng(1);
  const model = new ink.Sequential(
    new ink.Linear({ inFeatures: 2, outFeatures: 8, rng }),
    new ink.ReLU(),
    new ink.Linear({ inFeatures: 8, outFeatures: 2, rng }),
  );
  const optimizer = new ink.SGD(model.parameters(), { lr: 0.1 });
  let loss = 0;
  for (let step = 0; step < 10; step++) {
    loss = await ink.scope(() => {
      optimizer.zeroGrad();
      const logits = model.forward(ink.tensor([[0, 1], [1, 0]]));
      const error = ink.crossEntropy(logits, ink.tensor([0, 1]));
      error.backward();
      optimizer.step();
      return error.item();
    });
  }
  model.dispose();
  optimizer.dispose();
  await backend.dispose();
  return loss;
}
`;

const PAGE = `
import { createGpuBackend, createWasmBackend, ReferenceBackend } from 'inkgrad';
import { train } from './train.js';

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
const inWorker = new Promise((resolve) => {
  worker.onmessage = ({ data }) => resolve(data);
});
const results = {
  reference: await train(new ReferenceBackend()),
  wasm: await train(await createWasmBackend()),
  webgl2: await train(await createGpuBackend({ mode: 'webgl2' })),
  worker: await inWorker,
};
document.body.textContent = JSON.stringify(results);
`;

const WORKER = `
import { createWasmBackend } from 'inkgrad';
import { train } from './train.js';

postMessage(await train(await createWasmBackend()));
`;

describe.skipIf(executable === null)(`the bundled package in Chromium${skipSuffix}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'inkgrad-site-'));
  let browser: Browser;
  let site: Site;
  let watched: WatchedPage;

  beforeAll(async () => {
    const consumer = installPackage(['gpu.js']);
    consumer.write('train.js', TRAIN);
    consumer.write('worker.js', WORKER);
    consumer.write('page.js', PAGE);
    consumer.write('index.html', '<body><script type="module" src="./page.js"></script></body>');
    await bundle(consumer.folder, 'index.html', folder);
    consumer.remove();
    browser = await openBrowser('software');
    // gpu.js compiles kernels from text, which the policy of the project's own pages forbids.
    site = await serveSite({ folder, policy: "default-src 'self' 'unsafe-eval' blob: data:" });
    watched = await openPage(browser, `${site.address}index.html`);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('trains in the page, in a worker and on WebGL2, with the results of the reference', async () => {
    let text = '';
    await eventually(async () => {
      expect(watched.pageErrors).toEqual([]);
      text = (await watched.page.textContent('body')) ?? '';
      expect(text).toContain('worker');
    });
    const { reference, ...others } = JSON.parse(text) as Record<string, number>;
    expect(reference).toBeLessThan(Math.log(2));
    expect(Object.keys(others)).toEqual(['wasm', 'webgl2', 'worker']);
    for (const loss of Object.values(others)) expect(loss).toBeCloseTo(reference, 5);
  });
});
