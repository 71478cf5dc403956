// Functions that create tensors: values, shapes, options and errors.

import { describe, expect, it } from 'vitest';
import {
  arange,
  ArgumentError,
  eye,
  fullLike,
  linspace,
  onesLike,
  rand,
  randn,
  ReferenceBackend,
  Rng,
  ShapeError,
  scope,
  type Tensor,
  zeros,
  zerosLike,
} from '../../src/engine/index.js';
import { onReference } from '../support/backends.js';
import { evaluate } from './arange.js';

const valuesOf = async (make: () => Tensor): Promise<number[]> => (await evaluate(make)).flat;

describe('arange', () => {
  it(
    'counts from start to end by step, without end',
    onReference(async () => {
      expect(await valuesOf(() => arange(4))).toEqual([0, 1, 2, 3]);
      expect(await valuesOf(() => arange(2, 5))).toEqual([2, 3, 4]);
      expect(await valuesOf(() => arange(1, 2, 0.25))).toEqual([1, 1.25, 1.5, 1.75]);
      expect(await valuesOf(() => arange(5, 0, -2))).toEqual([5, 3, 1]);
      expect(await valuesOf(() => arange(0))).toEqual([]);
      // Not a sum of rounded steps: torch.arange(0, 1, 0.1) has the same float32 values.
      const tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map(Math.fround);
      expect(await valuesOf(() => arange(0, 1, 0.1))).toEqual(tenths);
    }),
  );

  it.each([
    [[0, 3, 0], /^arange: step 0 does not lead from 0 to 3/],
    [[0, 3, -1], /^arange: step -1 does not lead from 0 to 3/],
    [[-1], /^arange: step 1 does not lead from 0 to -1/],
    [[0, Infinity], /^arange: end must be a finite number, got Infinity/],
    [[NaN, 2], /^arange: start must be a finite number, got NaN/],
  ] as [[number, number?, number?], RegExp][])('rejects %j', (args, message) => {
    expect(() => arange(...args)).toThrow(ArgumentError);
    expect(() => arange(...args)).toThrow(message);
  });
});

describe('linspace', () => {
  it(
    'includes both ends exactly',
    onReference(async () => {
      expect(await valuesOf(() => linspace(0, 1, 5))).toEqual([0, 0.25, 0.5, 0.75, 1]);
      expect(await valuesOf(() => linspace(3, -3, 3))).toEqual([3, 0, -3]);
      expect(await valuesOf(() => linspace(2, 9, 1))).toEqual([2]);
      expect(await valuesOf(() => linspace(2, 9, 0))).toEqual([]);
      const tenths = await valuesOf(() => linspace(0, 0.7, 8));
      expect(tenths.at(-1)).toBe(Math.fround(0.7));
    }),
  );

  it('rejects a count that is not an integer of at least 0', () => {
    expect(() => linspace(0, 1, -1)).toThrow(/^linspace: count must be a whole number .* got -1/);
    expect(() => linspace(0, 1, 2.5)).toThrow(ArgumentError);
    expect(() => linspace(0, NaN, 2)).toThrow(/^linspace: end must be a finite number, got NaN/);
  });
});

it(
  'eye is the identity, of any rectangle',
  onReference(async () => {
    expect(await evaluate(() => eye(2))).toEqual({ shape: [2, 2], flat: [1, 0, 0, 1] });
    expect(await evaluate(() => eye(2, 3))).toEqual({ shape: [2, 3], flat: [1, 0, 0, 0, 1, 0] });
    expect(await evaluate(() => eye(3, 1))).toEqual({ shape: [3, 1], flat: [1, 0, 0] });
    expect(await evaluate(() => eye(0))).toEqual({ shape: [0, 0], flat: [] });
    expect(() => eye(-1)).toThrow(ShapeError);
  }),
);

describe('rand and randn', () => {
  it(
    'draw from the generator, in order',
    onReference(async () => {
      const expected = new Rng(3);
      const uniform = Array.from({ length: 6 }, () => expected.uniform());
      const normal = Array.from({ length: 4 }, () => Math.fround(expected.normal()));
      const rng = new Rng(3);
      expect(await evaluate(() => rand([2, 3], rng))).toEqual({ shape: [2, 3], flat: uniform });
      expect(await evaluate(() => randn([4], rng))).toEqual({ shape: [4], flat: normal });
    }),
  );

  it(
    'have the moments of their distribution (seed 5)',
    onReference(async () => {
      const rng = new Rng(5);
      const moments = (values: number[]): [number, number] => {
        const mean = values.reduce((a, b) => a + b, 0) / values.length;
        return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length];
      };
      const [mean, variance] = moments(await valuesOf(() => rand([10_000], rng)));
      expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.01);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005);
      const [zero, one] = moments(await valuesOf(() => randn([10_000], rng)));
      expect(Math.abs(zero)).toBeLessThan(0.04);
      expect(Math.abs(one - 1)).toBeLessThan(0.06);
    }),
  );

  it('reject a missing generator', () => {
    expect(() => rand([2], undefined as never)).toThrow(/^rand: rng must be a random number/);
    expect(() => randn([2], 7 as never)).toThrow(/^randn: rng must be a random number/);
  });
});

describe('tensors like another one', () => {
  it('have its shape and its backend, and no gradient by default', async () => {
    const backend = new ReferenceBackend({ dtype: 'float64' });
    const pending = scope(() => {
      const x = zeros([2, 1], { backend, requiresGrad: true });
      const like = [zerosLike(x), onesLike(x), fullLike(x, 0.1)];
      expect(like.map(({ shape }) => shape)).toEqual([
        [2, 1],
        [2, 1],
        [2, 1],
      ]);
      const isPlain = ({ array, requiresGrad }: Tensor): boolean =>
        array.backend === backend && !requiresGrad;
      expect(like.every(isPlain)).toBe(true);
      expect(onesLike(x, { requiresGrad: true }).requiresGrad).toBe(true);
      return Promise.all(like.map((y) => y.data()));
    });
    expect((await pending).map((values) => [...values])).toEqual([
      [0, 0],
      [1, 1],
      [0.1, 0.1],
    ]);
    expect(backend.memory.live).toBe(0);
  });
});

it(
  'options set the gradient and the backend; unknown ones are rejected',
  onReference(() => {
    const backend = new ReferenceBackend({ dtype: 'float64' });
    scope(() => {
      const x = arange(0, 3, 1, { requiresGrad: true, backend });
      expect(x.requiresGrad).toBe(true);
      expect(x.array.backend).toBe(backend);
      const options = { dtype: 'float64' } as never;
      expect(() => eye(2, 2, options)).toThrow(/^eye: unknown option dtype; the options are/);
      expect(() => rand([1], new Rng(1), options)).toThrow(ArgumentError);
      expect(() => zerosLike(x, options)).toThrow(ArgumentError);
    });
    expect(backend.memory.live).toBe(0);
  }),
);
