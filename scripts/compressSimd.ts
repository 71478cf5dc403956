// Vite plugin that compresses the SIMD modules in the page's build: base64 of WebAssembly hardly
// compresses, base64 of its gzip is a third as long. The browser decompresses it at the import.

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** A module that scripts/build-simd.js generated. */
const MODULE = /^export const fingerprint = '(\w+)';\nconst text = atob\(\s*'([\w+/=]+)',?\s*\);$/m;

/** The code of a generated module with compressed bytes. @throws Error if it has another form */
export function compressedModule(code: string): string {
  const match = MODULE.exec(code);
  if (match === null)
    throw new Error('compressSimd: scripts/build-simd.js generates another form of module');
  const [, fingerprint, base64] = match;
  const compressed = gzipSync(Buffer.from(base64, 'base64'), { level: 9 }).toString('base64');
  return `export const fingerprint = '${fingerprint}';
const file = Uint8Array.from(atob('${compressed}'), (byte) => byte.charCodeAt(0));
const stream = new Blob([file]).stream().pipeThrough(new DecompressionStream('gzip'));
export const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
`;
}

/** The plugin. */
export function compressSimd(): Plugin {
  return {
    name: 'inkgrad:compress-simd',
    apply: 'build',
    transform: {
      filter: { id: /\/build\/simd\/(base|relaxed)(-threads)?\.js$/ },
      handler: (code) => ({ code: compressedModule(code), map: null }),
    },
  };
}
