// formula.ts and generator/formula.py give bit-for-bit identical results: every weight and every
// pixel of the training trace, by samples and checksums.

import { describe, expect, it } from 'vitest';
import { loadGolden } from './fixtures.js';
import type { Fields } from './fixtures.js';
import { checksum, images, initialTensor, labels, STATE } from './formula.js';

const golden = loadGolden('trace').case('formula');

function expectSame(values: Float32Array, stored: Fields): void {
  for (const [index, value] of stored.rows('samples'))
    expect(values[index], `element ${index}`).toBe(value);
  expect(checksum(values)).toBe(stored.number('checksum'));
}

describe('the formula of the training trace', () => {
  it("lists the state dict in PyTorch's order", () => {
    expect(STATE.map((entry) => entry.name)).toEqual(golden.values.fields('tensors').keys);
  });

  it.each(STATE.map((entry) => [entry.name, entry] as const))(
    'computes %s bit for bit',
    (name, entry) => {
      const stored = golden.values.fields('tensors').fields(name);
      expect(entry.shape).toEqual(stored.numbers('shape'));
      expectSame(initialTensor(entry), stored);
    },
  );

  it('computes the images of every step bit for bit, all in [-1, 1]', () => {
    const stored = golden.values.list('images');
    expect(stored).toHaveLength(30);
    stored.forEach((step, index) => {
      const batch = images(index);
      expectSame(batch, step);
      expect(batch.every((pixel) => pixel >= -1 && pixel <= 1)).toBe(true);
    });
  });

  it('computes the labels of every step', () => {
    const stored = golden.values.rows('labels');
    expect(stored.map((_, step) => labels(step))).toEqual(stored);
  });

  it('has a checksum that detects one flipped bit and two swapped elements', () => {
    const values = Float32Array.of(1, 2, 3);
    expect(checksum(Float32Array.of(1, 2, 3.0000002384185791))).not.toBe(checksum(values));
    expect(checksum(Float32Array.of(2, 1, 3))).not.toBe(checksum(values));
  });
});
