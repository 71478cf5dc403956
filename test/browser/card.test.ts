// Tests the Model tab: the record of the shipped model, a user's model from the file picker, and
// invalid files, which are rejected without replacing the current model.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import record from '../../src/app/model/shipped/model.json' with { type: 'json' };
import { untrainedModel } from '../support/untrainedModel.js';
import { findings } from './support/axe.js';
import { executable, skipSuffix } from './support/chromium.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

const shipped = new URL('../../src/app/model/shipped/model.safetensors', import.meta.url);

const card = (page: Page): Promise<string> => page.locator('.model-card').innerText();
const chooseFile = (page: Page, name: string, bytes: Uint8Array): Promise<void> =>
  page.setInputFiles('#model-file', {
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(bytes),
  });

describe.skipIf(executable === null).concurrent(`the model card${skipSuffix}`, () => {
  const site = pageVisits();

  it("shows the record of the page's model, and of no other", async () => {
    const { page, context } = await site.visit({ to: '#tab=model' });
    await eventually(async () => expect(await card(page)).toContain('The model on this page'));
    const digest = createHash('sha256')
      .update(await readFile(shipped))
      .digest('hex');
    expect(await card(page)).toContain(digest);
    expect(await card(page)).toMatch(/accuracy/);
    expect(await card(page)).toContain(record.parameters.toLocaleString('en-US'));
    expect(await card(page)).toMatch(/3 blocks .* and pooling, then 2 linear layers/);
    expect(await findings(page)).toEqual([]);

    await chooseFile(page, 'mine.safetensors', await untrainedModel());
    await eventually(async () => expect(await card(page)).toContain('mine.safetensors'));
    expect(await card(page)).not.toContain('test images');
    expect(await card(page)).toContain('nothing'); // the data that the model names
    const panel = page.getByRole('tabpanel', { name: 'Model' });
    await panel.getByRole('button', { name: 'Back to the page’s model' }).click();
    await eventually(async () => expect(await card(page)).toContain(digest));
    await context.close();
  });

  it('rejects damaged and foreign files by name, and keeps the model', async () => {
    const { page, context } = await site.visit({ to: '#tab=model' });
    await eventually(async () => expect(await card(page)).toContain('The model on this page'));
    const before = await card(page);
    const shippedBytes = await readFile(shipped);
    for (const [name, bytes, reason] of [
      ['cut.safetensors', shippedBytes.subarray(0, 400_000), 'bytes of data in the file'],
      [
        'photo.safetensors',
        Buffer.from('\x89PNG\r\n\x1a\n and so on'),
        'is this a safetensors file?',
      ],
      ['other.pth', Buffer.from('PK\x03\x04 no archive'), 'damaged or truncated'],
    ] as const) {
      await chooseFile(page, name, bytes);
      const notice = page.locator('.notice', { hasText: name });
      await eventually(async () => expect(await notice.count()).toBe(1));
      expect(await notice.innerText()).toContain(reason);
    }
    expect(await card(page)).toBe(before);
    await page.locator('#tab-network').click(); // the Model tab hides the samples
    await page.locator('#samples button').first().click();
    await eventually(async () =>
      expect(await page.locator('#result .letter').count()).toBeGreaterThan(0),
    );
    await context.close();
  });
});
