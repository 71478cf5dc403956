// Tests "Make it a 9": the smallest change that the page finds turns the drawing into the chosen
// character, on the pad too, and Undo restores the drawing.

import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { expectExample, expectPrediction } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

describe.skipIf(executable === null).concurrent(`the Why tab${skipSuffix}`, () => {
  const site = pageVisits();

  it('turns an example and a drawing into another character', async () => {
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    const panel = await openTab(page, 'why');
    await expectExample(page);
    await page.getByRole('button', { name: 'Clear' }).click();
    const caption = panel.getByRole('status');
    await eventually(async () => expect(await caption.innerText()).toMatch(/turns? g into 9/));

    await page.getByRole('button', { name: 'Draw the letter R' }).click();
    await expectPrediction(page, 'R');
    await panel.getByRole('heading', { name: 'Why it says “R”' }).waitFor();
    const choice = panel.getByRole('group', { name: 'Turn it into' }).getByRole('button').first();
    const target = await choice.innerText();
    await eventually(async () =>
      expect(await caption.innerText()).toMatch(new RegExp(`turns? R into ${target}:`)),
    );
    await panel.getByRole('button', { name: 'Apply to my drawing' }).click();
    await expectPrediction(page, target);
    await panel.getByRole('button', { name: 'Undo' }).click();
    await expectPrediction(page, 'R');
  });
});
