// A residual block (He et al., 2016) that classifies the direction of stripes.

import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Linear,
  mean,
  Module,
  relu,
  Rng,
  scope,
  Sequential,
  SGD,
  tensor,
  type HostState,
  type SavedArray,
  type Tensor,
} from '../../src/index.js';
import { ArrayDataset, DataLoader } from '../../src/data/index.js';

/** x [N, inChannels, H, W] -> [N, outChannels, H / stride, W / stride]. */
class ResidualBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  /** The skip connection: a 1 x 1 convolution, because the shape changes. */
  readonly downsample: Sequential;

  constructor(inChannels: number, outChannels: number, stride: number, rng: Rng) {
    super();
    const window = { kernelSize: 3, padding: 1, bias: false, rng };
    this.conv1 = new Conv2d({ inChannels, outChannels, stride, ...window });
    this.bn1 = new BatchNorm2d({ numFeatures: outChannels });
    this.conv2 = new Conv2d({ inChannels: outChannels, outChannels, ...window });
    this.bn2 = new BatchNorm2d({ numFeatures: outChannels });
    this.downsample = new Sequential(
      new Conv2d({ inChannels, outChannels, kernelSize: 1, stride, bias: false, rng }),
      new BatchNorm2d({ numFeatures: outChannels }),
    );
  }

  override forward(x: Tensor): Tensor {
    const hidden = relu(this.bn1.forward(this.conv1.forward(x)));
    const residual = this.bn2.forward(this.conv2.forward(hidden));
    return relu(residual.add(this.downsample.forward(x)));
  }
}

/** Images [N, 3, H, W] -> logits [N, classes]. */
class ResNet extends Module {
  readonly block: ResidualBlock;
  readonly fc: Linear;

  constructor(classes: number, rng: Rng) {
    super();
    this.block = new ResidualBlock(3, 16, 2, rng);
    this.fc = new Linear({ inFeatures: 16, outFeatures: classes, rng });
  }

  override forward(images: Tensor): Tensor {
    return this.fc.forward(mean(this.block.forward(images), { axes: [2, 3] }));
  }
}

/**
 * Trains for two epochs; returns the loss of each step.
 *
 * @param data images [40, 3, 8, 8], labels [40]
 */
export async function trainResNet(
  weights: HostState,
  data: Readonly<Record<string, SavedArray>>,
): Promise<number[]> {
  const model = new ResNet(4, new Rng(1));
  model.loadStateDict(weights);
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-3 });
  const dataset = new ArrayDataset({ inputs: data.images, targets: data.labels });
  const loader = new DataLoader(dataset, { batchSize: 8 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    for (const { inputs, targets } of loader.batches(epoch)) {
      const loss = scope(() => {
        const images = tensor(inputs);
        const labels = tensor(targets);
        const loss = crossEntropy(model.forward(images), labels);
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
