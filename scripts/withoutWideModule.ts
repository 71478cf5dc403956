// Vite plugin that leaves the wide SIMD module out of a web page, where it cannot be enabled: its import
// is in a branch for Node, which removing `process` does not reach.

import type { Plugin } from 'vite';

const EMPTY = '\0inkgrad:no-wide-module';

/** Replaces the wide module, and the code that compiles it, with an empty module. */
export function withoutWideModule(): Plugin {
  return {
    name: 'inkgrad:without-wide-module',
    enforce: 'pre',
    resolveId: (source) => (/^#simd\/wide|^\.\/wide\.js$/.test(source) ? EMPTY : null),
    load: (id) => (id === EMPTY ? 'export {};' : null),
  };
}
