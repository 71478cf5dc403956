// Tests other kinds of visits: with the keyboard alone, on a phone, by a link with a drawing, with
// an image, and with reduced motion.

import type { Route } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { drawingOf } from '../../src/app/web/pad/drawing.js';
import { decodeStrokes, encodeStrokes } from '../../src/app/web/pad/share.js';
import { executable, skipSuffix } from './support/chromium.js';
import {
  expectAnyPrediction,
  expectBlank,
  expectExample,
  expectPrediction,
  expectNetworkInput,
  networkInput,
  nextFrame,
  PadHand,
} from './support/pad.js';
import { expectPanel, openTab } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';
import { plainStrokes, readHand, type RecordedCharacter } from './strokes/recorded.js';
import { eventually } from './support/waiting.js';

/** A character of the mouse hand. */
function written(label: string): RecordedCharacter {
  return readHand('mouse').characters.find((character) => character.label === label)!;
}

/** Its strokes in units of the pad. */
function onPad(label: string): number[][] {
  const side = readHand('mouse').pad[1];
  return plainStrokes(written(label)).map((stroke) => stroke.map((value) => value / side));
}

describe.skipIf(executable === null).concurrent(`with the keyboard alone${skipSuffix}`, () => {
  const site = pageVisits();

  it('reaches a sample, gets a prediction, opens every tab, and shows the focus', async () => {
    const { page } = await site.visit();
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const at = document.activeElement;
        return at === null
          ? ''
          : `${at.id} ${at.className} ${at.getAttribute('aria-label') ?? at.textContent}`;
      });
    const tabTo = async (target: RegExp): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (target.test(await focused())) return;
      }
      expect.fail(`Tab does not reach ${target}`);
    };
    await tabTo(/sample.*letter R/);
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement!).outlineStyle,
    );
    expect(outline).not.toBe('none');
    await page.keyboard.press('Enter');
    await expectPrediction(page, 'R');
    const tabs = await page.getByRole('tab').count();
    await tabTo(/^tab-/);
    for (let opened = 0; opened < tabs; opened++) {
      const name = (await focused()).replace(/^tab-(\S+) .*/s, '$1');
      await eventually(async () =>
        expect(await page.locator(`#panel-${name}`).isVisible()).toBe(true),
      );
      expect(await page.locator('#panels > :not([hidden])').count()).toBe(1);
      await page.keyboard.press('ArrowRight');
    }
  });

  it('draws a typed character, and rejects one that the network does not know', async () => {
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    const field = page.getByRole('textbox', { name: 'Type a character' });
    await field.focus();
    for (const character of ['k', 'B', '7']) {
      await page.keyboard.press(character);
      await expectPrediction(page, character.toUpperCase());
    }
    await page.keyboard.press('!');
    await eventually(async () =>
      expect(await field.evaluate((input: HTMLInputElement) => input.validationMessage)).toContain(
        'A to Z',
      ),
    );
    await expectPrediction(page, '7');
  });

  it('draws with the arrow keys', async () => {
    const { page } = await site.visit();
    const pad = page.locator('#pad canvas');
    const press = async (key: string, times: number): Promise<void> => {
      for (let time = 0; time < times; time++) await page.keyboard.press(key);
    };
    await pad.focus();
    expect(await pad.getAttribute('aria-description')).toMatch(/Arrow keys .* Space .* Escape/);
    await press('ArrowUp', 7);
    await page.keyboard.press('Space');
    await press('ArrowDown', 15);
    await press('ArrowRight', 8);
    await page.keyboard.press('Space');
    await expectPrediction(page, 'L');
    expect(await page.locator('#pad .keyboard-pen').isVisible()).toBe(true);
    const outline = await pad.evaluate((canvas) => getComputedStyle(canvas).outlineStyle);
    expect(outline).not.toBe('none');
    // Escape cancels the stroke in progress; without one it clears the pad.
    await page.keyboard.press('Space');
    await press('ArrowUp', 2);
    await page.keyboard.press('Escape');
    await expectPrediction(page, 'L');
    await page.keyboard.press('Escape');
    await expectBlank(page);
  });
});

describe.skipIf(executable === null).concurrent(`on a phone${skipSuffix}`, () => {
  const site = pageVisits();

  it.each([
    { name: '390 pixels', width: 390, height: 844 },
    { name: '320 pixels', width: 320, height: 568 },
  ])('draws without scrolling the page: $name', async ({ width, height }) => {
    const { page } = await site.visit({ device: { ...PHONE, viewport: { width, height } } });
    const { characters, ...recording } = readHand('finger');
    const box = (await page.locator('#pad canvas').boundingBox())!;
    expect(box.width).toBeGreaterThan(0.8 * width); // as large as the phone allows
    expect(box.y + box.height, 'the pad is visible').toBeLessThanOrEqual(height);
    const hand = new PadHand(page, recording);
    await hand.write(characters.find(({ label }) => label === 'h')!);
    await expectPrediction(page, 'h');
    expect(await page.evaluate(() => window.scrollY)).toBe(0);
    const bottomOf = async (selector: string): Promise<number> => {
      const { y, height: tall } = (await page.locator(selector).boundingBox())!;
      return y + tall;
    };
    const bar = (await page.locator('#tab-bar').boundingBox())!;
    expect(bar.y + bar.height).toBe(height);
    expect(await bottomOf('#result'), 'the prediction is visible').toBeLessThanOrEqual(bar.y + 2);

    // A small pad and the prediction stay visible with a tab, which begins below them.
    await openTab(page, 'network');
    await page.mouse.wheel(0, 600);
    await eventually(async () => expect(await bottomOf('#result')).toBeLessThan(height / 2));
    expect(await bottomOf('#pad canvas')).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'Draw', exact: true }).click();
    expect((await page.locator('#pad canvas').boundingBox())!.width).toBe(box.width);
  });
});

describe.skipIf(executable === null).concurrent(`a link with a drawing${skipSuffix}`, () => {
  const site = pageVisits();

  it('shows the drawing, with the same 28 x 28 bytes as in Node', async () => {
    const text = encodeStrokes(onPad('B'));
    const { page } = await site.visit({ to: `#s=${text}` });
    await expectPrediction(page, 'B');
    const { image } = drawingOf({ strokes: decodeStrokes(text), image: null });
    await expectNetworkInput(page, [...image]);
  });

  it('follows another link in the same window', async () => {
    const { page } = await site.visit({ to: `#s=${encodeStrokes(onPad('B'))}` });
    await expectPrediction(page, 'B');
    await page.evaluate(
      (text) => {
        location.hash = `#s=${text}`;
      },
      encodeStrokes(onPad('e')),
    );
    await expectPrediction(page, 'e');

    // The same link again, after its drawing has been cleared; Back keeps the visitor's drawing.
    await openTab(page, 'why');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expectBlank(page);
    await page.evaluate(
      (text) => {
        location.hash = `#s=${text}`;
      },
      encodeStrokes(onPad('e')),
    );
    await expectPrediction(page, 'e');
    await openTab(page, 'why');
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.goBack();
    await expectPanel(page);
    await expectBlank(page);
  });

  it('reports a damaged link, and leaves the pad empty', async () => {
    const text = encodeStrokes(onPad('B'));
    const { page } = await site.visit({ to: `#s=${text.slice(0, -3)}` });
    await eventually(async () =>
      expect(await page.getByRole('alert').innerText()).toMatch(/link|address|drawing/i),
    );
    await expectBlank(page);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(await page.getByRole('alert').count()).toBe(0);
    await new PadHand(page, readHand('mouse')).write(written('B'));
    await expectPrediction(page, 'B');
  });
});

describe.skipIf(executable === null).concurrent(`leaving the page${skipSuffix}`, () => {
  const site = pageVisits();

  it('keeps the drawing over a reload and Back, in this tab only', async () => {
    const { page, context, site: server } = await site.visit();
    await new PadHand(page, readHand('mouse')).write(written('B'));
    await expectPrediction(page, 'B');
    await page.reload();
    await expectPrediction(page, 'B');
    await page.goto(`${server.address}bench.html`);
    await page.goBack();
    await expectPrediction(page, 'B');
    const other = await context.newPage();
    await other.goto(server.address);
    await eventually(async () => expect(await other.locator('#loading').count()).toBe(0));
    await expectExample(other);
  });
});

describe.skipIf(executable === null).concurrent(`the first seconds${skipSuffix}`, () => {
  const site = pageVisits();

  it('show a letter that draws itself, until the visitor draws', async () => {
    const { page } = await site.visit();
    await expectExample(page);
    expect(await page.getByRole('button', { name: 'Undo' }).isDisabled()).toBe(true);
    await new PadHand(page, readHand('mouse')).write(written('B'));
    await expectPrediction(page, 'B');
    const { image } = drawingOf({ strokes: onPad('B'), image: null });
    const ink = (await networkInput(page)).map((pixel, i) => Math.abs(pixel - image[i]));
    expect(Math.max(...ink), 'nothing of the example is left').toBeLessThan(60);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expectBlank(page);
  });

  it('state that the network is loading, or that it could not be loaded', async () => {
    const { page, context } = await site.visit({
      to: 'bench.html',
      device: { serviceWorkers: 'block' },
      expected: /ERR_FAILED/,
    });
    const model: Route[] = [];
    await context.route('**/*.safetensors', (route) => void model.push(route));
    await page.getByRole('link', { name: /draw a character/ }).click();
    const loading = page.locator('#loading');
    await eventually(async () => expect(await loading.innerText()).toBe('Loading the network …'));
    await new PadHand(page, readHand('mouse')).write(written('B'));
    await eventually(() => expect(model).toHaveLength(1));
    await model[0].abort();
    await eventually(async () =>
      expect(await loading.innerText()).toBe('The network could not be loaded.'),
    );
    await page.reload();
    await eventually(() => expect(model).toHaveLength(2));
    await model[1].continue();
    await eventually(async () => expect(await loading.count()).toBe(0));
  });

  it('without JavaScript the page states that it needs it', async () => {
    const { page } = await site.visit({ device: { javaScriptEnabled: false } });
    expect(await page.locator('.prediction').innerText()).toMatch(/needs JavaScript/);
    expect(await page.locator('#loading').isVisible()).toBe(false);
  });
});

describe.skipIf(executable === null).concurrent(`with reduced motion${skipSuffix}`, () => {
  const site = pageVisits();

  it('nothing is animated', async () => {
    const { page } = await site.visit({ device: { reducedMotion: 'reduce' } });
    await page.locator('#samples button').first().click();
    await nextFrame(page);
    await expectAnyPrediction(page);
    const moving = await page.evaluate(
      () =>
        document.getAnimations().filter((animation) => animation.playState === 'running').length,
    );
    expect(moving).toBe(0);
  });
});
