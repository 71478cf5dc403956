// What axe finds on a page: https://github.com/dequelabs/axe-core checks the rules of WCAG that a program can. Imports axe-core's
// text, which runs in the page and asks nobody for anything.

import { source } from 'axe-core';
import type * as Axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Runs every rule of WCAG 2.2 A and AA, and the best practices; returns what was found, one line each. */
export async function findings(page: Page): Promise<string[]> {
  // Once per document, through the debugger, to which the policy of the page does not apply.
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
