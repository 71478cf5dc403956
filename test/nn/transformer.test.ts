// The transformer block: names, order of normalization, causality, gradients, dropout. Golden files
// (test/golden) compare it with PyTorch.

import { describe, expect, it } from 'vitest';
import {
  anywhere,
  checkGradient,
  ones,
  randn,
  Rng,
  scope,
  slice,
  sum,
  tanh,
  tensor,
  zeros,
} from '../../src/engine/index.js';
import {
  causalMask,
  type Module,
  Sequential,
  TransformerEncoderLayer,
  type TransformerEncoderLayerOptions,
} from '../../src/nn/index.js';
import { freshBackend, read, substituteParameters } from './support.js';

const SEED = 9;
const rng = new Rng(SEED);
freshBackend();

describe('TransformerEncoderLayer', () => {
  const defaults = { dModel: 4, numHeads: 2, dimFeedforward: 6, batchFirst: true, rng };
  const options: TransformerEncoderLayerOptions = { ...defaults, dropout: 0 };

  it('a stack of causal blocks does not look ahead', async () => {
    const block = (): TransformerEncoderLayer =>
      new TransformerEncoderLayer({
        ...options,
        causal: true,
        normFirst: true,
        activation: 'gelu',
      });
    const blocks = new Sequential(block(), block());
    const [whole, begin] = await read(() => {
      const x = randn([1, 5, 4], new Rng(SEED));
      return [blocks.forward(x), blocks.forward(slice(x, 1, 0, 2))];
    });
    expect(whole.slice(0, 8)).toEqual(begin);
    blocks.dispose();
  });

  it("has PyTorch's names", () => {
    const layer = new TransformerEncoderLayer(options);
    const names = ['self_attn.in_proj_weight', 'self_attn.in_proj_bias'];
    for (const part of ['self_attn.out_proj', 'linear1', 'linear2', 'norm1', 'norm2'])
      names.push(`${part}.weight`, `${part}.bias`);
    expect(Object.keys(layer.stateDict())).toEqual(names);
    layer.dispose();
  });

  it('without attention and feed-forward network normalizes its input: post-norm', async () => {
    const layer = new TransformerEncoderLayer({ ...options, epsilon: 1e-12 });
    for (const part of [layer.self_attn.out_proj, layer.linear2])
      for (const parameter of part.parameters()) parameter.assign(new Float32Array(parameter.size));
    const [y] = await read(() => [layer.forward(tensor([[[1, 3, 1, 3]]]))]);
    expect(y.map((value) => Number(value.toFixed(5)))).toEqual([-1, 1, -1, 1]);
    layer.dispose();
  });

  it('without attention and feed-forward network is the identity: pre-norm', async () => {
    const layer = new TransformerEncoderLayer({ ...options, normFirst: true });
    for (const part of [layer.self_attn.out_proj, layer.linear2])
      for (const parameter of part.parameters()) parameter.assign(new Float32Array(parameter.size));
    expect(await read(() => [layer.forward(tensor([[[1, 3, 1, 3]]]))])).toEqual([[1, 3, 1, 3]]);
    layer.dispose();
  });

  it('drops in training only, by default with probability 0.1', async () => {
    const layer = new TransformerEncoderLayer(defaults);
    const run = (): Promise<number[][]> => read(() => [layer.forward(ones([4, 8, 4]))]);
    const dropouts = [layer.dropout, layer.dropout1, layer.dropout2, layer.self_attn.dropout];
    expect(dropouts.map(({ probability }) => probability)).toEqual([0.1, 0.1, 0.1, 0.1]);
    expect(await run(), `seed ${SEED}`).not.toEqual(await run());
    layer.eval();
    expect(await run()).toEqual(await run());
    layer.dispose();
  });

  it.each([false, true])('has the right gradients, normFirst %s', async (normFirst) => {
    const make = (): TransformerEncoderLayer =>
      // tanh has no kink.
      new TransformerEncoderLayer({ ...options, normFirst, activation: tanh, causal: true });
    const probe = make();
    const inputs = [
      anywhere(1, 3, 4),
      ...probe.parameters().map(({ shape }) => anywhere(...shape)),
    ];
    const { parameterCount } = probe;
    probe.dispose();
    const { compared } = await checkGradient(([x, ...parameters]) => {
      const layer = make();
      const modules: Module[] = layer.namedModules().map(([, module]) => module);
      substituteParameters(modules, parameters);
      return layer.forward(x);
    }, inputs);
    expect(compared).toBe(12 + parameterCount);
  });

  it('passes masks to the attention', () => {
    const layer = new TransformerEncoderLayer(options);
    scope(() => {
      const keyPaddingMask = zeros([1, 9]);
      expect(() => layer.forward(zeros([1, 3, 4]), { keyPaddingMask })).toThrow(/keyPaddingMask/);
      sum(layer.forward(zeros([1, 3, 4]), { mask: causalMask(3) })).backward();
    });
    layer.dispose();
  });

  it('rejects an unknown activation', () => {
    const call = (): unknown =>
      new TransformerEncoderLayer({ ...options, activation: 'swish' as 'relu' });
    expect(call).toThrow(
      /^TransformerEncoderLayer: activation must be "relu", "gelu" or a function, got "swish"/,
    );
  });
});
