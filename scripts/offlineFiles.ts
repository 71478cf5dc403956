// Vite plugin that builds the service worker and inserts the list of the build's files, which the
// worker caches.

import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** The name in serviceWorker.ts that is replaced by the list. */
const PLACEHOLDER = '__OFFLINE_FILES__';
/** Hash in file names that Vite generates: eight characters before the extension. */
const DIGEST = /-[\w-]{8}\.\w+$/;

const digestOf = (contents: string | Uint8Array): string =>
  createHash('sha256').update(contents).digest('hex').slice(0, 16);

/**
 * Next to the page, under a fixed name: a service worker's scope is the path below its own address.
 */
const WORKER = 'serviceWorker.js';
/** Files of the public folder that only other sites load. */
const ONLINE = ['preview.png'];

/**
 * Adds `serviceWorker.js`, with a list of all output files and the public folder, excluding the
 * worker itself, source maps and previews for other sites.
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
        const copied = (existsSync(publicDir) ? readdirSync(publicDir) : [])
          .filter((file) => !ONLINE.includes(file))
          .map((file) => [file, readFileSync(join(publicDir, file))] as const);
        const files = [...built, ...copied]
          .map(([url, contents]) => ({
            url,
            revision: DIGEST.test(url) ? null : digestOf(contents),
          }))
          .sort((a, b) => (a.url < b.url ? -1 : 1));
        if (!worker.code.includes(PLACEHOLDER)) this.error(`${WORKER} lacks ${PLACEHOLDER}`);
        worker.code = worker.code.replaceAll(PLACEHOLDER, JSON.stringify(files));
      },
    },
  };
}
