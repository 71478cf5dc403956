// Vite plugin that embeds every kernel's source text (freezeKernelText.js) in the page's build.

import type { Plugin } from 'vite';
import { freezeKernelText } from './freezeKernelText.js';

/** Files that declare kernels: `kernels/NAME.ts`, but not the SIMD sources below it. */
const KERNEL_FILES = /\/kernels\/[^/]+\.ts$/;

/**
 * The plugin. It runs after TypeScript is stripped (`post`) and before rendering, during which
 * chunks are minified.
 */
export function freezeKernels(): Plugin {
  return {
    name: 'inkgrad:freeze-kernels',
    enforce: 'post',
    transform: {
      filter: { id: KERNEL_FILES },
      handler(code) {
        const frozen = freezeKernelText(code);
        return frozen === null ? null : { code: frozen, map: null };
      },
    },
  };
}
