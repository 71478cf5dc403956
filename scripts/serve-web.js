// Serves the built pages (dist-web) on a free local port, cross-origin isolated, so that wasm threads run, and prints the address of
// one of them:  node scripts/serve-web.js [bench.html]  . Imports Vite.

import { preview } from 'vite';

const [page = ''] = process.argv.slice(2);
const server = await preview({ logLevel: 'warn' });
console.log(`${server.resolvedUrls.local[0]}${page}\nCtrl+C ends it.`);
