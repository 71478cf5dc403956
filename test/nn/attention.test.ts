// Attention: values that can be checked by hand, masks, gradients, dropout, and rejected inputs.
// Golden files (test/golden) compare it with PyTorch.

import { describe, expect, it } from 'vitest';
import {
  anywhere,
  ArgumentError,
  checkGradient,
  concat,
  ones,
  randn,
  reshape,
  Rng,
  scope,
  ShapeError,
  slice,
  tensor,
  type Tensor,
  zeros,
} from '../../src/engine/index.js';
import { causalMask, MultiheadAttention, scaledDotProductAttention } from '../../src/nn/index.js';
import { freshBackend, read, substituteParameters } from './support.js';

const SEED = 9;
const rng = new Rng(SEED);
freshBackend();

describe('scaledDotProductAttention', () => {
  it('with equal keys is the mean of the values that a query may attend to', async () => {
    const [all, masked, causal, both] = await read(() => {
      const [query, key] = [ones([3, 2]), ones([3, 2])];
      const value = tensor([[1], [2], [6]]);
      const mask = tensor([1, 0, 0]); // no query attends to key 0
      return [
        scaledDotProductAttention(query, key, value),
        scaledDotProductAttention(query, key, value, { mask }),
        scaledDotProductAttention(query, key, value, { causal: true }),
        scaledDotProductAttention(query, key, value, { mask, causal: true }),
      ];
    });
    const close = (actual: number[], expected: number[]): void =>
      expected.forEach((number, i) => expect(actual[i]).toBeCloseTo(number, 6));
    close(all, [3, 3, 3]);
    close(masked, [4, 4, 4]);
    close(causal, [1, 1.5, 3]);
    close(both.slice(1), [2, 4]);
    expect(both[0]).toBeNaN(); // query 0 may attend to no key
  });

  it('adds the bias to the scaled scores, and multiplies by `scale` instead of 1 / sqrt(size)', async () => {
    const [biased, scaled] = await read(() => {
      const [query, key] = [
        tensor([[2, 0, 0, 0]]),
        tensor([
          [1, 0, 0, 0],
          [0, 0, 0, 0],
        ]),
      ];
      const value = tensor([
        [1, 0],
        [0, 1],
      ]);
      return [
        // Scores 2 / sqrt(4) = 1 and 0, plus the bias: 1 and 1.
        scaledDotProductAttention(query, key, value, { bias: tensor([0, 1]) }),
        scaledDotProductAttention(query, key, value, { scale: Math.log(3) / 2 }),
      ];
    });
    expect(biased).toEqual([0.5, 0.5]);
    expect(scaled[0]).toBeCloseTo(0.75, 6);
  });

  it('drops weights', async () => {
    const [output] = await read(() => [
      scaledDotProductAttention(ones([1, 1]), ones([1, 1]), ones([1, 100]), {
        dropout: 0.5,
        rng: new Rng(SEED),
      }),
    ]);
    expect([0, 2]).toContain(output[0]);
    expect(new Set(output).size).toBe(1); // the only weight is dropped or doubled
  });

  it('broadcasts leading axes', () => {
    scope(() => {
      const y = scaledDotProductAttention(zeros([2, 1, 3, 4]), zeros([5, 6, 4]), zeros([5, 6, 7]));
      expect(y.shape).toEqual([2, 5, 3, 7]);
    });
  });

  it('has the right gradient', async () => {
    const inputs = [anywhere(2, 3, 2), anywhere(2, 4, 2), anywhere(2, 4, 3), anywhere(3, 4)];
    const { compared } = await checkGradient(
      ([query, key, value, bias]) =>
        scaledDotProductAttention(query, key, value, { bias, causal: true }),
      inputs,
    );
    expect(compared).toBe(12 + 16 + 24 + 12);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'sizes that do not match',
      () => scaledDotProductAttention(zeros([3, 2]), zeros([3, 4]), zeros([3, 4])),
      /query and key must have the same size, .* \(query \[3,2\], key \[3,4\], value \[3,4\]\)/,
    ],
    [
      'a value for another number of keys',
      () => scaledDotProductAttention(zeros([3, 2]), zeros([3, 2]), zeros([4, 2])),
      /key and value the same number of positions/,
    ],
    [
      'a vector',
      () => scaledDotProductAttention(zeros([3]), zeros([3, 2]), zeros([4, 2])),
      /query must be \[\.\.\., positions, size\], got \[3\]/,
    ],
    [
      'a mask that does not broadcast',
      () =>
        scaledDotProductAttention(zeros([3, 2]), zeros([4, 2]), zeros([4, 2]), {
          mask: zeros([4, 3]),
        }),
      /maskedFill: mask/,
    ],
  ])('rejects %s', (_, call, message) => {
    expect(() => scope(() => void call())).toThrow(ShapeError);
    expect(() => scope(() => void call())).toThrow(message);
  });

  it('rejects dropout without a generator, and a length that is not whole', () => {
    const x = (): Tensor => zeros([2, 2]);
    const call = (): unknown => scaledDotProductAttention(x(), x(), x(), { dropout: 0.5 });
    expect(() => scope(() => void call())).toThrow(/^dropout: rng must be/);
    expect(() => causalMask(1.5)).toThrow(ArgumentError);
  });
});

describe('MultiheadAttention', () => {
  const make = (options: { dropout?: number } = {}): MultiheadAttention =>
    new MultiheadAttention({ embedDim: 4, numHeads: 2, batchFirst: true, rng, ...options });

  it('causal: an output does not depend on later inputs', async () => {
    const attention = make();
    const [whole, begin] = await read(() => {
      const x = randn([1, 6, 4], new Rng(SEED));
      const first = slice(x, 1, 0, 3);
      return [
        attention.forward(x, x, x, { causal: true }),
        attention.forward(first, first, first, { mask: causalMask(3) }),
      ];
    });
    expect(whole.slice(0, 12)).toEqual(begin);
    attention.dispose();
  });

  it.each([true, false])('forward equals attend, with batchFirst %s', async (batchFirst) => {
    const attention = new MultiheadAttention({ embedDim: 6, numHeads: 3, batchFirst, rng });
    const results = await read(() => {
      const x = randn([2, 4, 6], new Rng(SEED));
      const memory = randn(batchFirst ? [2, 5, 6] : [5, 4, 6], new Rng(SEED + 1));
      return [{}, { causal: true }].flatMap((masks) => [
        attention.forward(x, x, x, masks),
        attention.attend(x, x, x, masks)[0],
        attention.forward(x, memory, memory, masks),
        attention.attend(x, memory, memory, masks)[0],
      ]);
    });
    for (let index = 0; index < results.length; index += 2) {
      results[index].forEach((value, i) => expect(value).toBeCloseTo(results[index + 1][i], 5));
    }
    attention.dispose();
  });

  it('a padded key has weight 0, and the weights of a query add up to 1', async () => {
    const attention = make();
    const [weights] = await read(() => {
      const x = randn([1, 3, 4], new Rng(SEED));
      return [attention.attend(x, x, x, { keyPaddingMask: tensor([[0, 0, 1]]) })[1]];
    });
    expect(weights.length).toBe(2 * 3 * 3);
    for (let row = 0; row < weights.length; row += 3) {
      expect(weights[row] + weights[row + 1]).toBeCloseTo(1, 6);
      expect(weights[row + 2]).toBe(0);
    }
    attention.dispose();
  });

  it('a mask per head equals the same mask for all heads', async () => {
    const attention = make();
    const [perHead, shared, broadcast] = await read(() => {
      const x = randn([2, 3, 4], new Rng(SEED));
      const [mask, masks] = [
        causalMask(3),
        concat([1, 2, 3, 4].map(() => reshape(causalMask(3), [1, 3, 3]))),
      ];
      return [
        attention.forward(x, x, x, { mask: masks }),
        attention.forward(x, x, x, { mask }),
        attention.forward(x, x, x, { mask: reshape(mask, [1, 1, 3, 3]) }),
      ];
    });
    expect(perHead).toEqual(shared);
    expect(broadcast).toEqual(shared);
    attention.dispose();
  });

  it("is initialized as PyTorch's", async () => {
    const attention = new MultiheadAttention({ embedDim: 32, numHeads: 4, rng: new Rng(SEED) });
    const [weight, inBias, outWeight, outBias] = await read(() =>
      Object.values(attention.stateDict()),
    );
    expect(Object.keys(attention.stateDict())).toEqual([
      'in_proj_weight',
      'in_proj_bias',
      'out_proj.weight',
      'out_proj.bias',
    ]);
    const largest = (values: number[]): number => Math.max(...values.map(Math.abs));
    expect([largest(inBias), largest(outBias)]).toEqual([0, 0]);
    for (const [values, bound] of [
      [weight, Math.sqrt(6 / (32 + 96))], // Xavier uniform
      [outWeight, 1 / Math.sqrt(32)],
    ] as const) {
      expect(largest(values), `seed ${SEED}`).toBeLessThanOrEqual(bound);
      expect(largest(values), `seed ${SEED}`).toBeGreaterThan(0.95 * bound);
    }
    attention.dispose();
  });

  it('drops weights in training only', async () => {
    const attention = make({ dropout: 0.5 });
    const run = (): Promise<number[][]> => read(() => [attention.forward(ones([1, 8, 4]))]);
    expect(await run(), `seed ${SEED}`).not.toEqual(await run());
    attention.eval();
    expect(await run()).toEqual(await run());
    attention.dispose();
  });

  it('has the right gradients of inputs and parameters', async () => {
    const shapes = make().parameters();
    const inputs = [anywhere(2, 3, 4), anywhere(2, 2, 4), anywhere(2, 2, 4), anywhere(3, 2)];
    inputs.push(...shapes.map(({ shape }) => anywhere(...shape)));
    for (const parameter of shapes) parameter.dispose();
    const { compared } = await checkGradient(([query, key, value, bias, ...parameters]) => {
      const attention = make();
      substituteParameters([attention, attention.out_proj], parameters);
      return attention.forward(query, key, value, {
        bias,
        mask: tensor([
          [0, 1],
          [0, 0],
          [1, 0],
        ]),
      });
    }, inputs);
    expect(compared).toBe(24 + 16 + 16 + 6 + 48 + 12 + 16 + 4);
  });

  it.each<[string, (attention: MultiheadAttention) => unknown, RegExp]>([
    [
      'another size',
      (attention) => attention.forward(zeros([2, 3, 5])),
      /query must be \[batch, length, 4\] \(batchFirst: true\), got \[2,3,5\]/,
    ],
    [
      'an input without a batch axis',
      (attention) => attention.forward(zeros([3, 4])),
      /query must be \[batch, length, 4\]/,
    ],
    [
      'another batch size of the keys',
      (attention) => attention.forward(zeros([2, 3, 4]), zeros([1, 3, 4])),
      /query and key must have the same batch size/,
    ],
    [
      'a mask of another shape',
      (attention) => {
        const x = zeros([2, 3, 4]);
        return attention.forward(x, x, x, { mask: zeros([2, 3, 3]) });
      },
      /mask must be \[3,3\], \[4,3,3\] or broadcast to \[2,2,3,3\], got \[2,3,3\]/,
    ],
    [
      'a padding mask of another shape',
      (attention) => {
        const x = zeros([2, 3, 4]);
        return attention.forward(x, x, x, { keyPaddingMask: zeros([3, 2]) });
      },
      /keyPaddingMask must be \[batch, keys\] = \[2,3\], got \[3,2\]/,
    ],
  ])('rejects %s', (_, call, message) => {
    const attention = make();
    expect(() => scope(() => void call(attention))).toThrow(ShapeError);
    expect(() => scope(() => void call(attention))).toThrow(message);
    attention.dispose();
  });

  it('rejects heads that do not divide the size, and an unknown mask', () => {
    expect(() => new MultiheadAttention({ embedDim: 4, numHeads: 3, rng })).toThrow(
      /^MultiheadAttention: numHeads must be a divisor of embedDim \(4\), got 3/,
    );
    const attention = make();
    const call = (): unknown => {
      const x = zeros([1, 2, 4]);
      return attention.forward(x, x, x, { attn_mask: zeros([2, 2]) } as never);
    };
    expect(() => scope(() => void call())).toThrow(
      /unknown option attn_mask; the options are mask/,
    );
    attention.dispose();
  });
});
