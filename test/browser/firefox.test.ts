// Tests the page in Firefox: drawing, every tab, words, a short training, and the course.

import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readCourse } from '../../src/app/course/courseFiles.js';
import { executable, launchFirefox, openInFirefox, skipSuffix } from './support/firefox.js';
import { serveSite, type Site } from './support/server.js';
import { eventually, TRAINING_LIMIT } from './support/waiting.js';

const COURSE = new URL('../../docs/course/', import.meta.url);

/** The corners of an L, in units of a square pad. */
const LETTER_L = [
  [0.3, 0.15],
  [0.3, 0.8],
  [0.65, 0.8],
] as const;

/** Draws connected lines with the mouse, `at` heights of the canvas from its left edge. */
async function draw(
  page: Page,
  canvas: string,
  corners: readonly (readonly [x: number, y: number])[],
  at = 0,
): Promise<void> {
  const pad = (await page.$(canvas))!;
  await pad.scrollIntoView();
  const { x: left, y: top, height } = (await pad.boundingBox())!;
  const [start, ...rest] = corners.map(
    ([x, y]) => [left + (at + x) * height, top + y * height] as const,
  );
  await page.mouse.move(...start);
  await page.mouse.down();
  for (const [x, y] of rest) await page.mouse.move(x, y, { steps: 5 });
  await page.mouse.up();
}

/** The text of an element; empty if there is none. */
const textOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate((s) => document.querySelector(s)?.textContent ?? '', selector);

/** Waits until the visible panel has loaded. */
async function expectPanel(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const panel = document.querySelector('#panels > :not([hidden])');
    return panel !== null && panel.childElementCount > 0 && !panel.hasAttribute('aria-busy');
  });
}

describe.skipIf(executable === null)(`in Firefox${skipSuffix}`, () => {
  let browser: Browser;
  let site: Site;
  const visits: (readonly string[])[] = [];

  beforeAll(async () => {
    [browser, site] = await Promise.all([
      launchFirefox(),
      serveSite({ folder: inject('site'), isolated: true }),
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
    expect(visits.flat(), 'errors').toEqual([]);
    expect(site.missing, 'requested files that do not exist').toEqual([]);
  });
  const visit = async (to = ''): Promise<Page> => {
    const { page, errors } = await openInFirefox(browser, site.address + to);
    visits.push(errors);
    return page;
  };

  it('classifies a drawing, and opens every tab without an error', async () => {
    const page = await visit();
    await draw(page, '#pad canvas', LETTER_L);
    await eventually(async () => expect(await textOf(page, '#result .letter')).toBe('L'));
    const tabs = await page.$$eval('#tabs button', (buttons) => buttons.map(({ id }) => id));
    expect(tabs.length).toBeGreaterThan(4);
    for (const id of tabs) {
      await page.click(`#${id}`);
      await expectPanel(page);
      expect(await page.$$('[role=alert]'), id).toEqual([]);
    }
    await page.close();
  });

  it('classifies the characters of a line', async () => {
    const page = await visit('#tab=words');
    await expectPanel(page);
    for (const at of [0, 0.5, 1]) await draw(page, '#panel-words canvas', LETTER_L, at);
    await eventually(async () =>
      expect(await textOf(page, '#panel-words output.line')).toBe('LLL'),
    );
    await page.close();
  });

  it('runs the cells of a chapter, and marks the line of an error', async () => {
    const page = await visit('learn.html');
    const chapter = readCourse(COURSE)[1].chapter;
    await page.click('[aria-label="Run all cells of chapter 2"]');
    for (const { number, output, isSolution } of chapter.cells) {
      if (isSolution) continue;
      const cell = `#cell-2-${number}`;
      await eventually(async () =>
        expect(await textOf(page, `${cell} .cell-status`)).toMatch(/^Done/),
      );
      expect(await textOf(page, `${cell} .printed`), `cell ${number}`).toBe(output);
    }
    await page.$eval('#cell-2-1', (cell) => cell.scrollIntoView());
    await page.waitForSelector('#cell-2-1 .editor'); // opens near the window
    await page.click('#cell-2-1 .editor');
    for (const text of ['const a = 1;', 'Enter', 'missing(a);', 'Enter']) {
      if (text === 'Enter') await page.keyboard.press(text);
      else await page.keyboard.type(text);
    }
    await page.click('[aria-label="Run cell 1 of chapter 2"]');
    await eventually(async () =>
      expect(await textOf(page, '#cell-2-1 .cell-error')).toMatch(/^Line \d+: /),
    );
    await page.close();
  });

  it('trains a network', async () => {
    const page = await visit('#tab=train&net=8-16&hidden=32&images=940&epochs=1');
    await expectPanel(page);
    await page.$$eval('#panel-train button', (buttons) =>
      buttons.find(({ textContent }) => textContent.startsWith('Start'))!.click(),
    );
    await eventually(
      async () => expect(await textOf(page, '#panel-train .status')).toMatch(/^Finished/),
      TRAINING_LIMIT,
    );
    await page.close();
  });
});
