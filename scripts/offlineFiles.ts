// A Vite plugin: builds the service worker, and tells it which files the build has, so that it can keep them. Imports node:
// modules and Vite's types.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** The name in serviceWorker.ts that the list takes the place of. */
const PLACEHOLDER = '__OFFLINE_FILES__';
/** In names that Vite gives: eight characters of a digest before the ending. */
const DIGEST = /-[\w-]{8}\.\w+$/;

const digestOf = (contents: string | Uint8Array): string =>
  createHash('sha256').update(contents).digest('hex').slice(0, 16);

/** Beside the page, under a name that stays: a service worker reaches what lies below its own address. */
const WORKER = 'serviceWorker.js';

/**
 * Adds `serviceWorker.js`, with the list of all files in it: all that is written, and the public folder, but for the worker itself
 * and source maps.
 *
 * @param source file of the service worker
 */
export function offlineFiles(source: string): Plugin {
  let publicDir = '';
  return {
    name: 'inkgrad:offline-files',
    apply: 'build',
    enforce: 'post',
    configResolved: (config) => {
      ({ publicDir } = config);
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName: WORKER });
    },
    generateBundle: {
      order: 'post', // after the pages have been written
      handler(_, bundle) {
        const worker = bundle[WORKER];
        if (worker.type !== 'chunk') return;
        const built = Object.values(bundle)
          .filter((file) => file !== worker && !file.fileName.endsWith('.map'))
          .map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source] as const);
        const copied = (existsSync(publicDir) ? readdirSync(publicDir) : []).map(
          (file) => [file, readFileSync(join(publicDir, file))] as const,
        );
        const files = [...built, ...copied]
          .map(([url, contents]) => ({ url, revision: DIGEST.test(url) ? null : digestOf(contents) }))
          .sort((a, b) => (a.url < b.url ? -1 : 1));
        if (!worker.code.includes(PLACEHOLDER)) this.error(`${WORKER} lacks ${PLACEHOLDER}`);
        worker.code = worker.code.replaceAll(PLACEHOLDER, JSON.stringify(files));
      },
    },
  };
}
