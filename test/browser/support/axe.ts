// Runs axe on a page: https://github.com/dequelabs/axe-core checks the WCAG rules that a program
// can check. It runs in the page and makes no requests.

import { source } from 'axe-core';
import type * as Axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * Runs every rule of WCAG 2.2 A and AA, and the best practices; returns the violations, one line
 * each.
 */
export async function findings(page: Page): Promise<string[]> {
  // Once per document, through the debugger, which the page's policy does not restrict.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof Axe }).axe.run(document, {
      resultTypes: ['violations'],
    }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`,
    ),
  );
}
