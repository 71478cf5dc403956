// Fusion rules: which sequences of layers become one op. fusedNetworks.test.ts compares the
// results.

import { describe, expect, it } from 'vitest';
import { type Backend, noGrad, Rng, scope, tensor, type Tensor } from '../../src/engine/index.js';
import {
  BatchNorm2d,
  type BatchNormLayerOptions,
  Conv2d,
  LeakyReLU,
  Linear,
  MaxPool2d,
  type Layer,
  ReLU,
  Sequential,
  setFused,
} from '../../src/nn/index.js';
import { fuse } from '../../src/nn/fuse.js';
import { reference32, withFreshBackend } from '../support/backends.js';

const SEED = 20261123;

const norm = (numFeatures: number): BatchNorm2d => new BatchNorm2d({ numFeatures });
const maxPool = (): MaxPool2d => new MaxPool2d({ kernelSize: 2 });

/** The names of the graph nodes that a Sequential records, first to last. */
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

describe('fusion rules', () => {
  it(
    'fuse a linear layer and its ReLU',
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
    'fuse a whole block, which becomes two ops when a graph is recorded',
    onReference(() => {
      const conv = new Conv2d({
        inChannels: 2,
        outChannels: 3,
        kernelSize: 3,
        padding: 1,
        rng: new Rng(SEED),
      });
      const model = new Sequential(conv, norm(3), new ReLU(), maxPool());
      expect(fuse(model.layers)).toHaveLength(1);
      expect(nodeNames(model)).toEqual(['conv2d', 'batchNormReluPool']);
      model.dispose();
    }),
  );
});

describe('the rule for BatchNorm2d, ReLU, MaxPool2d', () => {
  const unfusedNames = ['batchNorm', 'relu', 'maxPool2d'];

  it(
    'fuses batch norm, ReLU and 2x2 pooling',
    onReference(() => {
      const model = new Sequential(norm(2), new ReLU(), maxPool(), new ReLU());
      expect(nodeNames(model)).toEqual(['batchNormReluPool', 'relu']);
      setFused(model, false);
      expect(nodeNames(model)).toEqual([...unfusedNames, 'relu']);
      model.dispose();
    }),
  );

  it(
    'applies to Sequentials inside other modules',
    onReference(() => {
      const inner = new Sequential(norm(2), new ReLU(), maxPool());
      setFused(new Sequential(inner), false);
      expect(nodeNames(inner)).toEqual(unfusedNames);
      inner.dispose();
    }),
  );

  it(
    'does not change names, parameters or the module tree',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(new ReLU(), batchNorm, new ReLU(), maxPool());
      const names = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
      expect(Object.keys(model.stateDict())).toEqual(names.map((name) => `1.${name}`));
      expect(model.stateDict()['1.weight']).toBe(batchNorm.weight);
      expect(model.toString()).toContain('(3): MaxPool2d');
      model.dispose();
    }),
  );

  it.each<[string, Omit<BatchNormLayerOptions, 'numFeatures'>]>([
    ['no parameters', { affine: false }],
    ['no running statistics', { trackRunningStats: false }],
    ['the mean over all batches', { momentum: null }],
  ])('computes the same with a batch norm with %s', async (_, options) => {
    const outputsOf = (fused: boolean): Promise<number[]> =>
      withFreshBackend(reference32.make, async () => {
        const conv = { inChannels: 2, outChannels: 2, kernelSize: 3, rng: new Rng(SEED) };
        const batchNorm = new BatchNorm2d({ numFeatures: 2, ...options });
        const model = new Sequential(new Conv2d(conv), batchNorm, new ReLU(), maxPool());
        setFused(model, fused);
        const values = Float32Array.from({ length: 2 * 2 * 6 * 6 }, (_, i) => Math.sin(i));
        const input = (): Tensor => tensor(values, { shape: [2, 2, 6, 6] });
        const results: number[] = [];
        for (let batch = 0; batch < 2; batch++) {
          results.push(...(await scope(() => model.forward(input()).data())));
        }
        model.eval();
        results.push(...(await scope(() => noGrad(() => model.forward(input())).data())));
        model.dispose();
        return results;
      });
    const actual = await outputsOf(true);
    const expected = await outputsOf(false);
    expect(actual).toHaveLength(expected.length);
    actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it(
    'does not apply in ceil mode',
    onReference(() => {
      const pool = new MaxPool2d({ kernelSize: 2, ceilMode: true });
      const model = new Sequential(norm(2), new ReLU(), pool);
      expect(nodeNames(model)).toEqual(unfusedNames);
      model.dispose();
    }),
  );

  it(
    'counts batches in training only',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(batchNorm, new ReLU(), maxPool());
      nodeNames(model);
      nodeNames(model);
      model.eval();
      nodeNames(model);
      expect(batchNorm.num_batches_tracked!.count).toBe(2);
      model.dispose();
    }),
  );

  it(
    'uses the mode of the batch norm itself',
    onReference(() => {
      const batchNorm = norm(2);
      const model = new Sequential(batchNorm, new ReLU(), maxPool());
      batchNorm.eval(); // frozen, while the rest trains
      nodeNames(model);
      expect(batchNorm.num_batches_tracked!.count).toBe(0);
      model.dispose();
    }),
  );

  class Doubled extends ReLU {}
  it.each<[string, () => Layer[]]>([
    ['a window of another size', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 3 })]],
    [
      'a window that is not square',
      () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: [2, 1] })],
    ],
    ['another stride', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 2, stride: 1 })]],
    ['padding', () => [norm(2), new ReLU(), new MaxPool2d({ kernelSize: 2, padding: 1 })]],
    ['no ReLU', () => [norm(2), maxPool()]],
    ['another activation', () => [norm(2), new LeakyReLU(), maxPool()]],
    ['a subclass, which may compute something else', () => [norm(2), new Doubled(), maxPool()]],
    ['another order', () => [new ReLU(), norm(2), maxPool()]],
    ['no pooling', () => [norm(2), new ReLU()]],
    ['an empty list', () => []],
  ])('does not fuse: %s', (_, make) =>
    onReference(() => {
      const layers = make();
      expect(fuse(layers)).toEqual(layers);
      for (const layer of layers) layer.dispose();
    })(),
  );
});
