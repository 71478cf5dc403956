// Batch norm's statistics of the images that will be read. The running ones that training leaves behind are of augmented images:
// interpolated, so smoother and lower in contrast than those the network is used on. This takes them once more, from images as
// they are; weights stay. Imports engine, nn, data, the network and the model files.
//
// Source: Y. Wu, J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021 (precise statistics).

import { noGrad, Rng, scope } from '../../engine/index.js';
import { BatchNorm2d } from '../../nn/index.js';
import type { Dataset } from '../../data/loading/dataset.js';
import { BatchLoader } from '../../data/loading/loader.js';
import type { CharacterNet } from '../model/characterNet.js';
import { imageTensor } from '../model/imageTensor.js';

/** Images a batch. Each batch is normalized by its own statistics on the way to the deeper layers, so it should not be small. */
const BATCH_SIZE = 256;

/**
 * Sets the running statistics to the mean of those of all batches, each counted by its images: every layer's inputs are the outputs
 * of layers that normalize by the batch, as in training. The same images and seed give the same bits.
 *
 * @param model in evaluation mode, and left in it
 * @param seed decides which images are a batch
 */
export async function takeStatistics(
  model: CharacterNet,
  dataset: Dataset,
  seed: number,
  onProgress: (done: number, total: number) => unknown = () => undefined,
): Promise<void> {
  const layers = model.conv_layers.layers.filter((layer) => layer instanceof BatchNorm2d);
  const usual = layers.map(({ momentum }) => momentum);
  const shuffle = new Rng(seed).split('statistics');
  let seen = 0;
  for (const layer of layers) layer.train();
  for (const { images, count } of new BatchLoader({ dataset, batchSize: BATCH_SIZE, shuffle }).batches(1)) {
    seen += count;
    // With the weight 1, 1/2, 1/3, ... of the newest, a moving average is the mean of all.
    for (const layer of layers) layer.momentum = count / seen;
    await scope(() => noGrad(() => model.conv_layers.forward(imageTensor(images)).data()));
    await onProgress(seen, dataset.length);
  }
  layers.forEach((layer, i) => (layer.momentum = usual[i]));
  model.eval();
}
