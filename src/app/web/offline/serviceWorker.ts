// The service worker: caches every file of the build, so that the page works offline after the first visit.
// Files that are unchanged in a new build are not downloaded again. A new version waits until the visitor requests it
// (register.ts), so that a page never mixes files of two builds.
//
// vite-plugin-pwa is not used because it adds 340 packages (Babel, a second bundler). The list of files takes a few lines
// (scripts/offlineFiles.ts).

import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

/** One file of the build. A name that contains a content hash needs no revision. */
interface OfflineFile {
  readonly url: string;
  readonly revision: string | null;
}

/** Inserted by the build. */
declare const __OFFLINE_FILES__: OfflineFile[];
/** The part of the service worker's global scope that is used here. */
declare const self: {
  skipWaiting(): Promise<void>;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
};

precacheAndRoute(__OFFLINE_FILES__, {
  ignoreURLParametersMatching: [/./], // bench.html?only=... is the same file as bench.html
});
cleanupOutdatedCaches();

self.addEventListener('message', ({ data }) => {
  if (data === 'take over') void self.skipWaiting();
});
