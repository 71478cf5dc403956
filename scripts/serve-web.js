// Serves the built pages (dist-web) on a free local port and prints the address of one:
//
//     node scripts/serve-web.js [bench.html]
//
// The pages are cross-origin isolated, so that wasm threads work.

import { preview } from 'vite';

const [page = ''] = process.argv.slice(2);
const server = await preview({ logLevel: 'warn' });
console.log(`${server.resolvedUrls.local[0]}${page}\nPress Ctrl+C to stop.`);
