// A multilayer perceptron that separates three spiral arms of points in the plane.

import {
  Adam,
  crossEntropy,
  Linear,
  Module,
  ReLU,
  Rng,
  scope,
  Sequential,
  Tanh,
  tensor,
  type HostState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';
import { ArrayDataset, DataLoader } from '../../src/data/index.js';

/** Points [N, 2] -> logits [N, 3]. */
class SpiralNet extends Module {
  readonly layers: Sequential;

  constructor(rng: Rng) {
    super();
    this.layers = new Sequential(
      new Linear({ inFeatures: 2, outFeatures: 32, rng }),
      new Tanh(),
      new Linear({ inFeatures: 32, outFeatures: 32, rng }),
      new ReLU(),
      new Linear({ inFeatures: 32, outFeatures: 3, rng }),
    );
  }

  override forward(points: Tensor): Tensor {
    return this.layers.forward(points);
  }
}

/**
 * Trains for two epochs; returns the loss of each step.
 *
 * @param data points [150, 2], labels [150]
 */
export async function trainMlp(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<number[]> {
  const model = new SpiralNet(new Rng(1));
  model.loadStateDict(weights);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const dataset = new ArrayDataset({ inputs: data.points, targets: data.labels });
  const loader = new DataLoader(dataset, { batchSize: 30 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const { inputs, targets } of loader.batches(epoch)) {
      const loss = scope(() => {
        const points = tensor(inputs);
        const labels = tensor(targets);
        const loss = crossEntropy(model.forward(points), labels);
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
