// Layers of convolution, pooling and resizing of sequences and images, and the norms: output on
// values that can be checked by hand, names in the state dict, initialization, rejected options.

import { describe, expect, it } from 'vitest';
import { Rng, scope, tensor, zeros, type FloatArray, type Tensor } from '../../src/engine/index.js';
import * as nn from '../../src/nn/index.js';
import { freshBackend } from './support.js';

const SEED = 20261129;
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

const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 5));
};

/** Largest magnitude, which is close to the bound of a uniform distribution for many values. */
const largest = (values: ArrayLike<number>): number =>
  Math.max(...Array.from(values, (value) => Math.abs(value)));

describe('convolution layers', () => {
  it('Conv1d passes its options to the op', async () => {
    const options = { inChannels: 1, outChannels: 1, kernelSize: 2, rng: new Rng(SEED) };
    const layer = new nn.Conv1d({ ...options, stride: 2, padding: 1, dilation: 2, bias: false });
    layer.weight.assign([1, 10]);
    // Padded: 0 1 2 3 4 0; windows at 0 and 2.
    expect(await run(layer, () => tensor([[[1, 2, 3, 4]]]))).toEqual({
      shape: [1, 1, 2],
      data: [20, 42],
    });
    expect(layer.toString()).toBe(
      'Conv1d(1, 1, kernelSize=2, stride=2, padding=1, dilation=2, bias=false)',
    );
    layer.dispose();
    const same = new nn.Conv1d({ ...options, padding: 'same' });
    same.weight.assign([1, 10]);
    same.bias!.assign([100]);
    expect((await run(same, () => tensor([[[1, 2]]]))).data).toEqual([121, 102]);
    expect(Object.keys(same.stateDict())).toEqual(['weight', 'bias']);
    same.dispose();
  });

  it('ConvTranspose2d passes its options to the op', async () => {
    const layer = new nn.ConvTranspose2d({
      inChannels: 1,
      outChannels: 1,
      kernelSize: 2,
      stride: [1, 3],
      padding: [1, 0],
      outputPadding: [0, 1],
      rng: new Rng(SEED),
    });
    layer.weight.assign([1, 2, 3, 4]);
    layer.bias!.assign([100]);
    expect(await run(layer, () => tensor([1, 2, 3, 4], { shape: [1, 1, 2, 2] }))).toEqual({
      shape: [1, 1, 1, 6],
      data: [106, 110, 100, 110, 116, 100],
    });
    expect(layer.toString()).toBe(
      'ConvTranspose2d(1, 1, kernelSize=2, stride=[1,3], padding=[1,0], outputPadding=[0,1])',
    );
    layer.dispose();
  });

  it('ConvTranspose1d passes its options to the op', async () => {
    const layer = new nn.ConvTranspose1d({
      inChannels: 2,
      outChannels: 2,
      kernelSize: 2,
      stride: 2,
      dilation: 3,
      groups: 2,
      bias: false,
      rng: new Rng(SEED),
    });
    expect(layer.weight.shape).toEqual([2, 1, 2]);
    layer.weight.assign([1, 10, 2, 3]);
    expect(
      await run(layer, () =>
        tensor([
          [
            [1, 2],
            [1, 1],
          ],
        ]),
      ),
    ).toEqual({
      shape: [1, 2, 6],
      data: [1, 0, 2, 10, 0, 20, 2, 0, 2, 3, 0, 3],
    });
    expect(layer.toString()).toBe(
      'ConvTranspose1d(2, 2, kernelSize=2, stride=2, dilation=3, groups=2, bias=false)',
    );
    layer.dispose();
  });

  it("are initialized as PyTorch's: uniform, with the fan in of the second axis", async () => {
    const rng = new Rng(SEED);
    const conv = new nn.Conv1d({ inChannels: 8, outChannels: 128, kernelSize: 4, groups: 2, rng });
    const transposed = new nn.ConvTranspose2d({
      inChannels: 64,
      outChannels: 32,
      kernelSize: [1, 2],
      groups: 4,
      rng,
    });
    for (const [layer, fanIn] of [[conv, 16] as const, [transposed, 16] as const]) {
      const bound = 1 / Math.sqrt(fanIn);
      const values = [await layer.weight.data(), await layer.bias!.data()].map(largest);
      for (const value of values) {
        expect(value).toBeLessThan(bound);
        expect(value, `seed ${SEED}`).toBeGreaterThan(0.8 * bound);
      }
      layer.dispose();
    }
  });
});

describe('pooling and resizing layers', () => {
  const line = (): Tensor => tensor([[[1, 3, 2, 6, 4]]]);

  it('MaxPool1d and AvgPool1d', async () => {
    expect((await run(new nn.MaxPool1d({ kernelSize: 2 }), line)).data).toEqual([3, 6]);
    const ceil = new nn.MaxPool1d({ kernelSize: 2, ceilMode: true });
    expect((await run(ceil, line)).data).toEqual([3, 6, 4]);
    expect(ceil.toString()).toBe('MaxPool1d(kernelSize=2, stride=2, ceilMode=true)');
    const padded = { kernelSize: 2, padding: 1 };
    expect((await run(new nn.AvgPool1d(padded), line)).data).toEqual([0.5, 2.5, 5]);
    const inside = new nn.AvgPool1d({ ...padded, countIncludePad: false });
    expect((await run(inside, line)).data).toEqual([1, 2.5, 5]);
    expect(inside.toString()).toBe(
      'AvgPool1d(kernelSize=2, stride=2, padding=1, countIncludePad=false)',
    );
  });

  it('MaxPool2d and AvgPool2d in ceil mode', async () => {
    const image = (): Tensor => tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], { shape: [1, 1, 3, 3] });
    const options = { kernelSize: 2, ceilMode: true };
    expect((await run(new nn.MaxPool2d(options), image)).data).toEqual([5, 6, 8, 9]);
    expect((await run(new nn.AvgPool2d(options), image)).data).toEqual([3, 4.5, 7.5, 9]);
  });

  it('adaptive pooling', async () => {
    const pool = { outputSize: 2 };
    close((await run(new nn.AdaptiveAvgPool1d(pool), line)).data, [2, 4]);
    expect((await run(new nn.AdaptiveMaxPool1d(pool), line)).data).toEqual([3, 6]);
    const image = (): Tensor => tensor([1, 2, 3, 4, 5, 6], { shape: [1, 1, 2, 3] });
    const rows = new nn.AdaptiveAvgPool2d({ outputSize: [null, 1] });
    expect(await run(rows, image)).toEqual({ shape: [1, 1, 2, 1], data: [2, 5] });
    expect(rows.toString()).toBe('AdaptiveAvgPool2d(outputSize=[null,1])');
    expect((await run(new nn.AdaptiveMaxPool2d(pool), image)).data).toEqual([2, 3, 5, 6]);
  });

  it('Upsample', async () => {
    const image = (): Tensor => tensor([1, 3], { shape: [1, 1, 1, 2] });
    const nearest = new nn.Upsample({ scaleFactor: 2 });
    expect(await run(nearest, image)).toEqual({
      shape: [1, 1, 2, 4],
      data: [1, 1, 3, 3, 1, 1, 3, 3],
    });
    expect(nearest.toString()).toBe('Upsample(scaleFactor=2, mode=nearest)');
    const aligned = new nn.Upsample({ size: [1, 3], mode: 'bilinear', alignCorners: true });
    expect((await run(aligned, image)).data).toEqual([1, 2, 3]);
    expect(aligned.toString()).toBe('Upsample(size=[1,3], mode=bilinear, alignCorners=true)');
  });
});

describe('normalization layers', () => {
  it('BatchNorm1d accepts rows and sequences', async () => {
    const layer = new nn.BatchNorm1d({ numFeatures: 2, epsilon: 1e-12 });
    close(
      (
        await run(layer, () =>
          tensor([
            [0, 1],
            [2, 5],
          ]),
        )
      ).data,
      [-1, -1, 1, 1],
    );
    const { data } = await run(layer, () =>
      tensor([
        [
          [0, 2],
          [1, 5],
        ],
      ]),
    );
    close(data, [-1, 1, -1, 1]);
    expect(() => scope(() => layer.forward(zeros([2, 2, 1, 1])))).toThrow(
      'BatchNorm1d: needs [N, C] or [N, C, L], got [2,2,1,1]',
    );
    layer.dispose();
  });

  it('with momentum null, the running statistics are the mean over all batches', async () => {
    const layer = new nn.BatchNorm1d({ numFeatures: 1, momentum: null });
    const batches = [
      [1, 3],
      [5, 11],
      [0, 6],
    ];
    for (const batch of batches) await run(layer, () => tensor(batch.map((value) => [value])));
    close(Array.from(await layer.running_mean!.data()), [(2 + 8 + 3) / 3]);
    close(Array.from(await layer.running_var!.data()), [(2 + 18 + 18) / 3]);
    // The count is part of the state, so a loaded layer continues the mean.
    const copy = new nn.BatchNorm1d({ numFeatures: 1, momentum: null });
    const state = layer.stateDict();
    const arrays = await Promise.all(
      Object.entries(state).map(async ([name, value]) => [
        name,
        { shape: value.shape, data: await value.data() },
      ]),
    );
    copy.loadStateDict(Object.fromEntries(arrays) as never);
    await run(copy, () => tensor([[1], [1]]));
    close(Array.from(await copy.running_mean!.data()), [(2 + 8 + 3 + 1) / 4]);
    layer.dispose();
    copy.dispose();
  });

  it('without affine parameters and without running statistics', async () => {
    const options = { numFeatures: 1, epsilon: 1e-12 };
    const plain = new nn.BatchNorm2d({ ...options, affine: false, trackRunningStats: false });
    expect(Object.keys(plain.stateDict())).toEqual([]);
    expect(plain.parameters()).toEqual([]);
    const x = (): Tensor => tensor([1, 3], { shape: [2, 1, 1, 1] });
    close((await run(plain, x)).data, [-1, 1]);
    close((await run(plain.eval(), x)).data, [-1, 1]); // the batch also in evaluation
    expect(plain.toString()).toBe(
      'BatchNorm2d(1, epsilon=1e-12, momentum=0.1, affine=false, trackRunningStats=false)',
    );
    const tracked = new nn.BatchNorm2d({ ...options, affine: false });
    expect(Object.keys(tracked.stateDict())).toEqual([
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ]);
    tracked.dispose();
  });

  it('GroupNorm', async () => {
    const layer = new nn.GroupNorm({ numGroups: 2, numChannels: 4, epsilon: 1e-12 });
    layer.weight!.assign([1, 1, 1, 2]);
    layer.bias!.assign([0, 0, 0, 10]);
    close((await run(layer, () => tensor([[1, 3, 10, 30]]))).data, [-1, 1, -1, 12]);
    expect(Object.keys(layer.stateDict())).toEqual(['weight', 'bias']);
    layer.dispose();
    const plain = new nn.GroupNorm({ numGroups: 1, numChannels: 2, epsilon: 1e-12, affine: false });
    close((await run(plain, () => tensor([[1, 3]]))).data, [-1, 1]);
    expect(plain.toString()).toBe('GroupNorm(1, 2, epsilon=1e-12, affine=false)');
  });

  it('RMSNorm', async () => {
    const layer = new nn.RMSNorm({ normalizedShape: 2 });
    layer.weight.assign([1, 10]);
    close((await run(layer, () => tensor([[1, 7]]))).data, [0.2, 14]);
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
    layer.dispose();
  });
});

describe('options', () => {
  const rng = new Rng(SEED);
  const channels = { inChannels: 2, outChannels: 2, rng };
  it.each<[string, string, () => nn.Module]>([
    ['Conv1d', 'kernelSize', () => new nn.Conv1d({ ...channels, kernelSize: 0 })],
    [
      'Conv1d',
      'stride',
      () => new nn.Conv1d({ ...channels, kernelSize: 2, padding: 'same', stride: 2 }),
    ],
    ['Conv1d', 'padding', () => new nn.Conv1d({ ...channels, kernelSize: 2, padding: -1 })],
    ['Conv1d', 'groups', () => new nn.Conv1d({ ...channels, kernelSize: 2, groups: 3 })],
    [
      'ConvTranspose1d',
      'stride',
      () => new nn.ConvTranspose1d({ ...channels, kernelSize: 2, stride: [1, 2] as never }),
    ],
    [
      'ConvTranspose2d',
      'outputPadding',
      () => new nn.ConvTranspose2d({ ...channels, kernelSize: 2, outputPadding: 1 }),
    ],
    [
      'ConvTranspose2d',
      'inChannels',
      () => new nn.ConvTranspose2d({ ...channels, inChannels: -1, kernelSize: 2 }),
    ],
    ['MaxPool1d', 'padding', () => new nn.MaxPool1d({ kernelSize: 2, padding: 2 })],
    ['AvgPool1d', 'kernelSize', () => new nn.AvgPool1d({ kernelSize: 0.5 })],
    ['AdaptiveAvgPool1d', 'outputSize', () => new nn.AdaptiveAvgPool1d({ outputSize: -1 })],
    ['AdaptiveMaxPool2d', 'outputSize', () => new nn.AdaptiveMaxPool2d({ outputSize: [1, 0.5] })],
    ['Upsample', 'size', () => new nn.Upsample({ size: 2, scaleFactor: 2 })],
    ['Upsample', 'mode', () => new nn.Upsample({ size: 2, mode: 'cubic' as never })],
    ['BatchNorm1d', 'momentum', () => new nn.BatchNorm1d({ numFeatures: 1, momentum: 2 })],
    ['GroupNorm', 'numGroups', () => new nn.GroupNorm({ numGroups: 3, numChannels: 4 })],
    ['RMSNorm', 'epsilon', () => new nn.RMSNorm({ normalizedShape: 1, epsilon: 0 })],
  ])('%s rejects an invalid %s', (layer, option, make) => {
    expect(make).toThrow(new RegExp(`${layer}: ${option} must be .*, got `));
  });

  it.each<[string, () => nn.Module]>([
    ['Conv1d', () => new nn.Conv1d({ ...channels, kernelSize: 1, pading: 1 } as never)],
    [
      'ConvTranspose2d',
      () => new nn.ConvTranspose2d({ ...channels, kernelSize: 1, pad: 1 } as never),
    ],
    ['MaxPool1d', () => new nn.MaxPool1d({ kernelSize: 1, dilation: 1 } as never)],
    ['AdaptiveAvgPool2d', () => new nn.AdaptiveAvgPool2d({ outputSize: 1, size: 1 } as never)],
    ['Upsample', () => new nn.Upsample({ size: 1, antialias: true } as never)],
    ['BatchNorm1d', () => new nn.BatchNorm1d({ numFeatures: 1, track: false } as never)],
    ['GroupNorm', () => new nn.GroupNorm({ numGroups: 1, numChannels: 1, bias: false } as never)],
    ['RMSNorm', () => new nn.RMSNorm({ normalizedShape: 1, bias: true } as never)],
  ])('%s rejects an unknown option', (layer, make) => {
    expect(make).toThrow(new RegExp(`^${layer}: unknown option `));
  });
});
