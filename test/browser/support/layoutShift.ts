// Records the layout shifts of a page, as the metric CLS counts them: those within half a second
// after an input of the visitor do not count. https://web.dev/articles/cls

import type { BrowserContext, Page } from 'playwright-core';

declare global {
  interface Window {
    layoutShifts: { readonly score: number; readonly moved: string }[];
  }
}

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

/** Makes every page of a context record its shifts; call before a page is opened. */
export async function recordLayoutShifts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.layoutShifts = [];
    const nameOf = (node: Node | null): string => {
      const at = node instanceof Element ? node : node?.parentElement;
      return at === null || at === undefined ? '?' : `${at.localName}#${at.id}.${at.className}`;
    };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        if (entry.hadRecentInput) continue;
        const moved = entry.sources
          .map(
            ({ node, previousRect: from, currentRect: to }) =>
              `${nameOf(node)} from y ${Math.round(from.top)} to ${Math.round(to.top)}, x ${Math.round(from.left)} to ${Math.round(to.left)}`,
          )
          .join(', ');
        window.layoutShifts.push({ score: entry.value, moved });
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The sum of the shifts so far, an upper bound of CLS, and what moved. */
export async function layoutShift(
  page: Page,
): Promise<{ readonly score: number; readonly moved: string }> {
  const shifts = await page.evaluate(() => window.layoutShifts);
  return {
    score: shifts.reduce((sum, { score }) => sum + score, 0),
    moved: shifts.map(({ score, moved }) => `${score.toFixed(3)}: ${moved}`).join('; '),
  };
}
