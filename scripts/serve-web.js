// Serves the built pages (dist-web) on a free local port, cross-origin isolated, so that wasm threads run. Imports Vite.

import { preview } from 'vite';

const server = await preview({ logLevel: 'warn' });
console.log(`Bench: ${server.resolvedUrls.local[0]}bench.html\nCtrl+C ends it.`);
