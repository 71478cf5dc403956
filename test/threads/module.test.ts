// Stale builds are rejected: SIMD modules compiled from other sources, or with functions of other
// signatures.

import { describe, expect, it } from 'vitest';
import * as base from '#simd/base';
import * as baseThreads from '#simd/base-threads';
import * as relaxed from '#simd/relaxed';
import * as relaxedThreads from '#simd/relaxed-threads';
import * as wide from '#simd/wide';
import * as wideThreads from '#simd/wide-threads';
import { convGeometryFields, convShapeWords, type SimdExports } from '#simd/interface';
import { checkFingerprint, findFunction } from '../../src/engine/backends/wasm/moduleCheck.js';
import { BackendError } from '../../src/engine/errors.js';

describe('checkFingerprint', () => {
  it.each(Object.entries({ base, baseThreads, relaxed, relaxedThreads, wide, wideThreads }))(
    'accepts %s',
    (_, module) => {
      expect(() => checkFingerprint(module)).not.toThrow();
    },
  );

  it('rejects a module compiled from other sources', () => {
    const older = { ...base, fingerprint: '0123456789abcdef' };
    expect(() => checkFingerprint(older)).toThrow(BackendError);
    expect(() => checkFingerprint(older)).toThrow(
      /^wasm: the SIMD module is out of date \(module 0123456789abcdef, interface [0-9a-f]{16}\): {2}npm run build:node$/,
    );
  });
});

describe('findFunction', async () => {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 65536 });
  const {
    instance: { exports },
  } = await WebAssembly.instantiate(base.bytes, { env: { memory } });

  it('returns a function of the module', () => {
    expect(findFunction(exports, 'copy', 3)).toBe(exports.copy);
  });

  it('rejects a module without the function', () => {
    expect(() => findFunction(exports, 'fold', 3)).toThrow(
      'out of date (no function fold):  npm run build',
    );
  });

  it('rejects a function with another number of arguments', () => {
    expect(() => findFunction(exports, 'copy', 4)).toThrow(BackendError);
    expect(() => findFunction(exports, 'copy', 4)).toThrow(
      'out of date (copy takes 3 arguments, got 4)',
    );
  });
});

it('convPrepare fills the words between the geometry and the tables', async () => {
  const memory = new WebAssembly.Memory({ initial: 2 });
  const { instance } = await WebAssembly.instantiate(base.bytes, { env: { memory } });
  const simd = instance.exports as unknown as SimdExports;
  const address = Math.ceil((simd.heapBase.value as number) / 16) * 16;
  const words = new Int32Array(memory.buffer, address, convShapeWords);
  words.fill(1, 0, convGeometryFields.length);
  simd.convPrepare(address);
  // A 1x1 convolution of one pixel: all derived sizes are 1; the tables follow the record.
  expect([...words.slice(convGeometryFields.length)]).toEqual([
    ...[1, 1, 1, 1, 1, 1],
    ...[address + 4 * convShapeWords, address + 4 * convShapeWords + 4],
  ]);
});
