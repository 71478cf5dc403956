// Tests the Network tab: the diagram, the arithmetic of a value, the units of a layer, with the mouse
// and with the keyboard.

import { describe, expect, it } from 'vitest';
import { executable, skipSuffix } from './support/chromium.js';
import { expectPrediction } from './support/pad.js';
import { openTab } from './support/tabs.js';
import { pageVisits } from './support/visits.js';
import { eventually } from './support/waiting.js';

describe.skipIf(executable === null).concurrent(`the diagram of the network${skipSuffix}`, () => {
  const site = pageVisits();

  it('explains a value, marks what it depends on, and lists the active units of a layer', async () => {
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    const panel = await openTab(page, 'network');
    await page.getByRole('button', { name: 'Draw the letter R' }).click();
    await expectPrediction(page, 'R');
    const classes = panel.locator('.diagram .classes [role=option]');
    await eventually(async () =>
      expect(await classes.first().getAttribute('aria-label')).toMatch(
        /^R: score \d\.\d+, 9\d\s%$/,
      ),
    );
    expect(await panel.locator('.letters i').allInnerTexts()).toHaveLength(47);
    expect(await panel.locator('.letters .top').innerText()).toBe('R');
    const lines = panel.locator('.links path');
    expect(await lines.count()).toBeGreaterThan(20);

    // Pointing at a filter explains it; leaving restores the selection.
    const title = panel.locator('.arithmetic h3');
    const before = await title.innerText();
    const filter = panel.locator('.diagram .maps').nth(1).locator('[role=option]').first();
    await filter.hover();
    await eventually(async () => expect(await title.innerText()).toMatch(/^Block 2, filter \d+:/));
    expect(await panel.locator('.input .frame').isVisible()).toBe(true);
    expect(await panel.locator('.links .emphasized').count()).toBeGreaterThan(0);
    const value = /: ([\d.]+)/.exec(await title.innerText())![1];
    expect(await panel.locator('.terms dd.total').innerText()).toBe(value);
    await title.hover();
    await eventually(async () => expect(await title.innerText()).toBe(before));

    // The steps, one by one.
    await panel.getByRole('button', { name: 'Step by step' }).click();
    expect(await panel.locator('.steps .current h4').innerText()).toBe(
      'Multiply a patch by the kernel',
    );
    const next = panel.getByRole('button', { name: 'Next' });
    for (let step = 1; step < 4; step++) await next.click();
    expect(await panel.locator('.steps .current h4').innerText()).toBe(
      'Keep the largest of four neighbors',
    );
    await panel.getByRole('button', { name: 'All steps' }).click();
    expect(await panel.locator('.steps .current').count()).toBe(0);

    // A point of the map, with the keyboard.
    const map = panel.locator('canvas.map');
    await map.focus();
    const described = await map.getAttribute('aria-label');
    await page.keyboard.press('ArrowUp');
    await eventually(async () => expect(await map.getAttribute('aria-label')).not.toBe(described));

    // The units of a layer.
    await panel.locator('.diagram').getByRole('button', { name: 'Block 3' }).click();
    const [, active, count] = /^(\d+) of (\d+) filters are active/.exec(
      await panel.locator('.layer-view .caption').innerText(),
    )!;
    expect(count).toBe('128');
    const tiles = panel.locator('.unit-grid [role=option]:visible');
    expect(await tiles.count()).toBe(Number(active));
    await tiles.last().click();
    await eventually(async () => expect(await title.innerText()).toMatch(/^Block 3, filter/));

    // An empty pad shows an example.
    await page.getByRole('button', { name: 'Clear' }).click();
    await panel.locator('.example').waitFor();
    await eventually(async () =>
      expect(await classes.first().getAttribute('aria-label')).toMatch(/^g: /),
    );
  });
});
