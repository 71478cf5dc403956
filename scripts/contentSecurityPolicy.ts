// The page's Content-Security-Policy, and a Vite plugin that writes it into every built page. Imports Vite's types.
//
// What is missing matters most: no 'unsafe-eval' (gpu.js needs none on webgl2 and webgpu), no 'unsafe-inline', and no
// host but the page's own: a visitor's browser asks nobody else for anything.

import type { Plugin } from 'vite';

const DIRECTIVES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  // Compiling WebAssembly counts as evaluation; this allows that and no text.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  // The worker threads of the wasm backend start from a blob (src/engine/backends/wasm/threadPool.ts).
  'worker-src': ["'self'", 'blob:'],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** The policy as a header's value. */
export const contentSecurityPolicy = Object.entries(DIRECTIVES)
  .map(([name, sources]) => `${name} ${sources.join(' ')}`)
  .join('; ');

/** Puts the policy into each page as its first tag: a static host needs to send no header for it. */
export function writeContentSecurityPolicy(): Plugin {
  return {
    name: 'inkgrad:content-security-policy',
    apply: 'build', // the development server reloads modules with inline scripts
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}
