// The character network: blocks of convolution, batch norm, ReLU and pooling, then two linear
// layers. The default has three blocks and 400,367 parameters for 47 classes of 28 x 28 gray images.
// Layer names and order are those of the PyTorch original, so its weights load. A block may have
// more than one convolution, each with its own batch norm and ReLU. Other sizes of images change the
// first linear layer only.

import { flatten } from '../../engine/ops/view.js';
import type { Rng } from '../../engine/rng.js';
import type { Shape } from '../../engine/shape.js';
import type { Tensor } from '../../engine/tensor.js';
import { ReLU } from '../../nn/layers/activation.js';
import { BatchNorm2d } from '../../nn/layers/batchNorm.js';
import { Conv2d } from '../../nn/layers/conv2d.js';
import { Dropout } from '../../nn/layers/dropout.js';
import { Linear } from '../../nn/layers/linear.js';
import { MaxPool2d } from '../../nn/layers/pool.js';
import { Module, type Layer } from '../../nn/module.js';
import { Sequential } from '../../nn/sequential.js';
import {
  checkArchitecture,
  originalArchitecture,
  pooledSide,
  type Architecture,
  type BlockShape,
  type Convolutions,
} from './architecture.js';
import { DEFAULT_INPUT } from './modelInput.js';

export type { Convolutions } from './architecture.js';

export interface CharacterNetOptions {
  /** Number of classes. */
  readonly classes: number;
  /** Generator for the initial weights and the dropout masks. */
  readonly rng: Rng;
  /** Dropout probability. Default 0.5. */
  readonly dropout?: number;
  /** Blocks and hidden units. Default: the original's channels, with `convolutions`. */
  readonly architecture?: Architecture;
  /** Convolutions per block of the default architecture. Default 1, 1, 1. */
  readonly convolutions?: Convolutions;
  /** Height and width of the images, 8 to 128. Default 28. */
  readonly size?: number;
  /** 1 for gray images, 3 for RGB. Default 1. */
  readonly channels?: 1 | 3;
}

function convolution(inChannels: number, outChannels: number, rng: Rng): Layer[] {
  return [
    new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: outChannels }),
    new ReLU(),
  ];
}

/** From `[N, inChannels, H, W]` to `[N, channels, H / 2, W / 2]`, rounded down. */
function block(inChannels: number, { channels, convolutions }: BlockShape, rng: Rng): Layer[] {
  const additional = Array.from({ length: convolutions - 1 }, () =>
    convolution(channels, channels, rng),
  );
  return [
    ...convolution(inChannels, channels, rng),
    ...additional.flat(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
}

/** Classifies a square image: [N, channels, size, size] -> logits [N, classes]. */
export class CharacterNet extends Module {
  readonly conv_layers: Sequential;
  readonly fc_layers: Sequential;
  /** Shape of one image: `[channels, size, size]`. */
  readonly inputShape: Shape;
  readonly architecture: Architecture;
  readonly #dropout: Dropout;

  constructor({
    classes,
    rng,
    dropout = 0.5,
    convolutions,
    architecture = originalArchitecture(convolutions),
    size = DEFAULT_INPUT.size,
    channels = 1,
  }: CharacterNetOptions) {
    super();
    checkArchitecture(architecture, size);
    const { blocks, hidden } = architecture;
    this.architecture = architecture;
    this.inputShape = [channels, size, size];
    const init = rng.split('init');
    // The original, 28 x 28: [N, 32, 14, 14], [N, 64, 7, 7], [N, 128, 3, 3]
    const inputs = [channels, ...blocks.map((shape) => shape.channels)];
    this.conv_layers = new Sequential(
      ...blocks.flatMap((shape, index) => block(inputs[index], shape, init)),
    );
    this.#dropout = new Dropout({ probability: dropout, rng: rng.split('dropout') });
    const inFeatures = inputs.at(-1)! * pooledSide(size, blocks.length) ** 2;
    this.fc_layers = new Sequential(
      new Linear({ inFeatures, outFeatures: hidden, rng: init }), // [N, hidden]
      new ReLU(),
      this.#dropout,
      new Linear({ inFeatures: hidden, outFeatures: classes, rng: init }), // [N, classes]
    );
  }

  /** The only layer that draws random numbers; a checkpoint stores its stream. */
  get dropout(): Dropout {
    return this.#dropout;
  }

  override forward(x: Tensor): Tensor {
    return this.fc_layers.forward(flatten(this.conv_layers.forward(x)));
  }
}
