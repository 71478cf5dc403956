// The network: three blocks of convolution, batch norm, ReLU and pooling, then two linear layers. 400,367
// parameters for 47 classes; layer names and order are those of the PyTorch original, so its weights load.
// Imports nn.

import { type Rng, type Tensor, flatten } from '../engine/index.js';
import { BatchNorm2d, Conv2d, Dropout, Linear, MaxPool2d, Module, ReLU, Sequential } from '../nn/index.js';

export interface CharacterNetOptions {
  /** How many classes to tell apart. */
  readonly classes: number;
  /** Where weights and dropout masks are drawn from. */
  readonly rng: Rng;
  /** Chance that dropout drops a value. Default 0.5. */
  readonly dropout?: number;
}

function block(inChannels: number, outChannels: number, rng: Rng): Module[] {
  return [
    new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: outChannels }),
    new ReLU(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
}

/** Reads a 28 x 28 character: [N, 1, 28, 28] -> logits [N, classes]. */
export class CharacterNet extends Module {
  readonly conv_layers: Sequential;
  readonly fc_layers: Sequential;
  readonly #dropout: Dropout;

  constructor({ classes, rng, dropout = 0.5 }: CharacterNetOptions) {
    super();
    const init = rng.split('init');
    this.conv_layers = new Sequential(
      ...block(1, 32, init), // [N, 32, 14, 14]
      ...block(32, 64, init), // [N, 64, 7, 7]
      ...block(64, 128, init), // [N, 128, 3, 3]
    );
    this.#dropout = new Dropout({ probability: dropout, rng: rng.split('dropout') });
    this.fc_layers = new Sequential(
      new Linear({ inFeatures: 128 * 3 * 3, outFeatures: 256, rng: init }), // [N, 256]
      new ReLU(),
      this.#dropout,
      new Linear({ inFeatures: 256, outFeatures: classes, rng: init }), // [N, classes]
    );
  }

  /** The one layer that draws random numbers; a checkpoint keeps its stream. */
  get dropout(): Dropout {
    return this.#dropout;
  }

  override forward(x: Tensor): Tensor {
    return this.fc_layers.forward(flatten(this.conv_layers.forward(x)));
  }
}
