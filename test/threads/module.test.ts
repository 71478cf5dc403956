// The SIMD module is held to the table of its functions before anything runs: a build of another day is named, and the fix.

import { describe, expect, it } from 'vitest';
import { bytes } from '#simd/base';
import { checkModule } from '../../src/engine/backends/wasm/moduleCheck.js';
import { BackendError } from '../../src/engine/errors.js';

describe('checkModule', async () => {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });

  it('takes the module that the build has just made', () => {
    expect(() => checkModule(instance.exports)).not.toThrow();
  });

  it('refuses one that lacks a function', () => {
    const { gemm, ...older } = instance.exports;
    expect(gemm).toBeTypeOf('function');
    expect(() => checkModule(older)).toThrow(BackendError);
    expect(() => checkModule(older)).toThrow('wasm: the SIMD module is out of date (gemm):  npm run build');
  });

  it('refuses one whose functions take other arguments', () => {
    const older = { ...instance.exports, copy: (): void => undefined };
    expect(() => checkModule(older)).toThrow('out of date (copy)');
  });
});
