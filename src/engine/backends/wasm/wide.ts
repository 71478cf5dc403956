// The wide module: 256-bit SIMD through V8's revectorizer, which merges adjacent 128-bit operations
// while it optimizes a module (`--experimental-wasm-revectorize`). Results are bit-for-bit those of the
// relaxed module.
//
// The flag concerns the whole process, so it is set only while the module is compiled: synchronously,
// and directly by the optimizing compiler, because V8 optimizes most modules later, in the background.
// A module of the application that is being optimized during these 0.2 seconds is affected too.
//
// V8 13.6 (Node 24) compiles some patterns to wrong code without an error: shuffles other than the ones
// that scripts/wide-patterns.js admits, and loads that extend. The build rejects a module that contains
// them. In addition, `checkWide` compares every function with its 128-bit code before the module is
// used.

import { BackendError } from '../../errors.js';
import { checkWide } from './wideCheck.js';
import { wideSimdObstacle } from './wideSupport.js';

/**
 * Flags during compilation; afterwards each has its default again. All functions are compiled at once,
 * by the optimizing compiler. Its inlining needs counts that only the baseline compiler collects: V8
 * 14.6 aborts without the last flag.
 */
const COMPILE_FLAGS = [
  'experimental-wasm-revectorize',
  'no-liftoff',
  'no-wasm-lazy-compilation',
  'no-wasm-inlining',
] as const;

const negated = (flag: string): string =>
  flag.startsWith('no-') ? flag.slice('no-'.length) : `no-${flag}`;

/** Compiled and checked modules of this process, by kind of memory. */
const modules = new Map<boolean, Promise<WebAssembly.Module>>();

/**
 * Compiles the wide module and checks it. A process does so once.
 *
 * @param bytes the module
 * @param shared whether it imports shared memory
 * @throws BackendError with the reason if it is unsupported, or computes anything else than 128-bit code
 */
export function compileWide(
  bytes: Uint8Array<ArrayBuffer>,
  shared: boolean,
): Promise<WebAssembly.Module> {
  let module = modules.get(shared);
  if (module === undefined) {
    module = compile(bytes, shared);
    modules.set(shared, module);
  }
  return module;
}

async function compile(
  bytes: Uint8Array<ArrayBuffer>,
  shared: boolean,
): Promise<WebAssembly.Module> {
  const reason = await wideSimdObstacle();
  if (reason !== null) throw new BackendError(`wasm: no 256-bit SIMD: ${reason}`);
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of COMPILE_FLAGS) setFlagsFromString(`--${flag}`);
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes);
  } finally {
    for (const flag of COMPILE_FLAGS) setFlagsFromString(`--${negated(flag)}`);
  }
  const wrong = checkWide(module, plainModule(bytes), shared);
  if (wrong.length > 0) {
    throw new BackendError(
      `wasm: no 256-bit SIMD: V8 ${process.versions.v8} compiles ${wrong.join(', ')} incorrectly`,
    );
  }
  return module;
}

/**
 * The same module without 256-bit code. V8 caches compiled modules by their bytes, so a custom section,
 * which has no effect, makes them different.
 */
function plainModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const customSection = [0, 2, 1, 'x'.charCodeAt(0)];
  return new WebAssembly.Module(Uint8Array.from([...bytes, ...customSection]));
}
