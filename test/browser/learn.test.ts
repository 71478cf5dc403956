// Tests the page of the course: its static text, cells that run in a sandbox, errors, the stop
// button, links, accessibility, and every chapter's output in the browser.

import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { addressOfCell } from '../../src/app/web/learn/cellLink.js';
import { readCourse } from '../../src/app/course/courseFiles.js';
import { LONG } from '../support/rounds.js';
import { skipNote } from '../support/skipping.js';
import { findings } from './support/axe.js';
import { executable, skipSuffix } from './support/chromium.js';
import { pageVisits, PHONE, type Visit, type VisitOptions } from './support/visits.js';
import { eventually } from './support/waiting.js';

const course = readCourse(new URL('../../docs/course/', import.meta.url));
/** Chapters that run here; Node runs all of them, and `npm run test:long` runs all in both. */
const CHAPTERS = LONG ? course.map(({ chapter }) => chapter.number) : [2, 9];
const RUN_LIMIT = 300_000;

// Unit tests in test/web/learn cover the order of cells, and links.
const omitted = LONG ? null : 'npm run test:long includes it';

/** Windows in which axe checks the page. `npm run test:long` checks all, and all chapters. */
const AXE = ['a small phone'];

const cellOf = (page: Page, chapter: number, cell: number): Locator =>
  page.locator(`#cell-${chapter}-${cell}`);

/** Replaces the code of a cell, as a reader would. */
async function enter(page: Page, cell: Locator, code: string): Promise<void> {
  await cell.scrollIntoViewIfNeeded();
  await cell.locator('.cm-content').click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(code);
}

const statusOf = (cell: Locator): Promise<string> => cell.locator('.cell-status').innerText();

const expectStatus = (cell: Locator, status: RegExp | string): Promise<void> =>
  eventually(async () => expect(await statusOf(cell)).toMatch(status));

const printedOf = async (cell: Locator): Promise<string> =>
  (await cell.locator('.printed').allTextContents()).join('\n');

/** The path of a link to cell 1 of chapter 1 with other code. */
async function linkTo(code: string): Promise<string> {
  const address = await addressOfCell({ chapter: 1, cell: 1, code }, 'http://localhost/');
  return `learn.html${new URL(address).hash}`;
}

/** A message that the page reports as a console error, because a cell tries what it must not. */
const BLOCKED = /Content Security Policy|Failed to fetch|ERR_|Refused/;

describe.skipIf(executable === null).concurrent(`the page of the course${skipSuffix}`, () => {
  const site = pageVisits();
  const open = (options: VisitOptions = {}): Promise<Visit> =>
    site.visit({ to: 'learn.html', ...options });

  it('shows text, code, results, formulas and figures without scripts', async () => {
    const { page, context } = await open({ device: { javaScriptEnabled: false } });
    const chapters = page.locator('.chapter');
    expect(await chapters.count()).toBe(course.length);
    for (const { chapter } of course) {
      const article = page.locator(`#chapter-${chapter.number}`);
      expect(await article.locator('h2').innerText()).toBe(`${chapter.number} ${chapter.title}`);
      expect(await article.locator('math').count()).toBeGreaterThan(0);
      const codes = await article.locator('.code').allTextContents();
      expect(codes).toEqual(chapter.cells.map(({ code }) => code));
      const results = chapter.cells.flatMap(({ output }) => (output === '' ? [] : [output]));
      expect(await article.locator('.printed').allTextContents()).toEqual(results);
    }
    const images = page.locator('img.figure');
    expect(await images.count()).toBeGreaterThanOrEqual(course.length);
    await context.close();
  });

  it(
    'runs the cells of each chapter, which print what its text states',
    async () => {
      const { page, context } = await open();
      for (const { chapter } of course) {
        if (!CHAPTERS.includes(chapter.number)) continue;
        await page
          .getByRole('button', { name: `Run all cells of chapter ${chapter.number}`, exact: true })
          .click();
        for (const { number, output, isSolution, isMeasured } of chapter.cells) {
          if (isSolution) continue;
          const cell = cellOf(page, chapter.number, number);
          await eventually(
            async () => expect(await statusOf(cell)).toMatch(/^(Done|Error|Not run)/),
            RUN_LIMIT,
          );
          const place = `chapter ${chapter.number}, cell ${number}`;
          expect(await cell.locator('.cell-error').allTextContents(), place).toEqual([]);
          if (!isMeasured) expect(await printedOf(cell), place).toBe(output);
        }
      }
      await context.close();
    },
    2 * RUN_LIMIT,
  );

  it.skipIf(omitted !== null)(
    `runs changed code with the cells before it, and resets it${skipNote(omitted)}`,
    async () => {
      const { page, context } = await open();
      const [first, second] = [cellOf(page, 1, 1), cellOf(page, 1, 2)];
      const original = await printedOf(second);
      await enter(page, second, 'console.log("changed", 6 * 7);');
      await page.keyboard.press('Shift+Enter');
      await expectStatus(second, /^Done in/);
      expect(await statusOf(first)).toMatch(/^Done in/);
      expect(await printedOf(second)).toBe('changed 42');

      await page.reload();
      await second.scrollIntoViewIfNeeded();
      expect(await second.locator('.cm-content').innerText()).toBe(
        'console.log("changed", 6 * 7);',
      );
      await second.getByRole('button', { name: 'Reset' }).click();
      expect(await printedOf(second)).toBe(original);
      expect(await second.getByRole('button', { name: 'Reset' }).isDisabled()).toBe(true);
      await context.close();
    },
  );

  it('shows an error at its line, and stops an endless loop', async () => {
    const { page, context } = await open();
    const cell = cellOf(page, 1, 1);
    await enter(page, cell, 'const a = 1;\n\nmissing(a);');
    await cell.getByRole('button', { name: 'Run' }).click();
    await expectStatus(cell, 'Error');
    expect(await cell.getByRole('alert').innerText()).toBe(
      'Line 3: ReferenceError: missing is not defined',
    );
    expect(await cell.locator('.cm-line.error-line').innerText()).toBe('missing(a);');
    await enter(page, cell, 'const a = ;');
    expect(await cell.locator('.error-line').count()).toBe(0);
    await cell.getByRole('button', { name: 'Run' }).click();
    await eventually(async () =>
      expect(await cell.getByRole('alert').innerText()).toBe(
        'Line 1: SyntaxError: Unexpected token',
      ),
    );

    await enter(page, cell, 'console.log("start");\nfor (;;);');
    await cell.getByRole('button', { name: 'Run' }).click();
    await eventually(async () => expect(await printedOf(cell)).toBe('start'));
    await cell.getByRole('button', { name: 'Stop' }).click();
    await expectStatus(cell, 'Stopped');
    await enter(page, cell, 'for (let i = 0; i < 5000; i++) console.log(i);');
    await cell.getByRole('button', { name: 'Run' }).click();
    await expectStatus(cell, /^Done/);
    expect((await printedOf(cell)).split('\n').at(-1)).toBe('(only the first 999 lines are shown)');
    await context.close();
  });

  it('gives the code of a cell no access to storage and other sites', async () => {
    const attempts = [
      'await fetch("https://example.org/")',
      'await import("https://example.org/a.js")',
      'await import("data:text/javascript,export default 1")',
      'importScripts("https://example.org/a.js")',
      'indexedDB.open("inkgrad")',
      'await caches.keys()',
      'localStorage.length',
      'await new Promise((open, fail) => Object.assign(new WebSocket("wss://example.org/"), { onopen: open, onerror: fail }))',
    ];
    const code = attempts.map(
      (attempt) =>
        `try { const value = ${attempt}; console.log(${JSON.stringify(attempt)}, value); } catch { console.log('blocked'); }`,
    );
    const { page, context } = await open({
      to: await linkTo(code.join('\n')),
      expected: BLOCKED,
    });
    const cell = cellOf(page, 1, 1);
    await expectStatus(cell, /^The code comes from the link/);
    await cell.getByRole('button', { name: 'Run' }).click();
    await expectStatus(cell, /^Done/);
    expect(await printedOf(cell)).toBe(attempts.map(() => 'blocked').join('\n'));
    await context.close();
  });

  it.skipIf(omitted !== null)(
    `opens a shared cell without running it${skipNote(omitted)}`,
    async () => {
      const { page, context } = await open({
        before: (profile) => profile.grantPermissions(['clipboard-read', 'clipboard-write']),
      });
      const cell = cellOf(page, 1, 2);
      await enter(page, cell, 'console.log("shared");');
      await cell.getByRole('button', { name: 'Copy link' }).click();
      await expectStatus(cell, 'Link copied');
      const address = await page.evaluate(() => navigator.clipboard.readText());
      expect(new URL(address).hash).toMatch(/^#cell=1\.2&code=/);
      await page.evaluate(() => localStorage.clear());
      await page.goto('about:blank');
      await page.goto(address);
      await expectStatus(cell, /^The code comes from the link/);
      expect(await cell.locator('.cm-content').innerText()).toBe('console.log("shared");');
      expect(await printedOf(cell)).not.toBe('shared');
      await context.close();
    },
  );

  it('works without a network after the first visit, and is linked from the first page', async () => {
    const { page, context } = await site.visit({ serviceWorker: true });
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await context.setOffline(true);
    await page.getByRole('link', { name: 'How it works' }).first().click();
    const cell = cellOf(page, 1, 1);
    await cell.getByRole('button', { name: 'Run' }).click();
    await expectStatus(cell, /^Done/);
    await context.close();
  });

  it.each([
    { name: 'a small phone', device: { ...PHONE, viewport: { width: 320, height: 568 } } },
    {
      name: 'a laptop, dark',
      device: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' as const },
    },
    {
      name: 'a laptop, forced colors',
      device: { viewport: { width: 1280, height: 800 }, forcedColors: 'active' as const },
    },
    { name: 'a projector', device: { viewport: { width: 1920, height: 1080 } } },
  ])('is accessible and no wider than $name', async ({ name, device }) => {
    const { page, context } = await open({ device });
    for (const details of await page.locator('details').all())
      await details.evaluate((node) => node.setAttribute('open', ''));
    const [wide, room] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      innerWidth,
    ]);
    expect(wide).toBeLessThanOrEqual(room);
    if (LONG || AXE.includes(name)) {
      const cell = cellOf(page, 1, 1);
      await cell.getByRole('button', { name: 'Run' }).click();
      await expectStatus(cell, /^Done/);
      // The first two chapters have all kinds of elements; axe takes a second for each.
      if (!LONG)
        await page.evaluate(() =>
          document.querySelectorAll('.chapter:nth-child(n + 3)').forEach((node) => node.remove()),
        );
      expect(await findings(page)).toEqual([]);
    }
    await context.close();
  });

  it('is operated with the keyboard', async () => {
    const { page, context } = await open();
    const cell = cellOf(page, 1, 1);
    await cell.locator('.cm-content').focus();
    await page.keyboard.press('Tab'); // leaves the editor
    await eventually(async () =>
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Run'),
    );
    await page.keyboard.press('Enter');
    await expectStatus(cell, /^Done/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Copy link');
    await context.close();
  });
});
