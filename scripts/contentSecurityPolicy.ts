// The page's Content-Security-Policy, and a Vite plugin that writes it into every built page.
//
// Deliberately missing are 'unsafe-eval' (gpu.js needs none on webgl2 and webgpu), 'unsafe-inline',
// and any host but the page's own: the page makes no third-party requests.

import type { Plugin } from 'vite';

const DIRECTIVES: Readonly<Record<string, readonly string[]>> = {
  'default-src': ["'none'"],
  // Compiling WebAssembly counts as evaluation; this allows it, but not the evaluation of strings.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  // The worker threads of the wasm backend start from a blob
  // (src/engine/backends/wasm/threadPool.ts).
  'worker-src': ["'self'", 'blob:'],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** The policy as the value of a header. */
export const contentSecurityPolicy = Object.entries(DIRECTIVES)
  .map(([name, sources]) => `${name} ${sources.join(' ')}`)
  .join('; ');

/**
 * Inserts the policy as the first tag of each page, so that a static host needs to send no header.
 */
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
