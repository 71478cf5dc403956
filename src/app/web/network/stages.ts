// The network split into the stages that the panel shows: the blocks, the hidden layer, the last layer.
// The stages share the network's layers and run them in order, so nothing is computed a second way.

import { flatten, type Tensor } from '../../../engine/index.js';
import { Conv2d, Linear, MaxPool2d, type Layer, Sequential } from '../../../nn/index.js';
import type { CharacterNet } from '../../model/characterNet.js';

export interface Stages {
  /** Of each block, its convolutions with batch norm and ReLU; the last one also with pooling. */
  readonly blocks: readonly (readonly Sequential[])[];
  /** From the last block's maps to the hidden activations. */
  readonly hidden: Sequential;
  /** From the hidden activations to the logits. */
  readonly last: Sequential;
}

export interface Activations {
  /** Of each block, the input of each convolution: [N, channels, side, side]. */
  readonly inputs: readonly (readonly Tensor[])[];
  /** Output of each block: [N, channels, side / 2, side / 2], rounded down. */
  readonly blocks: readonly Tensor[];
  /** [N, hidden units] */
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
  const blocks: Sequential[][] = [];
  let block: Sequential[] = [];
  let stage: Layer[] = [];
  conv_layers.layers.forEach((layer, index, { length }) => {
    stage.push(layer);
    const next = conv_layers.layers.at(index + 1);
    if (index < length - 1 && !(next instanceof Conv2d)) return;
    block.push(makeStage(conv_layers, stage));
    stage = [];
    if (!(layer instanceof MaxPool2d)) return;
    blocks.push(block);
    block = [];
  });
  const end = fc_layers.layers.findLastIndex((layer) => layer instanceof Linear);
  return {
    blocks,
    hidden: makeStage(fc_layers, fc_layers.layers.slice(0, end)),
    last: makeStage(fc_layers, fc_layers.layers.slice(end)),
  };
}

/**
 * Runs the network and returns the input of each convolution and the output of each stage.
 *
 * @param x [N, 1, 28, 28]
 */
export function activations({ blocks, hidden, last }: Stages, x: Tensor): Activations {
  const inputs: Tensor[][] = [];
  const outputs: Tensor[] = [];
  for (const convolutions of blocks) {
    const seen: Tensor[] = [];
    const output = convolutions.reduce(
      (values, convolution) => {
        seen.push(values);
        return convolution.forward(values);
      },
      outputs.at(-1) ?? x,
    );
    inputs.push(seen);
    outputs.push(output);
  }
  const features = hidden.forward(flatten(outputs.at(-1)!));
  return { inputs, blocks: outputs, hidden: features, logits: last.forward(features) };
}
