// Tests a user's model on the page: a model of the command line is used for predictions, and a
// damaged one is rejected with the reason while the current one stays in use.

import { readFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import record from '../../src/app/model/shipped/model.json' with { type: 'json' };
import { untrainedModel } from '../support/untrainedModel.js';
import { executable, skipSuffix } from './support/chromium.js';
import { shippedModel } from './support/model.js';
import { expectPrediction } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

/** Drops a file on an element. */
async function drop(target: Locator, name: string, content: Buffer): Promise<void> {
  const page = target.page();
  const dataTransfer = await page.evaluateHandle(
    ([fileName, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], fileName));
      return transfer;
    },
    [name, content.toString('base64')] as const,
  );
  await target.dispatchEvent('drop', { dataTransfer });
}

const parameters = record.parameters.toLocaleString('en-US');
describe.skipIf(executable === null)(`a user's model${skipSuffix}`, () => {
  const site = pageVisits();

  it('predicts once it is loaded; a damaged one is rejected and the current one stays', async () => {
    // Without motion the sample appears at once, so its first prediction is final.
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    await page.getByRole('button', { name: 'Draw the letter R' }).click();
    await expectPrediction(page, 'R');
    const panel = await openTab(page, 'model');
    await eventually(async () => expect(await panel.innerText()).toContain(parameters));
    const shares = (): Promise<string> => page.locator('#result .top-classes').innerText();
    const shipped = await shares();

    const load = (name: string, buffer: Buffer): Promise<void> =>
      panel.locator('input[type=file]').setInputFiles({ name, mimeType: '', buffer });
    const modelBytes = await readFile(shippedModel);
    await load('cut.safetensors', modelBytes.subarray(0, 5000));
    await eventually(async () =>
      expect(await page.getByRole('alert').innerText()).toContain('cut.safetensors'),
    );
    expect(await shares()).toBe(shipped);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    const noise = Buffer.alloc(5000, 7);
    await load('noise.bin', noise);
    await eventually(async () =>
      expect(await page.getByRole('alert').innerText()).toContain('noise.bin'),
    );
    expect(await shares()).toBe(shipped);
    await page.getByRole('button', { name: 'Dismiss' }).click();

    await load('untrained.safetensors', Buffer.from(await untrainedModel()));
    await eventually(async () => expect(await shares()).not.toBe(shipped));
    await eventually(async () =>
      expect(await panel.innerText()).toContain('untrained.safetensors'),
    );
    await panel.getByRole('button', { name: /^Back/ }).click();
    await eventually(async () => expect(await shares()).toBe(shipped));

    // Outside the Model tab, a model other than the page's own is marked, next to the way back.
    const footer = (): Promise<string> => page.locator('footer').innerText();
    const mark = page.locator('#model-switch');
    expect(await mark.innerText()).toBe('');
    expect(await footer()).toContain(`The network (${parameters} weights) and its engine`);
    await drop(panel, 'untrained.safetensors', Buffer.from(await untrainedModel()));
    await openTab(page, 'words');
    await eventually(async () =>
      expect(await mark.innerText()).toContain('Model in use: untrained.safetensors'),
    );
    expect(await footer()).toContain('The network in use is untrained.safetensors (');
    expect(await footer()).not.toContain(parameters);
    await mark.getByRole('button', { name: 'Back to the page’s model' }).click();
    await eventually(async () => expect(await mark.innerText()).toBe(''));
    expect(await footer()).toContain(parameters);
    await eventually(async () => expect(await shares()).toBe(shipped));
  });
});
