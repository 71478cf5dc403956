// The table of exported layers covers all layers of the library, and everything else is rejected
// with a reason.

import { describe, expect, it } from 'vitest';
import { LAYER_TABLE, NOT_EXPORTED } from '../../../src/app/exchange/layerTable.js';
import { toOnnx, toPyTorch } from '../../../src/app/library/export.js';
import * as nn from '../../../src/nn/index.js';
import { relu, Rng, silu, type Tensor } from '../../../src/engine/index.js';
import { freshBackend } from '../../nn/support.js';
import { CASES, createNetwork } from './networks.js';

freshBackend();

/** All modules of `inkgrad/nn` except the base class. */
const modules = Object.values(nn).filter(
  (value) => typeof value === 'function' && value.prototype instanceof nn.Module,
) as (typeof nn.Module)[];

describe('the table of layers', () => {
  it('has a row, or a reason, for every module of the library', () => {
    expect(modules.length).toBeGreaterThan(40);
    const missing = modules.filter(
      (kind) => kind !== nn.Sequential && !LAYER_TABLE.has(kind) && !NOT_EXPORTED.has(kind),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(LAYER_TABLE.size + NOT_EXPORTED.size + 1).toBe(modules.length);
  });

  it('has a tested case for every row', () => {
    const tested = new Set<unknown>();
    for (const one of CASES) {
      const network = createNetwork(one);
      for (const [, module] of network.namedModules()) tested.add(module.constructor);
      network.dispose();
    }
    const untested = modules.filter((kind) => LAYER_TABLE.has(kind) && !tested.has(kind));
    expect(untested.map(({ name }) => name)).toEqual([]);
  });
});

const rng = new Rng(1);

class Residual extends nn.Module {
  readonly inner = new nn.Linear({ inFeatures: 4, outFeatures: 4, rng });

  override forward(x: Tensor): Tensor {
    return relu(this.inner.forward(x));
  }
}
class OwnReLU extends nn.ReLU {}

const hooked = new nn.ReLU();
nn.registerForwardHook(hooked, () => undefined);

const REJECTED: readonly (readonly [title: string, make: () => nn.Layer, message: RegExp])[] = [
  [
    'a class of the user',
    () => new nn.Sequential(new nn.ReLU(), new nn.Sequential(new Residual())),
    /layer 1\.0 \(Residual\) cannot be exported: .*Sequential of layers/,
  ],
  ['a subclass', () => new OwnReLU(), /the network \(OwnReLU\) cannot be exported: .*forward/],
  ['hooks', () => new nn.Sequential(hooked), /layer 0 \(ReLU\) .*hooks.*remove them/],
  [
    'a layer with state',
    () => new nn.LSTM({ inputSize: 2, hiddenSize: 2, rng }) as never,
    /\(LSTM\) .* returns a state/,
  ],
  ['a list', () => new nn.ModuleList() as never, /\(ModuleList\) .*no forward; use a Sequential/],
  [
    'an activation of the user',
    () => new nn.TransformerEncoderLayer({ dModel: 4, numHeads: 1, activation: silu, rng }),
    /\(TransformerEncoderLayer\) .*use "relu" or "gelu"/,
  ],
];

describe('rejects with the name of the layer, and the reason:', () => {
  it.each(REJECTED)('%s', async (_, make, message) => {
    const model = make();
    expect(() => toPyTorch(model)).toThrow(message);
    await expect(toOnnx(model, { inputShape: [4] })).rejects.toThrow(message);
    model.dispose();
  });
});
