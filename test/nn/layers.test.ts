// Every layer: its output on values that can be checked by hand, and the options its constructor
// rejects. Gradient checks and golden files cover the ops themselves.

import { describe, expect, it } from 'vitest';
import { Rng, scope, tensor, zeros, type FloatArray, type Tensor } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { freshBackend } from './support.js';

const SEED = 11;
freshBackend();

/** Runs a layer and reads the result. */
async function run(
  layer: nn.Layer,
  make: () => Tensor,
): Promise<{ shape: readonly number[]; data: number[] }> {
  const [shape, data] = scope((): [readonly number[], Promise<FloatArray>] => {
    const y = layer.forward(make());
    return [y.shape, y.data()];
  });
  return { shape, data: Array.from(await data) };
}

describe('layers with weights', () => {
  it('Linear: y = x weightT + bias', async () => {
    const layer = new nn.Linear({ inFeatures: 2, outFeatures: 3, rng: new Rng(SEED) });
    layer.weight.assign([1, 2, 3, 4, 5, 6]);
    layer.bias?.assign([10, 20, 30]);
    expect(await run(layer, () => tensor([[1, 1]]))).toEqual({ shape: [1, 3], data: [13, 27, 41] });
    layer.dispose();
  });

  it('Linear without bias has one parameter', async () => {
    const layer = new nn.Linear({ inFeatures: 2, outFeatures: 1, bias: false, rng: new Rng(SEED) });
    layer.weight.assign([3, 4]);
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
    expect((await run(layer, () => tensor([[1, 2]]))).data).toEqual([11]);
    layer.dispose();
  });

  it('Conv2d passes stride, padding, dilation and groups to the op', async () => {
    const rng = new Rng(SEED);
    const layer = new nn.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 3, padding: 1, rng });
    layer.weight.assign([1, 1, 1, 1, 1, 1, 1, 1, 1]);
    layer.bias?.assign([0.5]);
    const image = (): Tensor => tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] });
    expect((await run(layer, image)).data).toEqual([10.5, 10.5, 10.5, 10.5]);
    layer.dispose();

    const options = {
      inChannels: 4,
      outChannels: 6,
      kernelSize: [3, 1] as const,
      bias: false,
      rng,
    };
    const strided = new nn.Conv2d({
      ...options,
      stride: 2,
      padding: [1, 0],
      dilation: [2, 1],
      groups: 2,
    });
    expect(strided.weight.shape).toEqual([6, 2, 3, 1]);
    expect((await run(strided, () => zeros([2, 4, 9, 8]))).shape).toEqual([2, 6, 4, 4]);
    expect(strided.toString()).toBe(
      'Conv2d(4, 6, kernelSize=[3,1], stride=2, padding=[1,0], dilation=[2,1], groups=2, bias=false)',
    );
    strided.dispose();
  });

  it('BatchNorm2d uses batch statistics in training, else running ones', async () => {
    const layer = new nn.BatchNorm2d({ numFeatures: 1, epsilon: 1e-12 });
    // Mean 2, variance 1, unbiased variance 4/3.
    const x = (): Tensor => tensor([1, 3, 1, 3], { shape: [2, 1, 1, 2] });
    expect((await run(layer, x)).data.map(Math.round)).toEqual([-1, 1, -1, 1]);
    expect(await layer.running_mean!.item()).toBeCloseTo(0.2, 6);
    expect(await layer.running_var!.item()).toBeCloseTo(0.9 + 0.4 / 3, 6);

    layer.eval();
    layer.running_mean!.assign([1]);
    layer.running_var!.assign([4]);
    layer.weight!.assign([10]);
    layer.bias!.assign([5]);
    const { data } = await run(layer, x);
    expect(data).toEqual([5, 15, 5, 15]);
    expect(await layer.running_mean!.item()).toBe(1);
    layer.dispose();
  });

  it('BatchNorm2d rejects inputs that are not images, and other channel counts', () => {
    const layer = new nn.BatchNorm2d({ numFeatures: 3 });
    expect(() => scope(() => layer.forward(zeros([2, 3])))).toThrow(/BatchNorm2d: needs images/);
    expect(() => scope(() => layer.forward(zeros([2, 4, 2, 2])))).toThrow(/4 channels/);
    layer.dispose();
  });

  it('LayerNorm normalizes each example to mean 0 and variance 1', async () => {
    const layer = new nn.LayerNorm({ normalizedShape: [2, 2], epsilon: 1e-12 });
    layer.weight.assign([1, 1, 1, 2]);
    layer.bias.assign([0, 0, 0, 1]);
    const { data } = await run(layer, () =>
      tensor([1, 1, 3, 3, 10, 10, 30, 30], { shape: [2, 2, 2] }),
    );
    [-1, -1, 1, 3, -1, -1, 1, 3].forEach((value, i) => expect(data[i]).toBeCloseTo(value, 5));
    layer.dispose();
  });

  it('Embedding returns rows of its table, with gradients on these rows', async () => {
    const layer = new nn.Embedding({ numEmbeddings: 3, embeddingDim: 2, rng: new Rng(SEED) });
    layer.weight.assign([1, 2, 3, 4, 5, 6]);
    const pending = scope(() => {
      const rows = layer.forward(tensor([[2, 0, 2]]));
      expect(rows.shape).toEqual([1, 3, 2]);
      rows.backward(tensor([1, 1, 1, 1, 1, 1], { shape: [1, 3, 2] }));
      return rows.data();
    });
    expect(Array.from(await pending)).toEqual([5, 6, 1, 2, 5, 6]);
    expect(Array.from(await layer.weight.grad!.data())).toEqual([1, 1, 0, 0, 2, 2]);
    layer.dispose();
  });
});

describe('layers without weights', () => {
  const x = (): Tensor => tensor([-2, -0.5, 0, 1]);
  const close = (actual: number[], expected: number[]): void =>
    expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 4));

  it('activations', async () => {
    close((await run(new nn.ReLU(), x)).data, [0, 0, 0, 1]);
    close((await run(new nn.LeakyReLU(), x)).data, [-0.02, -0.005, 0, 1]);
    close((await run(new nn.LeakyReLU({ slope: 0.5 }), x)).data, [-1, -0.25, 0, 1]);
    close((await run(new nn.Sigmoid(), x)).data, [0.1192, 0.37754, 0.5, 0.73106]);
    close((await run(new nn.Tanh(), x)).data, [-0.96403, -0.46212, 0, 0.76159]);
    close((await run(new nn.GELU(), x)).data, [-0.0455, -0.15427, 0, 0.84134]);
    close((await run(new nn.Softplus(), x)).data, [0.12693, 0.47408, 0.69315, 1.31326]);
    const steep = new nn.Softplus({ beta: 2, threshold: 1.5 });
    close((await run(steep, x)).data, [0.00907, 0.15663, 0.34657, 1]);
    close((await run(new nn.SiLU(), x)).data, [-0.23841, -0.18877, 0, 0.73106]);
    close((await run(new nn.ELU(), x)).data, [-0.86466, -0.39347, 0, 1]);
    close((await run(new nn.ELU({ alpha: 0.5 }), x)).data, [-0.43233, -0.19673, 0, 1]);
    const approximate = new nn.GELU({ approximate: 'tanh' });
    close((await run(approximate, x)).data, [-0.0454, -0.15429, 0, 0.84119]);
  });

  it('pooling', async () => {
    const image = (): Tensor =>
      tensor(
        Array.from({ length: 16 }, (_, i) => i),
        { shape: [1, 1, 4, 4] },
      );
    expect(await run(new nn.MaxPool2d({ kernelSize: 2 }), image)).toEqual({
      shape: [1, 1, 2, 2],
      data: [5, 7, 13, 15],
    });
    expect((await run(new nn.AvgPool2d({ kernelSize: 2 }), image)).data).toEqual([
      2.5, 4.5, 10.5, 12.5,
    ]);
    expect((await run(new nn.MaxPool2d({ kernelSize: 3, stride: 1 }), image)).data).toEqual([
      10, 11, 14, 15,
    ]);
    const padded = { kernelSize: 2, stride: 2, padding: 1 };
    expect((await run(new nn.AvgPool2d(padded), image)).data[0]).toBe(0);
    expect((await run(new nn.AvgPool2d(padded), image)).data[1]).toBe(0.75);
    expect(
      (await run(new nn.AvgPool2d({ ...padded, countIncludePad: false }), image)).data[1],
    ).toBe(1.5);
    expect(await run(new nn.GlobalAvgPool2d(), image)).toEqual({
      shape: [1, 1, 1, 1],
      data: [7.5],
    });
  });

  it('Flatten', async () => {
    expect((await run(new nn.Flatten(), () => zeros([2, 3, 4]))).shape).toEqual([2, 12]);
    expect((await run(new nn.Flatten({ startAxis: 2 }), () => zeros([2, 3, 4, 5]))).shape).toEqual([
      2, 3, 20,
    ]);
  });

  it('Dropout drops the given fraction in training and scales the other elements', async () => {
    const layer = new nn.Dropout({ probability: 0.25, rng: new Rng(SEED) });
    const many = (): Tensor => tensor(new Float32Array(4000).fill(3), { shape: [4000] });
    const { data } = await run(layer, many);
    const dropped = data.filter((value) => value === 0).length;
    expect(data.every((value) => value === 0 || value === 4)).toBe(true);
    expect(Math.abs(dropped / 4000 - 0.25), `seed ${SEED}`).toBeLessThan(
      5 * Math.sqrt((0.25 * 0.75) / 4000),
    );
    expect((await run(layer, many)).data).not.toEqual(data); // another mask each time
    expect(
      (await run(new nn.Dropout({ probability: 0.25, rng: new Rng(SEED) }), many)).data,
    ).toEqual(data);
  });

  it('Dropout is the identity in evaluation and for probability 0', async () => {
    const rng = new Rng(SEED);
    expect((await run(new nn.Dropout({ rng }).eval(), x)).data).toEqual([-2, -0.5, 0, 1]);
    expect((await run(new nn.Dropout({ probability: 0, rng }), x)).data).toEqual([-2, -0.5, 0, 1]);
    expect(rng.state().drawn).toBe(0);
  });
});

describe('losses', () => {
  it('pass their options to the ops', async () => {
    const value = async (
      loss: nn.Loss,
      prediction: () => Tensor,
      target: () => Tensor,
    ): Promise<number> => scope(() => loss.forward(prediction(), target()).item());
    const logits = (): Tensor => zeros([3, 4]);
    const labels = (): Tensor => tensor([0, 1, 3]);
    expect(await value(new nn.CrossEntropyLoss(), logits, labels)).toBeCloseTo(Math.log(4), 6);
    expect(await value(new nn.CrossEntropyLoss({ reduction: 'sum' }), logits, labels)).toBeCloseTo(
      3 * Math.log(4),
      5,
    );
    const confident = (): Tensor => tensor([[100, 0]]);
    const smooth = new nn.CrossEntropyLoss({ labelSmoothing: 0.2 });
    expect(await value(smooth, confident, () => tensor([0]))).toBeCloseTo(10, 4);
    const [a, b] = [(): Tensor => tensor([1, 2]), (): Tensor => tensor([4, 6])];
    expect(await value(new nn.MSELoss(), a, b)).toBe(12.5);
    expect(await value(new nn.MSELoss({ reduction: 'sum' }), a, b)).toBe(25);
    expect(await value(new nn.L1Loss({ reduction: 'sum' }), a, b)).toBe(7);
    expect(await value(new nn.HuberLoss({ delta: 2 }), a, b)).toBe(5);
    expect(await value(new nn.SmoothL1Loss({ beta: 2 }), a, b)).toBe(2.5);
    const scores = (): Tensor => tensor([[-1, -2]]);
    expect(await value(new nn.NLLLoss({ weight: [0, 3] }), scores, () => tensor([1]))).toBe(2);
    const target = (): Tensor => tensor([[1, 0]]);
    expect(await value(new nn.KLDivLoss({ reduction: 'batchMean' }), scores, target)).toBe(1);
    const half = (): Tensor => tensor([[0.5, 0.5]]);
    const weighted = new nn.BCELoss({ weight: 2 });
    expect(await value(weighted, half, target)).toBeCloseTo(2 * Math.LN2, 6);
    const positive = new nn.BCEWithLogitsLoss({ posWeight: 3 });
    expect(await value(positive, () => zeros([1, 2]), target)).toBeCloseTo(2 * Math.LN2, 6);
    const ignoring = new nn.CrossEntropyLoss({ ignoreIndex: 1, weight: [1, 9, 1, 3] });
    expect(await value(ignoring, logits, labels)).toBeCloseTo(Math.log(4), 6);
  });
});

describe('options', () => {
  const rng = new Rng(SEED);
  it.each([
    ['Linear', 'inFeatures', () => new nn.Linear({ inFeatures: -1, outFeatures: 1, rng })],
    ['Linear', 'outFeatures', () => new nn.Linear({ inFeatures: 1, outFeatures: 1.5, rng })],
    [
      'Conv2d',
      'inChannels',
      () => new nn.Conv2d({ inChannels: -1, outChannels: 1, kernelSize: 3, rng }),
    ],
    [
      'Conv2d',
      'outChannels',
      () => new nn.Conv2d({ inChannels: 1, outChannels: -1, kernelSize: 3, rng }),
    ],
    [
      'Conv2d',
      'kernelSize',
      () => new nn.Conv2d({ inChannels: 1, outChannels: 1, kernelSize: 0, rng }),
    ],
    [
      'Conv2d',
      'groups',
      () => new nn.Conv2d({ inChannels: 4, outChannels: 6, kernelSize: 1, groups: 4, rng }),
    ],
    ['BatchNorm2d', 'numFeatures', () => new nn.BatchNorm2d({ numFeatures: NaN })],
    ['BatchNorm2d', 'epsilon', () => new nn.BatchNorm2d({ numFeatures: 1, epsilon: 0 })],
    ['BatchNorm2d', 'momentum', () => new nn.BatchNorm2d({ numFeatures: 1, momentum: 1.1 })],
    ['LayerNorm', 'normalizedShape', () => new nn.LayerNorm({ normalizedShape: [] })],
    ['LayerNorm', 'normalizedShape', () => new nn.LayerNorm({ normalizedShape: 0 })],
    ['LayerNorm', 'epsilon', () => new nn.LayerNorm({ normalizedShape: 1, epsilon: -1 })],
    [
      'Embedding',
      'numEmbeddings',
      () => new nn.Embedding({ numEmbeddings: 1.5, embeddingDim: 1, rng }),
    ],
    [
      'Embedding',
      'embeddingDim',
      () => new nn.Embedding({ numEmbeddings: 1, embeddingDim: -1, rng }),
    ],
    ['LeakyReLU', 'slope', () => new nn.LeakyReLU({ slope: NaN })],
    ['MaxPool2d', 'kernelSize', () => new nn.MaxPool2d({ kernelSize: 0 })],
    ['MaxPool2d', 'padding', () => new nn.MaxPool2d({ kernelSize: 2, padding: 2 })],
    ['AvgPool2d', 'stride', () => new nn.AvgPool2d({ kernelSize: 2, stride: 0 })],
    ['Dropout', 'probability', () => new nn.Dropout({ probability: 1, rng })],
    ['Dropout', 'probability', () => new nn.Dropout({ probability: NaN, rng })],
    ['CrossEntropyLoss', 'labelSmoothing', () => new nn.CrossEntropyLoss({ labelSmoothing: 2 })],
    ['HuberLoss', 'delta', () => new nn.HuberLoss({ delta: 0 })],
    ['SmoothL1Loss', 'beta', () => new nn.SmoothL1Loss({ beta: NaN })],
    ['L1Loss', 'reduction', () => new nn.L1Loss({ reduction: 'batchMean' as never })],
    ['KLDivLoss', 'reduction', () => new nn.KLDivLoss({ reduction: 'avg' as never })],
  ])('%s rejects an invalid %s', (layer, option, make) => {
    expect(make).toThrow(new RegExp(`${layer}: ${option} must be .*, got `));
  });
});
