// Random numbers: the generator against published test vectors, and the guarantees of its streams.

import { describe, expect, it } from 'vitest';
import { ArgumentError, Rng } from '../../src/engine/index.js';
import { threefry2x32 } from '../../src/engine/rng.js';

const hex = (words: readonly number[]): string =>
  words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Threefry-2x32, 20 rounds', () => {
  // Known-answer tests published with Random123 (Salmon et al., SC 2011).
  it.each([
    [[0, 0], [0, 0], '6b200159 99ba4efe'],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '1cb996fc bb002be7'],
    [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], 'c4923a9c 483df7a0'],
  ])('key %j, counter %j', ([key0, key1], [counter0, counter1], expected) => {
    expect(hex(threefry2x32(key0, key1, counter0, counter1))).toBe(expected);
  });
});

const draw = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => rng.bits());

describe('a stream', () => {
  it('consists of the blocks of its key in order, two words each', () => {
    const words = [0, 1, 2].flatMap((block) => threefry2x32(7, 0, block, 0));
    expect(draw(new Rng(7), 6)).toEqual(words);
  });

  it('uses all 53 bits of its seed', () => {
    expect(draw(new Rng(5 + 2 ** 40), 4)).not.toEqual(draw(new Rng(5), 4));
    expect(draw(new Rng(2 ** 53 - 1), 4)).not.toEqual(draw(new Rng(2 ** 32 - 1), 4));
  });

  it.each([-1, 1.5, NaN, 2 ** 53])('rejects the seed %d', (seed) => {
    expect(() => new Rng(seed)).toThrow(ArgumentError);
    expect(() => new Rng(seed)).toThrow(`got ${seed}`);
  });

  it.each([0, 1, 2, 7, 8])('continues from its state after %d draws, through JSON', (drawn) => {
    const rng = new Rng(123456789012);
    draw(rng, drawn);
    const resumed = new Rng(JSON.parse(JSON.stringify(rng.state())) as ReturnType<Rng['state']>);
    expect(draw(resumed, 9)).toEqual(draw(rng, 9));
    expect(resumed.state()).toEqual(rng.state());
  });

  it('does not repeat when the block number exceeds 32 bits', () => {
    const { key } = new Rng(1).state();
    const late = new Rng({ key, drawn: 2 ** 33 });
    expect(draw(late, 4)).not.toEqual(draw(new Rng(1), 4));
  });
});

describe('streams split by name', () => {
  it('depend on the name, not on earlier draws', () => {
    const rng = new Rng(42);
    const before = draw(rng.split('init'), 8);
    draw(rng, 5);
    expect(draw(rng.split('init'), 8)).toEqual(before);
  });

  it('differ for different names, seeds and nesting, and from the parent', () => {
    const root = new Rng(42);
    const streams = [
      root,
      root.split(''),
      root.split('init'),
      root.split('shuffle'),
      root.split('ab'),
      root.split('a').split('b'),
      root.split('ba'),
      root.split('init').split('init'),
      new Rng(43).split('init'),
    ];
    const first = streams.map((rng) => hex(draw(rng, 4)));
    expect(new Set(first).size).toBe(streams.length);
  });

  it('are uncorrelated within four standard errors', () => {
    const count = 20_000;
    const root = new Rng(1);
    const [a, b] = [root.split('dropout'), root.split('augment')];
    let sum = 0;
    for (let i = 0; i < count; i++) sum += (a.uniform() - 0.5) * (b.uniform() - 0.5) * 12;
    expect(Math.abs(sum / count)).toBeLessThan(4 / Math.sqrt(count));
  });
});

// Moments of n draws lie within four standard errors of the true ones. With a fixed seed the result
// is deterministic.
const COUNT = 40_000;
const WITHIN = 4 / Math.sqrt(COUNT);

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
  };
}

describe('distributions', () => {
  it('uniform: in [0, 1), mean 1/2, variance 1/12, exact in float32', () => {
    const rng = new Rng(11);
    const values = Array.from({ length: COUNT }, () => rng.uniform());
    const { mean, variance } = moments(values);
    expect(values.every((value) => value >= 0 && value < 1 && Math.fround(value) === value)).toBe(
      true,
    );
    expect(Math.abs(mean - 0.5)).toBeLessThan(WITHIN * Math.sqrt(1 / 12));
    // 1 / 180 is the variance of (u - 1/2)^2.
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(WITHIN * Math.sqrt(1 / 180));
  });

  it('between: uniform in the given range', () => {
    const rng = new Rng(12);
    const values = Array.from({ length: 1000 }, () => rng.between(-3, 5));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values)).toBeLessThan(5);
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(7.5);
  });

  it('normal: mean 0, variance 1, finite, and 68.3 % within one deviation', () => {
    const rng = new Rng(13);
    const values = Array.from({ length: COUNT }, () => rng.normal());
    const { mean, variance } = moments(values);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Math.abs(mean)).toBeLessThan(WITHIN);
    expect(Math.abs(variance - 1)).toBeLessThan(WITHIN * Math.SQRT2); // the variance of z^2 is 2
    const share = values.filter((value) => Math.abs(value) < 1).length / COUNT;
    expect(Math.abs(share - 0.6827)).toBeLessThan(WITHIN * Math.sqrt(0.6827 * 0.3173));
  });

  it('below: every value equally often', () => {
    const rng = new Rng(14);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 7000; i++) counts[rng.below(7)] += 1;
    // Pearson's chi-squared with 6 degrees of freedom exceeds 22.5 with probability 0.001.
    expect(counts.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(22.5);
  });

  it('permutation: each index once; all orders of three equally often', () => {
    const rng = new Rng(15);
    expect([...rng.permutation(100)].sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
    expect([...rng.permutation(0)]).toEqual([]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = rng.permutation(3).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // With 5 degrees of freedom it exceeds 20.5 with probability 0.001.
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(
      20.5,
    );
  });
});
