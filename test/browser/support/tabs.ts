// Opens the tabs of the page and waits for their panels.

import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually } from './waiting.js';

/** Opens a tab and waits until its panel has loaded; returns the panel. */
export async function openTab(page: Page, name: string): Promise<Locator> {
  await page.locator(`#tab-${name}`).click();
  await expectPanel(page);
  return page.locator(`#panel-${name}`);
}

/** Waits until the visible panel has loaded. */
export async function expectPanel(page: Page): Promise<void> {
  const panel = page.locator('#panels > :not([hidden])');
  await eventually(async () =>
    expect(
      await panel.evaluate((host) => host.childElementCount > 0 && !host.hasAttribute('aria-busy')),
      'the panel has loaded',
    ).toBe(true),
  );
}

/** Opens one tab after another; yields their names. */
export async function* openTabs(page: Page): AsyncGenerator<string> {
  const ids = await page.getByRole('tab').evaluateAll((tabs) => tabs.map(({ id }) => id));
  for (const id of ids) {
    const name = id.replace('tab-', '');
    await openTab(page, name);
    yield name;
  }
}
