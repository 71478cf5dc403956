// Prepares the browser tests, once for all files: builds the minified pages as published, plus the
// entry checks.js, which shares the engine's chunks with the pages; and starts the browser that the
// files share.

import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { executable, launchOptions } from './chromium.js';
import { executable as firefox } from './firefox.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const root = path('../../../');

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder with the built site. */
    readonly site: string;
    /** Endpoint of the shared browser, which has no GPU. */
    readonly browser: string;
  }
}

/** Runs before the first browser test, if any test is selected. Returns the teardown. */
export default async function prepare({
  provide,
}: TestProject): Promise<(() => Promise<void>) | undefined> {
  const folder = `${root}build/browser-tests`;
  provide('site', folder);
  if (executable === null) {
    if (firefox !== null) await buildSite(folder);
    return undefined;
  }
  const [browser] = await Promise.all([
    chromium.launchServer(launchOptions('none')),
    buildSite(folder),
  ]);
  provide('browser', browser.wsEndpoint());
  return () => browser.close();
}

async function buildSite(folder: string): Promise<void> {
  await build({
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    build: {
      outDir: folder,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { checks: path('../page/checks.ts') },
        output: {
          entryFileNames: ({ name }) =>
            name === 'checks' ? 'checks.js' : 'assets/[name]-[hash].js',
        },
      },
    },
  });
}
