// A picture in place of a drawing: by file and by paste, and the network sees what it sees of the same file in Node.

import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { preprocess } from '../../src/data/image/preprocess.js';
import { Raster } from '../../src/data/strokes/raster.js';
import { executable, whyNot } from './support/chromium.js';
import { expectBlank, expectLikeliest, expectSeen } from './support/pad.js';
import { pageVisits } from './support/visits.js';
import { plainStrokes, readHand } from './strokes/recorded.js';
import { eventually } from './support/waiting.js';

const SIDE = 240;

/** A character of the pen, dark on gray paper, a little below the middle: gray values row by row. */
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

describe.skipIf(executable === null).concurrent(`a picture${whyNot}`, () => {
  const site = pageVisits();

  it('is read from a file, as in Node; one that is none is refused by name', async () => {
    const { page } = await site.visit();
    const gray = photograph('K');
    const { image } = preprocess({ data: gray, width: SIDE, height: SIDE, channels: 1 });
    const choose = (name: string, buffer: Uint8Array): Promise<void> =>
      page
        .locator('#pad input[type=file]')
        .setInputFiles({ name, mimeType: 'image/png', buffer: Buffer.from(buffer) });
    await choose('k.png', encode({ data: gray, width: SIDE, height: SIDE, channels: 1 }));
    await expectLikeliest(page, 'K');
    await expectSeen(page, [...image]);
    await choose('broken.png', Uint8Array.of(1, 2, 3));
    await eventually(async () =>
      expect(await page.getByRole('alert').innerText()).toContain('broken.png'),
    );
    await expectSeen(page, [...image]); // what was there stays
    await page.getByRole('button', { name: 'Undo' }).click();
    await expectBlank(page);
  });

  it('is read when it is pasted', async () => {
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
    await expectLikeliest(page, 'R');
  });
});
