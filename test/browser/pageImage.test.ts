// Tests an image instead of a drawing, from a file and by paste: the input of the network equals
// that of Node.

import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../../src/data/image/preprocess.js';
import { Raster } from '../../src/data/strokes/raster.js';
import { executable, skipSuffix } from './support/chromium.js';
import { expectBlank, expectPrediction, expectNetworkInput } from './support/pad.js';
import { pageVisits } from './support/visits.js';
import { plainStrokes, readHand } from './strokes/recorded.js';
import { eventually } from './support/waiting.js';

const SIDE = 240;

/**
 * A character of the pen, dark on gray paper, slightly below the middle: gray values in row order.
 */
function photograph(label: string): Uint8Array {
  const { characters, pad } = readHand('pen');
  const raster = new Raster(SIDE, SIDE);
  const scale = SIDE / pad[1];
  for (const stroke of plainStrokes(characters.find((character) => character.label === label)!)) {
    raster.drawStroke(
      stroke.map((value) => value * scale),
      9,
    );
  }
  return Uint8Array.from(raster.data, (ink) => 214 - 180 * ink);
}

describe.skipIf(executable === null).concurrent(`an image${skipSuffix}`, () => {
  const site = pageVisits();

  it('is classified from a file as in Node; an invalid file is rejected by name', async () => {
    const { page } = await site.visit();
    const gray = photograph('K');
    const { image } = preprocess({ data: gray, width: SIDE, height: SIDE, channels: 1 });
    const choose = (name: string, buffer: Uint8Array): Promise<void> =>
      page
        .locator('#pad input[type=file]')
        .setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(buffer) });
    await choose('k.png', encode({ data: gray, width: SIDE, height: SIDE, channels: 1 }));
    await expectPrediction(page, 'K');
    await expectNetworkInput(page, [...image]);
    await choose('broken.png', Uint8Array.of(1, 2, 3));
    await eventually(async () =>
      expect(await page.getByRole('alert').innerText()).toContain('broken.png'),
    );
    await expectNetworkInput(page, [...image]); // the drawing stays
    const faint = new Uint8Array(SIDE * SIDE).fill(200);
    await choose('faint.png', encode({ data: faint, width: SIDE, height: SIDE, channels: 1 }));
    await expectBlank(page); // no prediction that is not the image's
    await eventually(async () =>
      expect(await page.getByText('no character stands out').count()).toBe(1),
    );
    await page.getByRole('button', { name: 'Undo' }).click();
    await expectPrediction(page, 'K');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expectBlank(page);
  });

  it('is classified when it is pasted', async () => {
    const { page, context } = await site.visit();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const png = encode({ data: photograph('R'), width: SIDE, height: SIDE, channels: 1 });
    await page.evaluate(
      async (bytes) => {
        const blob = new Blob([new Uint8Array(bytes)], { type: 'image/png' });
        await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
      },
      [...png],
    );
    await page.locator('#pad canvas').focus();
    await page.keyboard.press('Control+v');
    await expectPrediction(page, 'R');
  });
});
