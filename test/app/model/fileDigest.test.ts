// Tests that a model file with a digest is verified, that every changed bit is detected, and that
// weights which are not numbers are rejected by name.

import { describe, expect, it } from 'vitest';
import { checkNumbers } from '../../../src/app/model/checkNumbers.js';
import { withDigest, withoutDigest } from '../../../src/app/model/fileDigest.js';
import { decodeModel } from '../../../src/app/model/modelContents.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/nn/index.js';

const arrays = {
  weight: { shape: [2, 3], data: Float32Array.of(1, -2, 3, 0.5, 0, -0) },
  count: { shape: [], data: Float64Array.of(0.1) },
};
const plain = encodeSafetensors(arrays, { inkgrad: '1', extra: '{"name":"ß","sha256":"no"}' });

describe('a file with a digest', () => {
  it('has the same contents, is verified, and equal files give equal bytes', async () => {
    const signed = await withDigest(plain);
    const { tensors, metadata, verified } = await decodeModel(signed);
    expect(verified).toBe(true);
    expect(tensors).toEqual(decodeSafetensors(plain).tensors);
    expect(withoutDigest(metadata)).toEqual(decodeSafetensors(plain).metadata);
    expect(Object.keys(metadata)).toContain('sha256');
    expect(await withDigest(plain)).toEqual(signed);
    expect(encodeSafetensors(tensors, withoutDigest(metadata))).toEqual(plain);
  });

  it('is rejected if any bit of its arrays is changed', async () => {
    const signed = await withDigest(plain);
    for (let bit = 8 * (signed.length - 32); bit < 8 * signed.length; bit++) {
      const damaged = Uint8Array.from(signed);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      await expect(decodeModel(damaged), `bit ${bit}`).rejects.toThrow(
        'its contents do not match its digest',
      );
    }
  });

  it('is rejected or unverified if any byte of its header is changed', async () => {
    const signed = await withDigest(plain);
    for (let byte = 0; byte < signed.length - 32; byte++) {
      const damaged = Uint8Array.from(signed);
      damaged[byte] ^= 1;
      const verified = await decodeModel(damaged).then(
        (model) => model.verified,
        () => false,
      );
      expect(verified, `byte ${byte}`).toBe(false);
    }
  });
});

it('a file without a digest is unverified', async () => {
  expect((await decodeModel(plain)).verified).toBe(false);
});

describe('weights are rejected by name', () => {
  it.each([
    ['conv.weight', NaN, 'element 1 of conv.weight is NaN, expected a finite number'],
    ['conv.weight', -Infinity, 'element 1 of conv.weight is -Infinity'],
    ['conv.weight', 1e39, 'element 1 of conv.weight is 1e+39'], // infinite in float32
    [
      'bn.running_var',
      -0.5,
      'element 1 of bn.running_var is -0.5, expected a variance of at least',
    ],
  ])('%s with %f', (name, value, message) => {
    const data = Float64Array.of(0, value);
    expect(() => checkNumbers({ other: arrays.weight, [name]: { shape: [2], data } })).toThrow(
      message,
    );
  });

  it('but not negative numbers elsewhere, or a variance of 0', () => {
    const data = Float32Array.of(-1, 0);
    expect(() =>
      checkNumbers({
        'bn.running_mean': { shape: [2], data },
        'bn.running_var': { shape: [1], data: Float32Array.of(0) },
      }),
    ).not.toThrow();
  });
});
