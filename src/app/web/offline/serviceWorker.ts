// The service worker: keeps every file of the page's build in the browser, so that the page works without a network after the
// first visit. Files whose contents are the same in a new build are not fetched again. A new version waits until the visitor asks
// for it (register.ts), so that a page never gets half of its files from another build. Imports workbox-precaching.
//
// Why not vite-plugin-pwa: it brings 340 packages (Babel, a second bundler) for this one file; the list of files is a few lines of
// our own (scripts/offlineFiles.ts).

import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

/** One file of the build. A name with a digest in it needs no revision. */
interface OfflineFile {
  readonly url: string;
  readonly revision: string | null;
}

/** The build puts the list in. */
declare const __OFFLINE_FILES__: OfflineFile[];
/** What a service worker has and a page has not. */
declare const self: {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
};

precacheAndRoute(__OFFLINE_FILES__, {
  ignoreURLParametersMatching: [/./], // bench.html?only=... is bench.html
});
cleanupOutdatedCaches();

self.addEventListener('message', ({ data }) => {
  if (data === 'take over') void self.skipWaiting();
});
