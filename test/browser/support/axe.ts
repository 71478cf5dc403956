// What axe finds on a page: https://github.com/dequelabs/axe-core checks the rules of WCAG that a program can. Imports axe-core's
// text, which runs in the page and asks nobody for anything.

import { source } from 'axe-core';
import type * as Axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Runs every rule of WCAG 2.2 A and AA, and the best practices; returns what was found, one line each. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(source); // through the browser's debugger, which the page's policy does not bind
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof Axe }).axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`),
  );
}
