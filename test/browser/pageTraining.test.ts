// Tests training from scratch in the page: the loss decreases, pause works, the trained network
// classifies the pad, and the user's files are accepted or rejected with a reason.

import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { uprightImages } from '../../src/data/emnist/emnistDataset.js';
import { fileName } from '../../src/data/emnist/splits.js';
import { syntheticDataset } from '../../src/data/strokes/synthetic.js';
import { idxImages, idxLabels } from '../data/support.js';
import { executable, skipSuffix } from './support/chromium.js';
import { expectAnyPrediction } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually, TRAINING_LIMIT } from './support/waiting.js';

/** Starts the shortest run that learns something. */
async function start(panel: Locator, epochs: number): Promise<void> {
  await panel.getByRole('spinbutton', { name: /^Epochs/ }).fill(String(epochs));
  await panel.getByRole('button', { name: /^Start/ }).click();
}

/** Waits for a text in the panel's status. */
async function expectStatus(panel: Locator, text: RegExp): Promise<void> {
  await eventually(
    async () => expect(await panel.locator('.status').innerText()).toMatch(text),
    TRAINING_LIMIT,
  );
}

/** The training losses in the table of epochs. */
async function losses(panel: Locator): Promise<number[]> {
  const rows = await panel
    .locator('.epochs tbody tr')
    .evaluateAll((all) => all.map((row) => Number(row.querySelector('td')?.textContent)));
  return rows;
}

describe.skipIf(executable === null).concurrent(`training in the page${skipSuffix}`, () => {
  const site = pageVisits();

  it('lowers the loss, pauses and resumes, and the network can classify the pad', async () => {
    const { page } = await site.visit({ to: '#tab=train', isolated: true });
    const panel = await openTab(page, 'train');
    await panel.getByLabel('Start from').selectOption('Small');
    expect(await panel.locator('.cost').innerText()).toContain('108,367');
    expect(page.url()).toContain('#tab=train&net=16-32&hidden=64');
    await panel.getByLabel('Images', { exact: true }).selectOption('940');
    await start(panel, 3);
    await eventually(async () => expect(await losses(panel)).toHaveLength(1), TRAINING_LIMIT);
    await panel.getByRole('button', { name: 'Pause' }).click();
    await expectStatus(panel, /^Paused/);
    const paused = await losses(panel);
    // The browser asks before the run is lost.
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    expect((await asked).type()).toBe('beforeunload');
    await (await asked).dismiss();
    await panel.getByRole('button', { name: 'Continue' }).click();
    await expectStatus(panel, /^Finished/);
    const all = await losses(panel);
    expect(all).toHaveLength(3);
    expect(all.slice(0, paused.length)).toEqual(paused);
    expect(all[2]).toBeLessThan(0.8 * all[0]);

    await expectAnyPrediction(page); // of the example on the pad
    const before = await shares(page);
    const both = panel.getByRole('region', { name: 'Both networks on your drawing' });
    await eventually(
      async () => expect(await both.locator('.share').allInnerTexts()).not.toContain(''),
      TRAINING_LIMIT,
    );
    expect(await both.innerText()).toContain('108,367 weights, after 3 epochs');
    await panel.getByRole('button', { name: 'Use this network' }).click();
    await eventually(async () => expect(await shares(page)).not.toEqual(before), TRAINING_LIMIT);

    // A run that a reload interrupts can be resumed.
    await start(panel, 200);
    await eventually(async () => expect(await losses(panel)).toHaveLength(1), TRAINING_LIMIT);
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await panel
      .getByRole('button', { name: /^Resume the training of .* \(epoch \d+ of 200\)/ })
      .click();
    await expectStatus(panel, /^Training: epoch \d/);
    expect((await losses(panel)).length).toBeGreaterThan(0);
    await panel.getByRole('button', { name: 'Stop' }).click();
    await expectStatus(panel, /^Stopped/);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it("trains on the user's EMNIST files, and rejects a damaged one with its name and the reason", async () => {
    const { page } = await site.visit({ to: '#tab=train', isolated: true });
    const panel = await openTab(page, 'train');
    await panel.getByText('Your own EMNIST files').click();
    await panel.getByLabel('Start from').selectOption('Small');
    const drawn = syntheticDataset({ seed: 1, count: 470 });
    // Transposing twice is the identity.
    const images = idxImages(uprightImages(drawn.images, drawn.length));
    const labels = idxLabels([...drawn.labels]);
    const file = (kind: 'images' | 'labels', bytes: Uint8Array) => ({
      name: `${fileName('balanced', 'train', kind)}.gz`,
      mimeType: 'application/gzip',
      buffer: gzipSync(bytes),
    });
    const input = panel.locator('input[type=file]');
    await input.setInputFiles([file('images', images.subarray(0, 1000)), file('labels', labels)]);
    await eventually(
      async () =>
        expect(await panel.innerText()).toMatch(/images-idx3-ubyte\.gz: .*(short|cut|end|bytes)/),
      TRAINING_LIMIT,
    );
    await panel.getByRole('button', { name: 'Remove the files' }).click();
    await input.setInputFiles([file('images', images), file('labels', labels)]);
    await eventually(
      async () => expect(await panel.innerText()).toContain('470 training images'),
      TRAINING_LIMIT,
    );
    await start(panel, 1);
    await expectStatus(panel, /^Finished/);
    expect(await losses(panel)).toHaveLength(1);
  });
});

/** The five most likely classes with their probabilities. */
function shares(page: Page): Promise<string> {
  return page.locator('#result .top-classes').innerText();
}
