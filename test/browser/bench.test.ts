// Tests the published bench page: it measures, shows and copies results, and requests nothing from
// other hosts.

import { describe, expect, it } from 'vitest';
import type { DeviceReport } from '../../src/app/device/device.js';
import { LONG } from '../support/rounds.js';
import { skipNote } from '../support/skipping.js';
import { executable, skipSuffix } from './support/chromium.js';
import { browserFixture } from './support/suite.js';
import { eventually, TRAINING_LIMIT } from './support/waiting.js';

interface BenchResult {
  readonly version: string;
  readonly browser: { readonly crossOriginIsolated: boolean };
  readonly device: DeviceReport;
  readonly results: Record<string, { device: DeviceReport; batchSize: number; losses: number[] }>;
}

describe.skipIf(executable === null).concurrent(`bench.html in Chromium${skipSuffix}`, () => {
  const site = browserFixture('software');
  const bare = browserFixture('none');

  // Half a minute with GPUs in software.
  const omitted = LONG ? null : 'npm run test:long includes it';
  it.skipIf(omitted !== null)(
    `measures every backend and copies the table as JSON${skipNote(omitted)}`,
    async () => {
      const { page, pageErrors, requests } = await site.open('bench.html', { isolated: true });
      expect(
        requests.filter((address) => /gpu|worker/.test(address)),
        'loaded before the benchmark starts',
      ).toEqual([]);
      await page.selectOption('[name=batch]', '2');
      await page.selectOption('[name=steps]', '2');
      await page.click('#start');
      await eventually(
        async () => expect(await page.textContent('#status')).toBe('Done.'),
        TRAINING_LIMIT,
      );

      const rows = await page.locator('#results tbody tr').allInnerTexts();
      expect(rows.map((row) => /^\S+/.exec(row)?.[0])).toEqual([
        'WebGPU',
        'WebGL2',
        'WebAssembly',
        'Reference',
      ]);
      expect(rows[0]).toMatch(/software\s+google swiftshader, batch of 2/);
      expect(await page.textContent('#verdict')).toMatch(
        /(WebGPU|WebGL2|WebAssembly|Reference) is the fastest here/,
      );

      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.click('#copy');
      await eventually(async () => expect(await page.textContent('#copied')).toBe('Copied.'));
      const copied = JSON.parse(
        await page.evaluate(() => navigator.clipboard.readText()),
      ) as BenchResult;
      expect(copied.version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(copied.browser.crossOriginIsolated).toBe(true);
      expect(copied.device).toMatchObject({ requested: 'auto', chosen: 'wasm', software: true });
      expect(copied.device.tried.map(({ mode, ok }) => [mode, ok])).toEqual([
        ['wasm', true],
        ['webgpu', true],
        ['webgl2', true],
        ['headlessgl', false],
      ]);
      const shown = await page.innerText('#device');
      expect(shown).toContain(`wasm (${copied.device.adapter})`);
      for (const { reason } of copied.device.tried) expect(shown).toContain(reason);
      expect(copied.device.tried[1].reason).toContain('emulates a GPU in software');

      const { webgpu, webgl2, wasm, reference } = copied.results;
      expect(webgl2.device).toMatchObject({
        requested: 'webgl2',
        chosen: 'webgl2',
        software: true,
      });
      for (const { losses } of [webgpu, webgl2, wasm]) {
        losses.forEach((loss, step) =>
          expect(Math.abs(loss - reference.losses[step])).toBeLessThan(1e-3),
        );
      }

      const { host } = new URL(page.url());
      expect(
        requests.filter(
          (address) => !/^(blob|data):/.test(address) && new URL(address).host !== host,
        ),
      ).toEqual([]);
      expect(pageErrors).toEqual([]);
    },
  );

  it('reports what is missing without a GPU, and measures the rest', async () => {
    const { page } = await bare.open('bench.html?only=webgpu,webgl2,wasm');
    await page.selectOption('[name=batch]', '2');
    await page.selectOption('[name=steps]', '2');
    await page.click('#start');
    await eventually(
      async () => expect(await page.textContent('#status')).toBe('Done.'),
      TRAINING_LIMIT,
    );
    const rows = await page.locator('#results tbody tr').allInnerTexts();
    expect(rows[0]).toContain('gpu (webgpu): ');
    expect(rows[1]).toContain('gpu (webgl2): cannot create a WebGL2 context');
    expect(rows[2]).toContain('1 thread, batch of 2');
    expect(rows[3]).toContain('left out');
  });

  it('stops on request', async () => {
    const { page } = await site.open('bench.html?only=webgl2');
    await page.click('#start');
    await page.click('#stop');
    await eventually(async () => expect(await page.textContent('#status')).toBe('Stopped.'));
    expect(await page.locator('#results tbody tr').nth(1).innerText()).toContain('stopped');
    expect(await page.isVisible('#start')).toBe(true);
  });
});
