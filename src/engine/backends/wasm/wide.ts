// The wide module: 256-bit SIMD through V8's revectorizer, which merges adjacent 128-bit operations
// while it optimizes a module (`--experimental-wasm-revectorize`). Results are bit-for-bit those of the
// relaxed module.
//
// The flag concerns the whole process, so it is set only while the module is optimized, in a
// synchronous section of about 0.3 seconds. V8 optimizes a function when it has run often enough, in
// the background; two more flags make it do so at the first call, at once. The first call of every
// function is part of the section (`warmUp`). Modules of the application that V8 happens to optimize
// in the background during these 0.3 seconds are affected too.
//
// Flags that skip the baseline compiler instead (--no-liftoff, --no-wasm-inlining) abort the process
// in V8 14.6, if a background thread is compiling another module.
//
// V8 13.6 (Node 24) compiles some patterns to wrong code without an error: shuffles other than the ones
// that scripts/wide-patterns.js admits, and loads that extend. The build rejects a module that contains
// them. In addition, `checkWide` compares every function with its 128-bit code before the module is
// used.

import { BackendError } from '../../errors.js';
import { checkWide, warmUp } from './wideCheck.js';
import { wideSimdObstacle } from './wideSupport.js';

/** Flags while the module is optimized, and their defaults in V8 13.6 to 14.6. */
const FLAGS = ['experimental-wasm-revectorize', 'wasm-sync-tier-up', 'wasm-tiering-budget=1'];
const DEFAULTS = [
  'no-experimental-wasm-revectorize',
  'no-wasm-sync-tier-up',
  'wasm-tiering-budget=13000000',
];

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
  const failure = (what: string): BackendError =>
    new BackendError(`wasm: no 256-bit SIMD: with V8 ${process.versions.v8}, ${what}`);
  let module: WebAssembly.Module;
  let wrong: readonly string[];
  try {
    module = await compileRevectorized(bytes, (compiled) => warmUp(compiled, shared));
    wrong = checkWide(module, plainModule(bytes), shared);
  } catch (error) {
    throw failure(`the check of the module failed: ${String(error)}`); // a WebAssembly trap
  }
  if (wrong.length > 0) throw failure(`these functions are incorrect: ${wrong.join(', ')}`);
  return module;
}

/** Compiles a module, and with the revectorizer all functions that `firstCalls` calls. */
export async function compileRevectorized(
  bytes: Uint8Array<ArrayBuffer>,
  firstCalls: (module: WebAssembly.Module) => void,
): Promise<WebAssembly.Module> {
  const { setFlagsFromString } = await import('node:v8');
  for (const flag of FLAGS) setFlagsFromString(`--${flag}`);
  try {
    const module = new WebAssembly.Module(bytes);
    firstCalls(module);
    return module;
  } finally {
    for (const flag of DEFAULTS) setFlagsFromString(`--${flag}`);
  }
}

/**
 * The same module without 256-bit code. V8 caches compiled modules by their bytes, so a custom section,
 * which has no effect, makes them different.
 */
function plainModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const customSection = [0, 2, 1, 'x'.charCodeAt(0)];
  return new WebAssembly.Module(Uint8Array.from([...bytes, ...customSection]));
}
