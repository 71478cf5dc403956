// Tests a line on the wide pad: strokes are grouped into characters, each is classified, and
// joining and splitting work.

import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { PadHand } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { readHand, type RecordedPoint } from './strokes/recorded.js';
import { eventually } from './support/waiting.js';

/**
 * Characters of the mouse hand in a row on a pad of 1600 x 400, each slightly smaller than the
 * height of the pad.
 */
function line(word: string): RecordedPoint[][] {
  const { characters } = readHand('mouse');
  return Array.from(word).flatMap((letter, at) => {
    const { strokes } = characters.find(({ label }) => label === letter)!;
    return strokes.map((stroke) =>
      stroke.map(([x, y, t, pressure]): RecordedPoint => [
        0.8 * x + 340 * at + 40,
        0.8 * y + 40,
        t,
        pressure,
      ]),
    );
  });
}

describe.skipIf(executable === null)(`words${skipSuffix}`, () => {
  const site = pageVisits();

  it('classifies a word, joins and splits its characters, and undoes strokes', async () => {
    const { page } = await site.visit({ to: '#tab=words' });
    const panel = await openTab(page, 'words');
    const text = (): Promise<string> => panel.locator('output.line').innerText();
    const strokes = line('HAND');
    const hand = new PadHand(page, { pad: [1600, 400], pointer: 'mouse' });
    await hand.write({ strokes }, '#panel-words canvas');
    await eventually(async () => expect(await text()).toBe('HAND'));
    expect(await panel.locator('.boxes .box').count()).toBe(4);

    await panel.getByRole('button', { name: /^Join H with A/ }).click();
    await eventually(async () => expect(await panel.locator('.boxes .box').count()).toBe(3));
    await panel.getByRole('button', { name: /^Split .*character 1$/ }).click();
    await eventually(async () => expect(await text()).toBe('HAND'));

    // The second alternative of the H, with the keyboard; again to cancel the choice.
    const second = panel.locator('.character ol button').nth(1);
    expect(await panel.locator('.character ol').first().getByRole('button').count()).toBe(5);
    expect(await second.getAttribute('aria-label')).toMatch(/^., .*%, for character 1$/);
    const label = (await second.locator('b').innerText()).trim();
    await second.press('Enter');
    await eventually(async () => expect(await text()).toBe(`${label}AND`));
    expect(await second.getAttribute('aria-pressed')).toBe('true');
    await panel.getByRole('button', { name: 'Undo' }).click();
    await eventually(async () => expect((await text()).startsWith(label)).toBe(true));
    await panel.getByRole('button', { name: 'Redo' }).click();
    await eventually(async () => expect(await text()).toBe(`${label}AND`));
    await second.press('Enter');
    await eventually(async () => expect(await text()).toBe('HAND'));

    await panel.getByRole('button', { name: 'Undo' }).click();
    await eventually(async () => expect(await text()).not.toBe('HAND'));
    await panel.getByRole('button', { name: 'Redo' }).click();
    await eventually(async () => expect(await text()).toBe('HAND'));
    await panel.getByRole('button', { name: 'Clear' }).click();
    await eventually(async () => expect(await text()).toBe(''));
  });
});
