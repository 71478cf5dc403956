// Bundles a program of a project for a browser, as its developer would: Vite with its defaults.

import { build, type Rolldown } from 'vite';

/** Builds `entry` (a file in the project's folder) into `out`; returns the written chunks. */
export async function bundle(
  folder: string,
  entry: string,
  out: string,
): Promise<readonly Rolldown.OutputChunk[]> {
  const output = (await build({
    root: folder,
    base: './',
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: {
      outDir: out,
      target: 'es2022',
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rolldownOptions: { input: `${folder}/${entry}` },
    },
  })) as Rolldown.RolldownOutput;
  return output.output.filter((file) => file.type === 'chunk');
}
