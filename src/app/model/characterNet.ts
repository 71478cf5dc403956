// The character network: three blocks of convolution, batch norm, ReLU and pooling, then two linear
// layers. It has 400,367 parameters for 47 classes of 28 x 28 gray images. Layer names and order are
// those of the PyTorch original, so its weights load. A block may have more than one convolution,
// each with its own batch norm and ReLU. Other sizes of images change the first linear layer only.

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
import { DEFAULT_INPUT, MAX_SIZE, MIN_SIZE, type ModelInput } from './modelInput.js';

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

/** Height and width after three blocks, each of which halves them, rounded down. */
const pooledSide = (size: number): number => size >> 3;

/**
 * Infers size and channels of the images from the shapes of a saved network's arrays: 28 or, for
 * another first linear layer, the smallest size that fits it.
 */
export function inputSizeOf(
  arrays: Readonly<Record<string, { readonly shape: Shape } | undefined>>,
): Pick<ModelInput, 'size' | 'channels'> {
  const channels = arrays['conv_layers.0.weight']?.shape[1] === 3 ? 3 : 1;
  const features = arrays['fc_layers.0.weight']?.shape[1] ?? 0;
  const side = Math.sqrt(features / CHANNELS[2]);
  const isKnown = Number.isInteger(side) && side >= 1 && 8 * side <= MAX_SIZE;
  const isDefault = !isKnown || side === pooledSide(DEFAULT_INPUT.size);
  return { size: isDefault ? DEFAULT_INPUT.size : Math.max(MIN_SIZE, 8 * side), channels };
}

/** Classifies a square image: [N, channels, size, size] -> logits [N, classes]. */
export class CharacterNet extends Module {
  readonly conv_layers: Sequential;
  readonly fc_layers: Sequential;
  /** Shape of one image: `[channels, size, size]`. */
  readonly inputShape: Shape;
  readonly #dropout: Dropout;

  constructor({
    classes,
    rng,
    dropout = 0.5,
    convolutions = ORIGINAL_CONVOLUTIONS,
    size = DEFAULT_INPUT.size,
    channels = 1,
  }: CharacterNetOptions) {
    super();
    this.inputShape = [channels, size, size];
    const side = pooledSide(size);
    const init = rng.split('init');
    const [first, second, third] = convolutions;
    this.conv_layers = new Sequential(
      ...block(channels, 32, first, init), // 28 x 28: [N, 32, 14, 14]
      ...block(32, 64, second, init), // [N, 64, 7, 7]
      ...block(64, 128, third, init), // [N, 128, 3, 3]
    );
    this.#dropout = new Dropout({ probability: dropout, rng: rng.split('dropout') });
    this.fc_layers = new Sequential(
      new Linear({ inFeatures: 128 * side * side, outFeatures: 256, rng: init }), // [N, 256]
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
