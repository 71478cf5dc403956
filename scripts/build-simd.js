// Compiles kernels/simd (AssemblyScript) into build/simd: one ES module for each variant, whose only export is the bytes of
// a WebAssembly module. Does nothing when the outputs are newer than every source. Imports node: modules and the compiler.

import { mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'kernels', 'simd');
const outputs = join(root, 'build', 'simd');

const RELAXED = ['--enable', 'relaxed-simd'];
/** Memory that several threads share must say how far it may grow: 65,536 pages are the 4 GiB that addresses reach. */
const THREADS = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];

/** The same text, compiled with different features. `relaxed` fuses multiply and add (see lanes.ts); Node 20 refuses it. */
const VARIANTS = {
  base: [],
  'base-threads': THREADS,
  relaxed: RELAXED,
  'relaxed-threads': [...RELAXED, ...THREADS],
};

// Warning 112 is about v128 in exported functions: ours are exported between files, never from the module.
const OPTIONS =
  '-O3 --noAssert --runtime stub --enable simd --importMemory --initialMemory 1 --disableWarning 112'.split(
    ' ',
  );

const TYPES = `/** The WebAssembly module compiled from kernels/simd. */
export const bytes: Uint8Array<ArrayBuffer>;
`;

/** The text of the ES module. atob is in Node and in browsers; Buffer and Uint8Array.fromBase64 are not in both. */
function moduleText(wasm) {
  return `// Made by scripts/build-simd.js from kernels/simd. Do not edit.
const text = atob(
  '${Buffer.from(wasm).toString('base64')}',
);
export const bytes = new Uint8Array(text.length);
for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
`;
}

function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}

function upToDate() {
  const read = readdirSync(sources).map((name) => join(sources, name));
  read.push(fileURLToPath(import.meta.url), join(root, 'node_modules', 'assemblyscript', 'package.json'));
  const written = Object.keys(VARIANTS).flatMap((name) => [`${name}.js`, `${name}.d.ts`]);
  const oldest = Math.min(...written.map((name) => modified(join(outputs, name))));
  // A source folder changes when a file is removed from it, which no file's own date tells.
  return [sources, ...read].every((file) => modified(file) < oldest);
}

/** Runs the compiler in this process; the files it writes arrive in memory. */
async function compile(asc, name, features) {
  let wasm;
  const { error, stderr } = await asc.main(
    [join('kernels', 'simd', 'index.ts'), '--outFile', 'module.wasm', ...OPTIONS, ...features],
    {
      readFile: (file, base) => {
        try {
          return readFileSync(join(base, file), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_file, contents) => {
        wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || wasm === undefined) {
    throw new Error(
      `build-simd: kernels/simd does not compile (variant ${name})\n${stderr.toString()}${String(error)}`,
    );
  }
  return wasm;
}

/** Writes the file whole or not at all: a half-written one would look up to date. */
function writeWhole(file, text) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, file);
}

async function build() {
  if (upToDate()) return;
  process.chdir(root); // the compiler resolves and names files relative to the working directory
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(outputs, { recursive: true });
  for (const [name, features] of Object.entries(VARIANTS)) {
    const wasm = await compile(asc, name, features);
    writeWhole(join(outputs, `${name}.js`), moduleText(wasm));
    writeWhole(join(outputs, `${name}.d.ts`), TYPES);
    console.log(`build/simd/${name}.js: ${(wasm.length / 1024).toFixed(1)} KB of WebAssembly`);
  }
}

try {
  await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
