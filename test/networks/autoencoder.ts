// A convolutional autoencoder: strided convolutions compress an image, transposed convolutions
// restore it.

import {
  Adam,
  Conv2d,
  ConvTranspose2d,
  Module,
  mse,
  ReLU,
  Rng,
  scope,
  Sequential,
  Sigmoid,
  tensor,
  type HostState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';
import { ArrayDataset, DataLoader } from '../../src/data/index.js';

/** Images [N, 1, 12, 12] -> images of the same shape, through a code of [N, 16, 3, 3]. */
class Autoencoder extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(rng: Rng) {
    super();
    const window = { kernelSize: 3, stride: 2, padding: 1, rng };
    this.encoder = new Sequential(
      new Conv2d({ inChannels: 1, outChannels: 8, ...window }), // [N, 8, 6, 6]
      new ReLU(),
      new Conv2d({ inChannels: 8, outChannels: 16, ...window }), // [N, 16, 3, 3]
      new ReLU(),
    );
    this.decoder = new Sequential(
      new ConvTranspose2d({ inChannels: 16, outChannels: 8, ...window, kernelSize: 4 }),
      new ReLU(),
      new ConvTranspose2d({ inChannels: 8, outChannels: 1, ...window, outputPadding: 1 }),
      new Sigmoid(),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(images));
  }
}

/**
 * Trains for two epochs; returns the loss of each step.
 *
 * @param data images [40, 1, 12, 12] with values from 0 to 1
 */
export async function trainAutoencoder(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<number[]> {
  const model = new Autoencoder(new Rng(1));
  model.loadStateDict(weights);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const loader = new DataLoader(new ArrayDataset({ images: data.images }), { batchSize: 8 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const { images } of loader.batches(epoch)) {
      const loss = scope(() => {
        const x = tensor(images);
        const loss = mse(model.forward(x), x);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      losses.push(await loss);
    }
  }
  optimizer.dispose();
  model.dispose();
  return losses;
}
