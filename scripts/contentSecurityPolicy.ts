// The page's Content-Security-Policy, and a Vite plugin that writes it into every built page.
//
// The page of the course evaluates the reader's code, but only in a worker from a `data:` address, which
// inherits the policy (src/app/web/learn/sandbox.ts).
//
// Deliberately missing on the other pages are 'unsafe-eval' (gpu.js needs none on webgl2 and webgpu), 'unsafe-inline',
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

/** What the page of the course allows in addition. */
const COURSE_SOURCES: Readonly<Record<string, readonly string[]>> = {
  'script-src': ["'unsafe-eval'"],
  'worker-src': ['data:'],
};

/** The policy of a page as the value of a header. `path` is the page's, such as `/index.html`. */
export function contentSecurityPolicy(path: string): string {
  const more = path === '/learn.html' ? COURSE_SOURCES : {};
  return Object.entries(DIRECTIVES)
    .map(([name, sources]) => [name, ...sources, ...(more[name] ?? [])].join(' '))
    .join('; ');
}

/**
 * Inserts the policy as the first tag of each page, so that a static host needs to send no header.
 */
export function writeContentSecurityPolicy(): Plugin {
  return {
    name: 'inkgrad:content-security-policy',
    apply: 'build', // the development server reloads modules with inline scripts
    transformIndexHtml: (_, { path }) => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy(path) },
        injectTo: 'head-prepend',
      },
    ],
  };
}
