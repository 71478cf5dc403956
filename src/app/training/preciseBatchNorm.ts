// Precise batch norm: recomputes batch norm's running statistics on unaugmented images. The running
// statistics of training come from augmented images. These are interpolated, so they are smoother
// and lower in contrast than the images that the network is used on. Weights stay unchanged.
//
// Source: Y. Wu, J. Johnson, "Rethinking 'Batch' in BatchNorm", 2021 (precise batch norm).

import { noGrad, Rng, scope, tensor } from '../../engine/index.js';
import { BatchNorm2d } from '../../nn/index.js';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { DataLoader } from '../../data/loading/dataLoader.js';
import { Normalizer } from '../../data/loading/transform.js';
import type { CharacterNet } from '../model/characterNet.js';
import { onBackendOf } from '../model/modelBackend.js';

/**
 * Batch size. Each batch is normalized by its own statistics for the deeper layers, so it should
 * not be small.
 */
const BATCH_SIZE = 256;

/**
 * Sets the running statistics to the mean of the statistics of all batches, weighted by batch size.
 * As in training, every layer's inputs come from layers that normalize by the batch. The same
 * images and seed give bit-for-bit identical results.
 *
 * @param model in evaluation mode, and left in it
 * @param seed determines the composition of the batches
 */
export async function recomputeBatchNorm(
  model: CharacterNet,
  dataset: ImageDataset,
  seed: number,
  onProgress: (done: number, total: number) => unknown = () => undefined,
): Promise<void> {
  const layers = model.conv_layers.layers.filter((layer) => layer instanceof BatchNorm2d);
  const momenta = layers.map(({ momentum }) => momentum);
  const shuffle = new Rng(seed).split('statistics');
  let seen = 0;
  for (const layer of layers) layer.train();
  const loader = new DataLoader(dataset, {
    batchSize: BATCH_SIZE,
    shuffle,
    transform: { inputs: new Normalizer() },
  });
  for (const { inputs, count } of loader.batches(1)) {
    seen += count;
    // With momentum 1, 1/2, 1/3, ..., a moving average equals the mean of all values.
    for (const layer of layers) layer.momentum = count / seen;
    await onBackendOf(model, () =>
      scope(() =>
        noGrad(() =>
          model.conv_layers.forward(tensor(inputs.data, { shape: inputs.shape })),
        ).data(),
      ),
    );
    await onProgress(seen, dataset.length);
  }
  layers.forEach((layer, i) => (layer.momentum = momenta[i]));
  model.eval();
}
