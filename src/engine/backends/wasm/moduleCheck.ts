// Detects a stale build: the SIMD module, its generated interface and this JavaScript must come
// from the same sources. With another module a function may be missing or take other arguments, and
// a job would trap or never end.

import { fingerprint } from '#simd/interface';
import { BackendError } from '../../errors.js';

/** @throws BackendError if a module was compiled from other sources than the interface */
export function checkFingerprint(module: { readonly fingerprint: string }): void {
  if (module.fingerprint !== fingerprint) {
    throw staleBuild(`module ${module.fingerprint}, interface ${fingerprint}`);
  }
}

/** An exported function that computes something. */
export type SimdFunction = (...args: number[]) => void;

/**
 * Returns the exported function `name` of a module.
 *
 * @throws BackendError if the module lacks it, or if it takes another number of arguments
 */
export function findFunction(exports: object, name: string, argumentCount: number): SimdFunction {
  const exported = (exports as Readonly<Record<string, unknown>>)[name];
  if (typeof exported !== 'function') throw staleBuild(`no function ${name}`);
  if (exported.length !== argumentCount) {
    throw staleBuild(`${name} takes ${exported.length} arguments, got ${argumentCount}`);
  }
  return exported as SimdFunction;
}

const staleBuild = (difference: string): BackendError =>
  new BackendError(`wasm: the SIMD module is out of date (${difference}):  npm run build:node`);
