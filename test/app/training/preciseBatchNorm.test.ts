// Tests precise batch norm on unaugmented images: the first layer's statistics against hand-written
// means and variances over two batches of different size, and that nothing else in the network
// changes.

import { expect, it } from 'vitest';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { recomputeBatchNorm } from '../../../src/app/training/preciseBatchNorm.js';
import { selectImages } from '../../../src/data/loading/imageDataset.js';
import { DataLoader } from '../../../src/data/loading/dataLoader.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { Rng, scope, tensor } from '../../../src/engine/index.js';
import { BatchNorm2d } from '../../../src/nn/index.js';
import { digest, onWasm, train } from '../support.js';

const SEED = 7;
/** A full batch of 256 and one of 44. */
const images = selectImages(
  train,
  Array.from({ length: 300 }, (_, i) => i % train.length),
);
const fresh = (): CharacterNet =>
  new CharacterNet({
    classes: train.classes.length,
    rng: new Rng(3),
    convolutions: [1, 2, 1],
  }).eval();

const norms = (model: CharacterNet): BatchNorm2d[] =>
  model.conv_layers.layers.filter((layer) => layer instanceof BatchNorm2d);

/** Mean and unbiased variance of each channel of the first convolution's output for some images. */
async function channelsOf(
  model: CharacterNet,
  batch: Float32Array,
  count: number,
): Promise<number[][]> {
  const convolution = model.conv_layers.layers[0];
  const y = await scope(() =>
    convolution.forward(tensor(batch, { shape: [count, 1, 28, 28] })).data(),
  );
  const plane = 28 * 28;
  const channels = y.length / count / plane;
  return Array.from({ length: channels }, (_, c) => {
    const values = new Float32Array(count * plane);
    for (let n = 0; n < count; n++) {
      const from = (n * channels + c) * plane;
      values.set(y.subarray(from, from + plane), n * plane);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return [mean, squares / (values.length - 1)];
  });
}

it(
  'are the mean over all batches, weighted by their number of images',
  onWasm(async () => {
    const model = fresh();
    const shuffle = new Rng(SEED).split('statistics');
    const expected = {
      mean: new Array<number>(32).fill(0),
      variance: new Array<number>(32).fill(0),
    };
    const counts: number[] = [];
    const transform = { inputs: new Normalizer() };
    const loader = new DataLoader(images, { batchSize: 256, shuffle, transform });
    for (const batch of loader.batches(1)) {
      counts.push(batch.count);
      const channels = await channelsOf(model, batch.inputs.data, batch.count);
      channels.forEach(([mean, variance], c) => {
        expected.mean[c] += (mean * batch.count) / images.length;
        expected.variance[c] += (variance * batch.count) / images.length;
      });
    }
    expect(counts).toEqual([256, 44]);

    await recomputeBatchNorm(model, images, SEED);
    const [first] = norms(model);
    const [mean, variance] = [await first.running_mean!.data(), await first.running_var!.data()];
    expected.mean.forEach((value, c) => expect(mean[c]).toBeCloseTo(value, 5));
    expected.variance.forEach((value, c) => expect(variance[c]).toBeCloseTo(value, 5));
    model.dispose();
  }),
);

it(
  'do not change the weights or the mode, and are reproducible',
  onWasm(async () => {
    const [model, other] = [fresh(), fresh()];
    const reportedBatches: number[] = [];
    await recomputeBatchNorm(model, images, SEED, (done) => reportedBatches.push(done));
    expect(reportedBatches).toEqual([256, 300]);
    for (const layer of norms(model))
      expect([layer.training, layer.momentum]).toEqual([false, 0.1]);
    const weights = async (of: CharacterNet): Promise<string[]> => {
      const values = await Promise.all(of.parameters().map((parameter) => parameter.data()));
      return values.map(({ buffer, byteOffset, byteLength }) =>
        digest(new Uint8Array(buffer, byteOffset, byteLength)),
      );
    };
    expect(await weights(model)).toEqual(await weights(other));

    const statistics = (of: CharacterNet): Promise<unknown> =>
      Promise.all(
        norms(of).flatMap((layer) => [layer.running_mean!.data(), layer.running_var!.data()]),
      );
    const once = await statistics(model);
    expect(norms(model)).toHaveLength(4);
    expect(once).not.toEqual(await statistics(other));
    await recomputeBatchNorm(model, images, SEED);
    expect(await statistics(model)).toEqual(once);
    for (const one of [model, other]) one.dispose();
  }),
);
