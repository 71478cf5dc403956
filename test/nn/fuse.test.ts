// Fusion: a fused network is the same network. Forward, backward and running statistics equal those of the layers
// one by one, and runs of layers that only look like the pattern are left alone.

import { describe, expect, it } from 'vitest';
import {
  type Backend,
  type FloatArray,
  mul,
  noGrad,
  Rng,
  scope,
  sum,
  tensor,
} from '../../src/engine/index.js';
import {
  BatchNorm2d,
  Conv2d,
  LeakyReLU,
  Linear,
  MaxPool2d,
  Module,
  type ModuleBuffer,
  type Parameter,
  ReLU,
  Sequential,
  setFused,
} from '../../src/nn/index.js';
import { fuse } from '../../src/nn/fuse.js';
import { oracle, reference32, wasm, withFreshBackend } from '../support/backends.js';
import { readAll } from './support.js';

const SEED = 20261123;

const norm = (numFeatures: number): BatchNorm2d => new BatchNorm2d({ numFeatures });
const halve = (): MaxPool2d => new MaxPool2d({ kernelSize: 2 });

/** A network of one or two blocks, with random weights of both signs in its batch norms. */
function randomNet(rng: Rng, inChannels: number): Sequential {
  const channels = [inChannels, 1 + rng.below(9), 1 + rng.below(21)].slice(0, 2 + rng.below(2));
  const layers = channels.slice(1).flatMap((outChannels, index) => {
    const norms = norm(outChannels);
    norms.weight.assign(Array.from({ length: outChannels }, () => rng.between(-1.5, 1.5)));
    norms.bias.assign(Array.from({ length: outChannels }, () => rng.between(-1, 1)));
    const conv = new Conv2d({ inChannels: channels[index], outChannels, kernelSize: 3, padding: 1, rng });
    return [conv, norms, new ReLU(), halve()];
  });
  return new Sequential(...layers);
}

/** Two training steps' worth of passes and one in evaluation; everything they leave behind, by name. */
async function everything(seed: number, fused: boolean): Promise<Record<string, number[]>> {
  const rng = new Rng(seed);
  const shape = [1 + rng.below(4), 1 + rng.below(3), 4 + rng.below(6), 4 + rng.below(6)];
  const model = randomNet(rng, shape[1]);
  setFused(model, fused);
  const draw = (size: number): Float64Array => Float64Array.from({ length: size }, () => rng.between(-1, 1));
  const pass = (): Promise<[string, number[]][]> => {
    const results = scope(() => {
      const x = tensor(draw(shape.reduce((a, b) => a * b)), { shape, requiresGrad: true });
      const y = model.forward(x);
      sum(mul(y, tensor(draw(y.size), { shape: y.shape }))).backward();
      const pending: [string, Promise<FloatArray>][] = [
        ['y', y.data()],
        ['gradient of x', x.grad!.data()],
      ];
      for (const [name, parameter] of model.namedParameters()) {
        pending.push([`gradient of ${name}`, parameter.grad!.data()]);
      }
      x.zeroGrad();
      model.zeroGrad();
      return pending;
    });
    return Promise.all(results.map(async ([name, data]) => [name, Array.from(await data)]));
  };

  const found: Record<string, number[]> = {};
  for (const step of ['first', 'second', 'evaluation']) {
    if (step === 'evaluation') model.eval();
    for (const [name, data] of await pass()) found[`${step}: ${name}`] = data;
  }
  // Without a graph, filters are folded and kept: each part that enters them changes once, and must be noticed.
  const x = draw(shape.reduce((a, b) => a * b));
  const read = async (what: string): Promise<void> => {
    const y = noGrad(() => scope(() => model.forward(tensor(x, { shape })).data()));
    found[`without a graph: ${what}`] = Array.from(await y);
  };
  await read('trained');
  await read('again');
  for (const [name, tensor] of Object.entries(model.stateDict())) {
    if (name.endsWith('num_batches_tracked')) continue;
    (tensor as Parameter | ModuleBuffer).assign(Float64Array.from(draw(tensor.size), (value) => 1.5 + value));
    await read(`another ${name}`);
  }
  Object.assign(found, await readAll(model.stateDict()));
  model.dispose();
  return found;
}

async function expectEqual(seed: number, tolerance: number): Promise<void> {
  const plain = await everything(seed, false);
  const fused = await everything(seed, true);
  expect(Object.keys(fused)).toEqual(Object.keys(plain));
  for (const [name, values] of Object.entries(plain)) {
    const largest = Math.max(1, ...values.map(Math.abs));
    const difference = Math.max(...values.map((value, i) => Math.abs(value - fused[name][i])));
    expect(difference / largest, `${name}, seed ${seed}`).toBeLessThanOrEqual(tolerance);
  }
}

describe.each([
  { ...oracle, tolerance: 1e-12 },
  { ...reference32, tolerance: 1e-6 },
  { ...wasm(1), tolerance: 1e-5 },
  { ...wasm(2), tolerance: 1e-5 },
])('fused and unfused networks agree on $name', ({ make, tolerance }) => {
  it.each(Array.from({ length: 12 }, (_, i) => SEED + i))('seed %i', (seed) =>
    withFreshBackend(make, () => expectEqual(seed, tolerance)),
  );
});

/** The nodes that a Sequential leaves in the graph, first to last. */
function nodeNames(model: Sequential): string[] {
  const names: string[] = [];
  scope(() => {
    const values = Float32Array.from({ length: 2 * 2 * 6 * 6 }, (_, i) => Math.sin(i));
    let node = model.forward(tensor(values, { shape: [2, 2, 6, 6], requiresGrad: true })).node;
    for (; node !== null; node = node.inputs[0].node) names.unshift(node.name);
  });
  return names;
}

const onReference = (body: (backend: Backend) => void | Promise<void>) => () =>
  withFreshBackend(reference32.make, body);

describe('rules that need no more than this', () => {
  it(
    'join a linear layer and its ReLU',
    onReference(() => {
      const rng = new Rng(SEED);
      const layer = (inFeatures: number): Linear => new Linear({ inFeatures, outFeatures: 6, rng });
      const model = new Sequential(layer(6), new ReLU(), layer(6));
      expect(fuse(model.layers)).toHaveLength(2);
      expect(nodeNames(model)).toEqual(['linear', 'linear']);
      setFused(model, false);
      expect(nodeNames(model)).toEqual(['linear', 'relu', 'linear']);
      model.dispose();
    }),
  );

  it(
    'join a whole block, which takes two ops where a graph is recorded',
    onReference(() => {
      const conv = new Conv2d({
        inChannels: 2,
        outChannels: 3,
        kernelSize: 3,
        padding: 1,
        rng: new Rng(SEED),
      });
      const model = new Sequential(conv, norm(3), new ReLU(), halve());
      expect(fuse(model.layers)).toHaveLength(1);
      expect(nodeNames(model)).toEqual(['conv2d', 'batchNormReluPool']);
      model.dispose();
    }),
  );
});

describe('the rule', () => {
  const unfusedNames = ['batchNorm', 'relu', 'maxPool2d'];

  it(
    'joins batch norm, ReLU and 2x2 pooling',
    onReference(() => {
      const model = new Sequential(norm(2), new ReLU(), halve(), new ReLU());
      expect(nodeNames(model)).toEqual(['batchNormReluPool', 'relu']);
      setFused(model, false);
      expect(nodeNames(model)).toEqual([...unfusedNames, 'relu']);
      model.dispose();
    }),
  );

  it(
    'reaches Sequentials inside other modules',
    onReference(() => {
      const inner = new Sequential(norm(2), new ReLU(), halve());
      setFused(new Sequential(inner), false);
      expect(nodeNames(inner)).toEqual(unfusedNames);
      inner.dispose();
    }),
  );

  it(
    'keeps names, parameters and the tree as they are',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(new ReLU(), batchNorm, new ReLU(), halve());
      const names = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
      expect(Object.keys(model.stateDict())).toEqual(names.map((name) => `1.${name}`));
      expect(model.stateDict()['1.weight']).toBe(batchNorm.weight);
      expect(model.toString()).toContain('(3): MaxPool2d');
      model.dispose();
    }),
  );

  it(
    'counts batches in training only',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(batchNorm, new ReLU(), halve());
      nodeNames(model);
      nodeNames(model);
      model.eval();
      nodeNames(model);
      expect(batchNorm.num_batches_tracked.count).toBe(2);
      model.dispose();
    }),
  );

  it(
    'follows the mode of the batch norm itself',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(batchNorm, new ReLU(), halve());
      batchNorm.eval(); // frozen, while the rest trains
      nodeNames(model);
      expect(batchNorm.num_batches_tracked.count).toBe(0);
      model.dispose();
    }),
  );

  class Doubled extends ReLU {}
  it.each<[string, () => Module[]]>([
    ['another window', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 3 })]],
    ['an oblong window', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: [2, 1] })]],
    ['another stride', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 2, stride: 1 })]],
    ['padding', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 2, padding: 1 })]],
    ['no ReLU', () => [norm(2), halve()]],
    ['another activation', () => [norm(2), new LeakyReLU(), halve()]],
    ['a subclass, which may compute something else', () => [norm(2), new Doubled(), halve()]],
    ['another order', () => [new ReLU(), norm(2), halve()]],
    ['no pooling', () => [norm(2), new ReLU()]],
    ['nothing', () => []],
  ])('leaves %s alone', (_, make) =>
    onReference(() => {
      const layers = make();
      expect(fuse(layers)).toEqual(layers);
      for (const layer of layers) layer.dispose();
    })(),
  );
});
