// How the web pages are built (`npm run build:web`): every page of src/app/web becomes static files in dist-web that any host
// serves from any folder. Not used by the tests' runner, which has vitest.config.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { cellRuntime } from './scripts/cellRuntime.js';
import { compressModel } from './scripts/compressModel.js';
import { compressSimd } from './scripts/compressSimd.js';
import { writeContentSecurityPolicy } from './scripts/contentSecurityPolicy.js';
import { coursePage } from './scripts/coursePage.js';
import { freezeKernels } from './scripts/freezeKernels.js';
import { offlineFiles } from './scripts/offlineFiles.js';
import { type Package, pageMetadata, siteAddress } from './scripts/pageMetadata.js';
import { preloadModel } from './scripts/preloadModel.js';
import { withoutWideModule } from './scripts/withoutWideModule.js';

const folder = fileURLToPath(new URL('src/app/web/', import.meta.url));
/** Every page of the folder, by name. */
const pages = Object.fromEntries(
  readdirSync(folder)
    .filter((name) => name.endsWith('.html'))
    .map((name) => [name.replace(/\.html$/, ''), folder + name]),
);

const manifest = JSON.parse(
  readFileSync(new URL('package.json', import.meta.url), 'utf8'),
) as Package & { readonly version: string };

export default defineConfig({
  root: folder,
  base: './', // relative addresses: the folder may lie anywhere on a host
  plugins: [
    freezeKernels(),
    withoutWideModule(),
    compressSimd(),
    writeContentSecurityPolicy(),
    coursePage(new URL('./', import.meta.url)),
    cellRuntime(`${folder}learn/cellWorker.ts`),
    pageMetadata({
      site: siteAddress(process.env.INKGRAD_SITE_URL),
      manifest,
      license: new URL('LICENSE', import.meta.url),
    }),
    compressModel(),
    preloadModel(),
    offlineFiles(`${folder}offline/serviceWorker.ts`),
  ],
  worker: { format: 'es', plugins: () => [freezeKernels(), withoutWideModule(), compressSimd()] },
  // A browser has no `process`: the branches for Node fall away, and with them the imports of node: modules.
  define: { 'typeof process': '"undefined"', __VERSION__: JSON.stringify(manifest.version) },
  // Wasm threads need a host that sends these two.
  preview: {
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
  build: {
    outDir: fileURLToPath(new URL('dist-web/', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 700, // gpu.js alone is 530 KB; it loads when a GPU is tried
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages },
  },
});
