// ResNet-8 (He et al., 2016) for images of 32 x 32 pixels.

import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Linear,
  mean,
  Module,
  relu,
  scope,
  Sequential,
  SGD,
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

const BATCH = 32;
const CLASSES = 10;

/** x [N, inChannels, H, W] -> [N, outChannels, H / stride, W / stride]. */
class ResidualBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm2d;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm2d;
  /** The skip connection where the shape changes: a 1 x 1 convolution; otherwise empty. */
  readonly shortcut: Sequential;

  constructor(inChannels: number, outChannels: number, stride: number, rng: Rng) {
    super();
    const window = { kernelSize: 3, padding: 1, bias: false, rng };
    this.conv1 = new Conv2d({ inChannels, outChannels, stride, ...window });
    this.bn1 = new BatchNorm2d({ numFeatures: outChannels });
    this.conv2 = new Conv2d({ inChannels: outChannels, outChannels, ...window });
    this.bn2 = new BatchNorm2d({ numFeatures: outChannels });
    this.shortcut =
      stride === 1
        ? new Sequential()
        : new Sequential(
            new Conv2d({ inChannels, outChannels, kernelSize: 1, stride, bias: false, rng }),
            new BatchNorm2d({ numFeatures: outChannels }),
          );
  }

  override forward(x: Tensor): Tensor {
    const hidden = relu(this.bn1.forward(this.conv1.forward(x)));
    const residual = this.bn2.forward(this.conv2.forward(hidden));
    return relu(residual.add(this.shortcut.forward(x)));
  }
}

/** Images [N, 3, 32, 32] -> logits [N, CLASSES]. */
class ResNet8 extends Module {
  readonly conv: Conv2d;
  readonly bn: BatchNorm2d;
  readonly blocks: Sequential;
  readonly fc: Linear;

  constructor(rng: Rng) {
    super();
    this.conv = new Conv2d({
      inChannels: 3,
      outChannels: 16,
      kernelSize: 3,
      padding: 1,
      bias: false,
      rng,
    });
    this.bn = new BatchNorm2d({ numFeatures: 16 });
    this.blocks = new Sequential(
      new ResidualBlock(16, 16, 1, rng), // [N, 16, 32, 32]
      new ResidualBlock(16, 32, 2, rng), // [N, 32, 16, 16]
      new ResidualBlock(32, 64, 2, rng), // [N, 64, 8, 8]
    );
    this.fc = new Linear({ inFeatures: 64, outFeatures: CLASSES, rng });
  }

  override forward(images: Tensor): Tensor {
    const features = this.blocks.forward(relu(this.bn.forward(this.conv.forward(images))));
    return this.fc.forward(mean(features, { axes: [2, 3] }));
  }
}

export const resnet8: NetworkProgram = {
  batch: BATCH,
  data: (rng) => ({
    images: arrayOf([BATCHES * BATCH, 3, 32, 32], () => rng.between(-1, 1)),
    labels: arrayOf([BATCHES * BATCH], () => rng.below(CLASSES)),
  }),
  build: (rng) => network(new ResNet8(rng), train),
};

function train(model: ResNet8, { images, labels }: Data): Trainer {
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  return {
    step: async (index) => [
      await scope(() => {
        const x = batchOf(images, index, BATCH);
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
