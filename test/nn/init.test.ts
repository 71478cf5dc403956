// Initializers: formulas against values computed by hand, and the statistics of their samples.
// test/golden compares the bounds with PyTorch.

import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { defaultBias, defaultWeight, fans } from '../../src/nn/init.js';
import { freshBackend } from './support.js';

const SEED = 20261123;
freshBackend();

interface Statistics {
  readonly mean: number;
  readonly deviation: number;
  readonly low: number;
  readonly high: number;
}

function statistics(values: Float32Array): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return { mean, deviation: Math.sqrt(variance), low, high };
}

describe('fans and gains', () => {
  it('fan in and fan out include the size of the kernel', () => {
    expect(fans([256, 1152])).toEqual({ fanIn: 1152, fanOut: 256 });
    expect(fans([64, 32, 3, 3])).toEqual({ fanIn: 288, fanOut: 576 });
    expect(() => fans([5])).toThrow(/at least 2 axes, got \[5\]/);
  });

  it('calculateGain returns the gain of each nonlinearity', () => {
    expect(nn.calculateGain('linear')).toBe(1);
    expect(nn.calculateGain('tanh')).toBeCloseTo(5 / 3, 12);
    expect(nn.calculateGain('relu')).toBeCloseTo(Math.sqrt(2), 12);
    expect(nn.calculateGain('leakyRelu', Math.sqrt(5))).toBeCloseTo(Math.sqrt(1 / 3), 12);
  });
});

describe(`samples (seed ${SEED})`, () => {
  const shape = [128, 64, 3, 3]; // fan in 576, fan out 1152; 73,728 numbers
  const rng = (): Rng => new Rng(SEED);
  const bound = 1 / Math.sqrt(576);

  it.each<[string, nn.Initializer, number, number]>([
    ['the default', defaultWeight(rng()), bound / Math.sqrt(3), bound],
    ['the default bias', defaultBias(rng(), shape), bound / Math.sqrt(3), bound],
    ['Kaiming uniform', nn.kaimingUniform({ rng: rng() }), Math.sqrt(2 / 576), Math.sqrt(6 / 576)],
    [
      'Kaiming uniform, fan out',
      nn.kaimingUniform({ rng: rng(), mode: 'fanOut' }),
      Math.sqrt(2 / 1152),
      Math.sqrt(6 / 1152),
    ],
    ['Kaiming normal', nn.kaimingNormal({ rng: rng(), nonlinearity: 'linear' }), 1 / 24, Infinity],
    ['Xavier uniform', nn.xavierUniform({ rng: rng() }), Math.sqrt(2 / 1728), Math.sqrt(6 / 1728)],
    ['Xavier normal', nn.xavierNormal({ rng: rng(), gain: 2 }), 2 * Math.sqrt(2 / 1728), Infinity],
    ['uniform', nn.uniform({ low: -2, high: 2, rng: rng() }), 2 / Math.sqrt(3), 2],
    ['normal', nn.normal({ deviation: 0.5, rng: rng() }), 0.5, Infinity],
  ])(
    '%s: mean 0, and the expected standard deviation and bounds',
    (_, initialize, deviation, limit) => {
      const values = initialize(shape);
      const count = values.length;
      const actual = statistics(values);
      expect(count).toBe(128 * 64 * 9);
      expect(Math.abs(actual.mean)).toBeLessThan((5 * deviation) / Math.sqrt(count));
      expect(Math.abs(actual.deviation / deviation - 1)).toBeLessThan(5 / Math.sqrt(2 * count));
      expect(actual.high).toBeLessThanOrEqual(Math.fround(limit));
      expect(actual.low).toBeGreaterThanOrEqual(-Math.fround(limit));
      // The whole range is used: the largest value is close to the bound, or beyond 3 standard
      // deviations.
      expect(actual.high).toBeGreaterThan(limit === Infinity ? 3 * deviation : 0.999 * limit);
    },
  );

  it('normal with a mean, constant, and invalid options', () => {
    const { mean } = statistics(nn.normal({ mean: 3, deviation: 0.1, rng: rng() })([10_000]));
    expect(mean).toBeCloseTo(3, 2);
    expect(nn.constant(2)([2, 2])).toEqual(Float32Array.of(2, 2, 2, 2));
    expect(() => nn.uniform({ low: 1, high: 0, rng: rng() })).toThrow(
      /high must be at least low \(1\), got 0/,
    );
    expect(() => nn.normal({ deviation: -1, rng: rng() })).toThrow(/deviation/);
  });
});

describe('layers', () => {
  it('depend only on their random stream: the same seed gives the same weights', async () => {
    const weights = async (seed: number): Promise<number[]> => {
      const layer = new nn.Conv2d({
        inChannels: 3,
        outChannels: 8,
        kernelSize: 3,
        rng: new Rng(seed),
      });
      const data = await Promise.all(layer.parameters().map((parameter) => parameter.data()));
      layer.dispose();
      return data.flatMap((values) => Array.from(values));
    };
    const [first, again, other] = await Promise.all([
      weights(SEED),
      weights(SEED),
      weights(SEED + 1),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(27)));
  });
});
