// A convolutional autoencoder: strided convolutions compress an image, convolutions of enlarged
// images restore it.

import {
  Adam,
  Conv2d,
  Module,
  mse,
  ReLU,
  scope,
  Sequential,
  Upsample,
  type Rng,
  type Tensor,
} from '../../src/index.js';
import {
  batchOf,
  BATCHES,
  network,
  type Data,
  type NetworkProgram,
  type Trainer,
} from './program.js';

const BATCH = 32;
/** Height and width of an image. */
const SIDE = 28;

/** Images [N, 1, 28, 28] -> images of the same shape, through a code of [N, 32, 7, 7]. */
class Autoencoder extends Module {
  readonly encoder: Sequential;
  readonly decoder: Sequential;

  constructor(rng: Rng) {
    super();
    const window = { kernelSize: 3, padding: 1, rng };
    this.encoder = new Sequential(
      new Conv2d({ inChannels: 1, outChannels: 16, stride: 2, ...window }), // [N, 16, 14, 14]
      new ReLU(),
      new Conv2d({ inChannels: 16, outChannels: 32, stride: 2, ...window }), // [N, 32, 7, 7]
      new ReLU(),
    );
    this.decoder = new Sequential(
      new Upsample({ scaleFactor: 2 }),
      new Conv2d({ inChannels: 32, outChannels: 16, ...window }),
      new ReLU(),
      new Upsample({ scaleFactor: 2 }),
      new Conv2d({ inChannels: 16, outChannels: 1, ...window }),
    );
  }

  override forward(images: Tensor): Tensor {
    return this.decoder.forward(this.encoder.forward(images));
  }
}

/** Images with one round spot each. */
function spots(rng: Rng): Float32Array {
  const images = new Float32Array(BATCHES * BATCH * SIDE * SIDE);
  for (let first = 0; first < images.length; first += SIDE * SIDE) {
    const [centerX, centerY] = [rng.between(7, 21), rng.between(7, 21)];
    const radius = rng.between(2, 6);
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [x, y] = [(i % SIDE) - centerX, Math.floor(i / SIDE) - centerY];
      images[first + i] = Math.exp(-(x * x + y * y) / (radius * radius));
    }
  }
  return images;
}

export const autoencoder: NetworkProgram = {
  batch: BATCH,
  data: (rng) => ({ images: { data: spots(rng), shape: [BATCHES * BATCH, 1, SIDE, SIDE] } }),
  build: (rng) => network(new Autoencoder(rng), train),
};

function train(model: Autoencoder, { images }: Data): Trainer {
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return {
    step: async (index) => [
      await scope(() => {
        const x = batchOf(images, index, BATCH);
        const loss = mse(model.forward(x), x);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      }),
    ],
    dispose: () => optimizer.dispose(),
  };
}
