// The character network: three blocks of convolution, batch norm, ReLU and pooling, then two linear
// layers. It has 400,367 parameters for 47 classes. Layer names and order are those of the PyTorch
// original, so its weights load. A block may have more than one convolution, each with its own
// batch norm and ReLU.

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

/** Output channels of the three blocks. */
const CHANNELS = [32, 64, 128] as const;
/** Number of convolutions in each of the three blocks. */
export type Convolutions = readonly [number, number, number];
/** The original's. */
const ORIGINAL_CONVOLUTIONS: Convolutions = [1, 1, 1];
/** Maximum per block; bounds the size of the network that a damaged file can create. */
const MAX_CONVOLUTIONS = 3;

export interface CharacterNetOptions {
  /** Number of classes. */
  readonly classes: number;
  /** Generator for the initial weights and the dropout masks. */
  readonly rng: Rng;
  /** Dropout probability. Default 0.5. */
  readonly dropout?: number;
  /** Convolutions per block. Default 1, 1, 1. */
  readonly convolutions?: Convolutions;
}

function convolution(inChannels: number, outChannels: number, rng: Rng): Layer[] {
  return [
    new Conv2d({ inChannels, outChannels, kernelSize: 3, padding: 1, rng }),
    new BatchNorm2d({ numFeatures: outChannels }),
    new ReLU(),
  ];
}

/** From `[N, inChannels, H, W]` to `[N, outChannels, H / 2, W / 2]`, rounded down. */
function block(inChannels: number, outChannels: number, convolutions: number, rng: Rng): Layer[] {
  const additional = Array.from({ length: convolutions - 1 }, () =>
    convolution(outChannels, outChannels, rng),
  );
  return [
    ...convolution(inChannels, outChannels, rng),
    ...additional.flat(),
    new MaxPool2d({ kernelSize: 2 }),
  ];
}

/**
 * Infers the number of convolutions per block from the shapes of a saved network's arrays, so that
 * files need not store it. Returns 1, 1, 1 for arrays of another network; loading then fails
 * because names and shapes do not match.
 */
export function convolutionsOf(
  arrays: Readonly<Record<string, { readonly shape: Shape }>>,
): Convolutions {
  const filters = Object.entries(arrays).filter(
    ([name, { shape }]) => name.startsWith('conv_layers.') && shape.length === 4,
  );
  const [first, second, third] = CHANNELS.map(
    (channels) => filters.filter(([, { shape }]) => shape[0] === channels).length,
  );
  const counts: Convolutions = [first, second, third];
  return counts.every((count) => count >= 1 && count <= MAX_CONVOLUTIONS)
    ? counts
    : ORIGINAL_CONVOLUTIONS;
}

/** Classifies a 28 x 28 character: [N, 1, 28, 28] -> logits [N, classes]. */
export class CharacterNet extends Module {
  readonly conv_layers: Sequential;
  readonly fc_layers: Sequential;
  readonly #dropout: Dropout;

  constructor({
    classes,
    rng,
    dropout = 0.5,
    convolutions = ORIGINAL_CONVOLUTIONS,
  }: CharacterNetOptions) {
    super();
    const init = rng.split('init');
    const [first, second, third] = convolutions;
    this.conv_layers = new Sequential(
      ...block(1, 32, first, init), // [N, 32, 14, 14]
      ...block(32, 64, second, init), // [N, 64, 7, 7]
      ...block(64, 128, third, init), // [N, 128, 3, 3]
    );
    this.#dropout = new Dropout({ probability: dropout, rng: rng.split('dropout') });
    this.fc_layers = new Sequential(
      new Linear({ inFeatures: 128 * 3 * 3, outFeatures: 256, rng: init }), // [N, 256]
      new ReLU(),
      this.#dropout,
      new Linear({ inFeatures: 256, outFeatures: classes, rng: init }), // [N, classes]
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
