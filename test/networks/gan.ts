// A generative adversarial network (Goodfellow et al., 2014): the generator draws points from
// noise, the discriminator tells them from points on a circle. Each has its own optimizer.

import {
  Adam,
  binaryCrossEntropyWithLogits,
  LeakyReLU,
  Linear,
  Module,
  ones,
  Rng,
  scope,
  Sequential,
  tensor,
  zeros,
  type HostState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';
import { ArrayDataset, DataLoader } from '../../src/data/index.js';

function perceptron(inFeatures: number, outFeatures: number, rng: Rng): Sequential {
  return new Sequential(
    new Linear({ inFeatures, outFeatures: 32, rng }),
    new LeakyReLU({ slope: 0.2 }),
    new Linear({ inFeatures: 32, outFeatures: 32, rng }),
    new LeakyReLU({ slope: 0.2 }),
    new Linear({ inFeatures: 32, outFeatures, rng }),
  );
}

/** Both networks, for one state dict. */
class Gan extends Module {
  /** Noise [N, 4] -> points [N, 2]. */
  readonly generator: Sequential;
  /** Points [N, 2] -> logits [N, 1] of being real. */
  readonly discriminator: Sequential;

  constructor(rng: Rng) {
    super();
    this.generator = perceptron(4, 2, rng);
    this.discriminator = perceptron(2, 1, rng);
  }

  override forward(noise: Tensor): Tensor {
    return this.generator.forward(noise);
  }
}

/** The losses of each step. */
export interface GanLosses {
  readonly discriminator: number[];
  readonly generator: number[];
}

/**
 * Trains for one epoch; returns the losses of each step.
 *
 * @param data points [160, 2], noise [160, 4]
 */
export async function trainGan(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<GanLosses> {
  const model = new Gan(new Rng(1));
  model.loadStateDict(weights);
  const { generator, discriminator } = model;
  const options = { lr: 2e-3, betas: [0.5, 0.999] } as const;
  const generatorOptimizer = new Adam(generator.parameters(), options);
  const discriminatorOptimizer = new Adam(discriminator.parameters(), options);
  const dataset = new ArrayDataset({ points: data.points, noise: data.noise });
  const loader = new DataLoader(dataset, { batchSize: 16 });
  const losses: GanLosses = { discriminator: [], generator: [] };
  for (const { points, noise, count } of loader.batches(0)) {
    const [discriminatorLoss, generatorLoss] = scope(() => {
      const real = tensor(points);
      const drawn = generator.forward(tensor(noise));
      const [isReal, isDrawn] = [ones([count, 1]), zeros([count, 1])];

      // The discriminator's step. The drawn points are constants.
      const onReal = binaryCrossEntropyWithLogits(discriminator.forward(real), isReal);
      const onDrawn = binaryCrossEntropyWithLogits(discriminator.forward(drawn.detach()), isDrawn);
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
    });
    losses.discriminator.push(await discriminatorLoss);
    losses.generator.push(await generatorLoss);
  }
  generatorOptimizer.dispose();
  discriminatorOptimizer.dispose();
  model.dispose();
  return losses;
}
