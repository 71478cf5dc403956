// Vite plugin that bundles the worker of the course's cells into one classic script.
//
// The page fetches the script as text and passes it to a worker with an opaque origin, which can
// load nothing by itself (src/app/web/learn/cellWorker.ts). `virtual:cell-runtime` is its address.

import { build, type Plugin } from 'vite';
import { freezeKernels } from './freezeKernels.js';
import { withoutWideModule } from './withoutWideModule.js';

const MODULE = 'virtual:cell-runtime';

/** The plugin. `entry` is the worker's source file. */
export function cellRuntime(entry: string): Plugin {
  return {
    name: 'inkgrad:cell-runtime',
    apply: 'build',
    resolveId: { filter: { id: /^virtual:cell-runtime$/ }, handler: () => `\0${MODULE}` },
    load: {
      filter: { id: /^\0virtual:cell-runtime$/ },
      async handler() {
        const source = await bundle(entry);
        const file = this.emitFile({ type: 'asset', name: 'cell-runtime.js', source });
        return `export default import.meta.ROLLUP_FILE_URL_${file};`;
      },
    },
  };
}

async function bundle(entry: string): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [freezeKernels(), withoutWideModule()],
    define: { 'typeof process': '"undefined"' },
    build: {
      write: false,
      target: 'es2022',
      chunkSizeWarningLimit: 3000, // the engine with gpu.js, one file
      lib: { entry, formats: ['iife'], name: 'cells' },
      rolldownOptions: {
        output: { codeSplitting: false, keepNames: true },
        // Only branches for Node use import.meta.
        checks: { emptyImportMeta: false, bundlerTimings: false },
      },
    },
  });
  if (!Array.isArray(output)) throw new Error('cellRuntime: expected one bundle');
  const [chunk, ...others] = output[0].output;
  if (others.length > 0)
    throw new Error(`cellRuntime: expected one script, got ${others.length} more files`);
  return chunk.code;
}
