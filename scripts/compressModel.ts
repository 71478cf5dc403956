// Vite plugin that compresses the model with gzip: hosts compress scripts, but not files of types
// that they do not know. The page decompresses it (src/app/web/prediction/bundledModel.ts).

import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** The plugin. Files keep their names; the hash in a name is that of the original file. */
export function compressModel(): Plugin {
  return {
    name: 'inkgrad:compress-model',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === 'asset' && file.fileName.endsWith('.safetensors'))
          file.source = gzipSync(file.source, { level: 9 });
      }
    },
  };
}
