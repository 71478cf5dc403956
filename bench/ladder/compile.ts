// Compiles the AssemblyScript files of rungs/ in memory, with the options of scripts/build-simd.js.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModuleBuild } from '../../src/engine/backends/wasm/index.js';

const OPTIONS = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
  ...['--importMemory', '--initialMemory', '1', '--disableWarning', '112'],
];

const RELAXED = ['--enable', 'relaxed-simd'];

/** Compiler features of each build, see scripts/build-simd.js. */
const FEATURES: Readonly<Record<ModuleBuild, readonly string[]>> = {
  base: [],
  relaxed: RELAXED,
  wide: [...RELAXED, '--use', 'WIDE=1', '--memoryBase', '32768'],
};

/** The part of the compiler that is used here. */
interface Compiler {
  main(
    options: readonly string[],
    host: {
      readonly readFile: (file: string) => string | null;
      readonly writeFile: (file: string, contents: Uint8Array | string) => void;
      readonly listFiles: () => readonly string[];
      readonly stderr: { readonly write: (text: string | Uint8Array) => void };
    },
  ): Promise<{ readonly error: Error | null }>;
}

/** Not a literal in `import`: the compiler's types redefine global ones, such as Array.at. */
const COMPILER = ['assemblyscript', 'asc'].join('/');

/**
 * The WebAssembly module of one rung.
 *
 * @param root folder of the repository
 * @param name file in bench/ladder/rungs, without extension
 */
export async function compileRung(
  root: string,
  name: string,
  build: ModuleBuild,
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: asc } = (await import(COMPILER)) as { readonly default: Compiler };
  const outputs: Uint8Array<ArrayBuffer>[] = [];
  let messages = '';
  const { error } = await asc.main(
    [`bench/ladder/rungs/${name}.ts`, '--outFile', 'module.wasm', ...OPTIONS, ...FEATURES[build]],
    {
      readFile: (file) => {
        try {
          return readFileSync(join(root, file), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_, contents) => void outputs.push(Uint8Array.from(contents as Uint8Array)),
      listFiles: () => [],
      stderr: { write: (text) => void (messages += text.toString()) },
    },
  );
  if (error !== null || outputs.length === 0) {
    throw new Error(
      `bench/ladder/rungs/${name}.ts does not compile (${build})\n${messages}${String(error)}`,
    );
  }
  return outputs[0];
}
