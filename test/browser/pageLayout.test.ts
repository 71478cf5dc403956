// Tests the layout and accessibility of the page, from a 320-pixel phone to a projector, in light,
// dark and forced colors: axe reports no violations with and without a drawing, in every tab, and
// nothing is wider than the window.

import { describe, expect, it } from 'vitest';
import { findings } from './support/axe.js';
import { LONG } from '../support/rounds.js';
import { executable, skipSuffix } from './support/chromium.js';
import { expectAnyPrediction } from './support/pad.js';
import { expectPanel, openTabs } from './support/tabs.js';
import { pageVisits, PHONE } from './support/visits.js';

const LAPTOP = { viewport: { width: 1280, height: 800 } };

/** Windows by name. Light is the default color scheme. */
const WINDOWS = {
  'a small phone': { ...PHONE, viewport: { width: 320, height: 568 } },
  'a phone, light': { ...PHONE, colorScheme: 'light' },
  'a phone, dark': { ...PHONE, colorScheme: 'dark' },
  'a laptop, light': { ...LAPTOP, colorScheme: 'light' },
  'a laptop, dark': { ...LAPTOP, colorScheme: 'dark' },
  'a laptop, forced colors': { ...LAPTOP, forcedColors: 'active' },
  'a projector': { viewport: { width: 1920, height: 1080 } },
} as const;
type WindowName = keyof typeof WINDOWS;

/** `npm run test:long` checks every combination. */
const AXE: readonly WindowName[] = [
  'a phone, light',
  'a laptop, dark',
  'a laptop, forced colors',
  ...(LONG ? (['a phone, dark', 'a laptop, light'] as const) : []),
];

interface TabRecord {
  readonly tab: string;
  /** Width of the content and of the window, in pixels. */
  readonly wide: number;
  readonly room: number;
  /** Violations that axe reports; empty for a window that is not in `AXE`. */
  readonly violations: readonly string[];
}

interface VisitRecord {
  /** Violations before the drawing. */
  readonly empty: readonly string[];
  readonly tabs: readonly TabRecord[];
  /** Background colors of elements with data or a state, after a drawing. */
  readonly backgrounds: Readonly<Record<string, string>>;
}

const DATA_ELEMENTS = {
  'chosen tab': '#tabs [aria-selected="true"]',
  'other tab': '#tabs [aria-selected="false"]',
  bar: '.top-classes .bar',
  'largest bar': '.top-classes li:first-child .fill',
  'second bar': '.top-classes li:nth-child(2) .fill',
  input: '.network-input canvas',
};

describe.skipIf(executable === null).concurrent(`the page's layout${skipSuffix}`, () => {
  const site = pageVisits();

  /** Visits the page in a window and opens all tabs. */
  async function record(name: WindowName): Promise<VisitRecord> {
    const withAxe = AXE.includes(name);
    const { page, context } = await site.visit({ device: WINDOWS[name] });
    // The first panel loads when it is visible.
    await page.locator('#panels').scrollIntoViewIfNeeded();
    await expectPanel(page);
    const empty = withAxe ? await findings(page) : [];
    await page.locator('#samples button').first().click();
    await expectAnyPrediction(page);
    const backgrounds = await page.evaluate(
      (selectors) =>
        Object.fromEntries(
          Object.entries(selectors).map(([part, selector]) => [
            part,
            getComputedStyle(document.querySelector(selector)!).backgroundColor,
          ]),
        ),
      DATA_ELEMENTS,
    );
    const tabs: TabRecord[] = [];
    for await (const tab of openTabs(page)) {
      const widths = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return { wide: scrollWidth, room: clientWidth };
      });
      tabs.push({ tab, ...widths, violations: withAxe ? await findings(page) : [] });
    }
    await context.close();
    return { empty, tabs, backgrounds };
  }

  // Tests of the same window share a visit.
  const records = new Map<WindowName, Promise<VisitRecord>>();
  const recordOf = (name: WindowName): Promise<VisitRecord> => {
    const known = records.get(name) ?? record(name);
    records.set(name, known);
    return known;
  };

  it.each(AXE)(
    'axe reports no violations, before and after a drawing, in every tab: %s',
    async (name) => {
      const { empty, tabs } = await recordOf(name);
      expect(empty, 'empty').toEqual([]);
      expect(tabs.length).toBeGreaterThan(1);
      for (const { tab, violations } of tabs) expect(violations, tab).toEqual([]);
    },
  );

  it('forced colors distinguish the chosen tab, show bars, and show the ink of the input', async () => {
    const { backgrounds } = await recordOf('a laptop, forced colors');
    expect(backgrounds['chosen tab']).not.toBe(backgrounds['other tab']);
    expect(backgrounds['largest bar']).not.toBe(backgrounds.bar);
    expect(backgrounds['second bar']).not.toBe(backgrounds.bar);
    expect(backgrounds.input).toBe('rgb(0, 0, 0)');
  });

  it.each([
    { name: 'a small phone', window: 'a small phone' },
    { name: 'a phone', window: 'a phone, light' },
    { name: 'a laptop', window: 'a laptop, light' },
    { name: 'a projector', window: 'a projector' },
  ] as const)('nothing is wider than the window, in every tab: $name', async ({ window }) => {
    const { tabs } = await recordOf(window);
    expect(tabs.length).toBeGreaterThan(1);
    for (const { tab, wide, room } of tabs) expect(wide, tab).toBeLessThanOrEqual(room);
  });
});
