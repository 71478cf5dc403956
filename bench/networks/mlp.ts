// A multilayer perceptron that separates three spiral arms of points in the plane.

import {
  Adam,
  crossEntropy,
  Linear,
  Module,
  scope,
  Sequential,
  Tanh,
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

const BATCH = 300;

/** Points [N, 2] -> logits [N, 3]. */
class SpiralNet extends Module {
  readonly layers: Sequential;

  constructor(rng: Rng) {
    super();
    this.layers = new Sequential(
      new Linear({ inFeatures: 2, outFeatures: 64, rng }),
      new Tanh(),
      new Linear({ inFeatures: 64, outFeatures: 64, rng }),
      new Tanh(),
      new Linear({ inFeatures: 64, outFeatures: 3, rng }),
    );
  }

  override forward(points: Tensor): Tensor {
    return this.layers.forward(points);
  }
}

export const mlp: NetworkProgram = {
  batch: BATCH,
  data: (rng) => {
    const count = BATCHES * BATCH;
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const radius = rng.between(0.1, 1);
      const angle = 4 * radius + (2 * Math.PI * (i % 3)) / 3 + 0.2 * rng.normal();
      points.set([radius * Math.sin(angle), radius * Math.cos(angle)], 2 * i);
    }
    return {
      points: { data: points, shape: [count, 2] },
      labels: arrayOf([count], (i) => i % 3),
    };
  },
  build: (rng) => network(new SpiralNet(rng), train),
};

function train(model: SpiralNet, { points, labels }: Data): Trainer {
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  return {
    step: async (index) => [
      await scope(() => {
        const x = batchOf(points, index, BATCH);
        const target = batchOf(labels, index, BATCH);
        const loss = crossEntropy(model.forward(x), target);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item();
      }),
    ],
    dispose: () => optimizer.dispose(),
  };
}
