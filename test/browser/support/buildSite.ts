// Builds what the browser tests load, once for all of them: the pages as they are published, minified, plus one more entry,
// checks.js, which shares the engine's chunks with the pages. Imports Vite.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { TestProject } from 'vitest/node';
import { executable } from './chromium.js';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const root = path('../../../');

declare module 'vitest' {
  export interface ProvidedContext {
    /** The folder with the built site. */
    readonly site: string;
  }
}

/** Runs before the first browser test; not at all when none is asked for. */
export default async function buildSite({ provide }: TestProject): Promise<void> {
  const folder = `${root}build/browser-tests`;
  provide('site', folder);
  if (executable === null) return;
  await build({
    configFile: `${root}vite.config.ts`,
    logLevel: 'error',
    build: {
      outDir: folder,
      reportCompressedSize: false,
      rolldownOptions: {
        input: { checks: path('../page/checks.ts') },
        output: {
          entryFileNames: ({ name }) => (name === 'checks' ? 'checks.js' : 'assets/[name]-[hash].js'),
        },
      },
    },
  });
}
