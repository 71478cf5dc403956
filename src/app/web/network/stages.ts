// The network split into the stages that the panel shows: three blocks, the hidden layer, the last layer.
// The stages share the network's layers and run them in order, so nothing is computed a second way.

import { flatten, type Tensor } from '../../../engine/index.js';
import { Conv2d, Linear, MaxPool2d, type Layer, Sequential } from '../../../nn/index.js';
import type { CharacterNet } from '../../model/characterNet.js';

export interface Block {
  /** All convolutions but the last, each with its batch norm and ReLU; no layers in a block of one convolution. */
  readonly before: Sequential;
  /** The last convolution, batch norm, ReLU and pooling. */
  readonly last: Sequential;
  /** Number of convolutions, the last included. */
  readonly convolutions: number;
}

export interface Stages {
  readonly blocks: readonly Block[];
  /** From the last block's maps to the 256 hidden activations. */
  readonly hidden: Sequential;
  /** From the hidden activations to the logits. */
  readonly last: Sequential;
}

export interface Activations {
  /** Input of each block's last convolution: [N, channels, 28, 28], [N, channels, 14, 14], [N, channels, 7, 7] */
  readonly inputs: readonly Tensor[];
  /** [N, 32, 14, 14], [N, 64, 7, 7], [N, 128, 3, 3] */
  readonly blocks: readonly Tensor[];
  /** [N, 256] */
  readonly hidden: Tensor;
  /** [N, classes] */
  readonly logits: Tensor;
}

/** Splits a network into its stages. They share its layers, so changed weights take effect. */
export function stagesOf({ conv_layers, fc_layers }: CharacterNet): Stages {
  const makeStage = (source: Sequential, layers: readonly Layer[]): Sequential => {
    const stage = new Sequential(...layers);
    stage.fused = source.fused;
    return stage;
  };
  const { layers } = conv_layers;
  const blocks = layers.flatMap((layer, index) => {
    if (!(layer instanceof MaxPool2d)) return [];
    const start = layers.slice(0, index).findLastIndex((before) => before instanceof MaxPool2d) + 1;
    const blockLayers = layers.slice(start, index + 1);
    const convolutions = blockLayers.filter((candidate) => candidate instanceof Conv2d).length;
    const end = blockLayers.findLastIndex((candidate) => candidate instanceof Conv2d);
    const [before, last] = [blockLayers.slice(0, end), blockLayers.slice(end)];
    return [
      { before: makeStage(conv_layers, before), last: makeStage(conv_layers, last), convolutions },
    ];
  });
  const end = fc_layers.layers.findLastIndex((layer) => layer instanceof Linear);
  return {
    blocks,
    hidden: makeStage(fc_layers, fc_layers.layers.slice(0, end)),
    last: makeStage(fc_layers, fc_layers.layers.slice(end)),
  };
}

/**
 * Runs the network and returns the output of each stage.
 *
 * @param x [N, 1, 28, 28]
 */
export function activations({ blocks, hidden, last }: Stages, x: Tensor): Activations {
  const inputs: Tensor[] = [];
  const maps: Tensor[] = [];
  for (const { before, last } of blocks) {
    inputs.push(before.forward(maps.at(-1) ?? x));
    maps.push(last.forward(inputs.at(-1)!));
  }
  const features = hidden.forward(flatten(maps.at(-1)!));
  return { inputs, blocks: maps, hidden: features, logits: last.forward(features) };
}
