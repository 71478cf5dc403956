// A generative adversarial network (Goodfellow et al., 2014): the generator draws points from noise,
// the discriminator tells them from points on a circle. Each has its own optimizer.

import {
  Adam,
  binaryCrossEntropyWithLogits,
  LeakyReLU,
  Linear,
  Module,
  ones,
  scope,
  Sequential,
  zeros,
  type Rng,
  type Tensor,
} from '../../src/index.js';
import {
  arrayOf,
  batchOf,
  BATCHES,
  network,
  type Data,
  type NetworkProgram,
  type Trainer,
} from './program.js';

const BATCH = 64;
const NOISE = 16;

function perceptron(inFeatures: number, outFeatures: number, rng: Rng): Sequential {
  return new Sequential(
    new Linear({ inFeatures, outFeatures: 64, rng }),
    new LeakyReLU({ slope: 0.2 }),
    new Linear({ inFeatures: 64, outFeatures: 64, rng }),
    new LeakyReLU({ slope: 0.2 }),
    new Linear({ inFeatures: 64, outFeatures, rng }),
  );
}

/** Both networks, for one state dict. */
class Gan extends Module {
  /** Noise [N, NOISE] -> points [N, 2]. */
  readonly generator: Sequential;
  /** Points [N, 2] -> logits [N, 1] of being real. */
  readonly discriminator: Sequential;

  constructor(rng: Rng) {
    super();
    this.generator = perceptron(NOISE, 2, rng);
    this.discriminator = perceptron(2, 1, rng);
  }

  override forward(noise: Tensor): Tensor {
    return this.generator.forward(noise);
  }
}

export const gan: NetworkProgram = {
  batch: BATCH,
  data: (rng) => {
    const count = BATCHES * BATCH;
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const angle = rng.between(0, 2 * Math.PI);
      points.set([Math.cos(angle), Math.sin(angle)], 2 * i);
    }
    return {
      points: { data: points, shape: [count, 2] },
      noise: arrayOf([count, NOISE], () => rng.normal()),
    };
  },
  build: (rng) => network(new Gan(rng), train),
};

function train(model: Gan, { points, noise }: Data): Trainer {
  const { generator, discriminator } = model;
  const options = { lr: 2e-4, betas: [0.5, 0.999] } as const;
  const generatorOptimizer = new Adam(generator.parameters(), options);
  const discriminatorOptimizer = new Adam(discriminator.parameters(), options);
  return {
    step: (index) =>
      Promise.all(
        scope(() => {
          const real = batchOf(points, index, BATCH);
          const drawn = generator.forward(batchOf(noise, index, BATCH));
          const [isReal, isDrawn] = [ones([BATCH, 1]), zeros([BATCH, 1])];

          // The discriminator's step. The drawn points are constants.
          const onReal = binaryCrossEntropyWithLogits(discriminator.forward(real), isReal);
          const onDrawn = binaryCrossEntropyWithLogits(
            discriminator.forward(drawn.detach()),
            isDrawn,
          );
          const discriminatorLoss = onReal.add(onDrawn);
          discriminatorOptimizer.zeroGrad();
          discriminatorLoss.backward();
          discriminatorOptimizer.step();

          // The generator's step: the drawn points should pass for real ones.
          const generatorLoss = binaryCrossEntropyWithLogits(discriminator.forward(drawn), isReal);
          generatorOptimizer.zeroGrad();
          generatorLoss.backward();
          generatorOptimizer.step();
          return [discriminatorLoss.item(), generatorLoss.item()];
        }),
      ),
    dispose: () => {
      generatorOptimizer.dispose();
      discriminatorOptimizer.dispose();
    },
  };
}
