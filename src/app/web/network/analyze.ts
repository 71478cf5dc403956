// The activations of every stage of the network for one image, as arrays.

import { noGrad, scope, type FloatArray, type Tensor } from '../../../engine/index.js';
import { activations, type Stages } from './stages.js';

/** An array and its side length. */
export interface Maps {
  /** [channels, side, side] */
  readonly values: FloatArray;
  readonly channels: number;
  readonly side: number;
}

export interface Analysis {
  /** Of each block, the input of each convolution, without its zero padding. */
  readonly inputs: readonly (readonly Maps[])[];
  /** Output of each block. */
  readonly blocks: readonly Maps[];
  /** [hidden units] */
  readonly hidden: FloatArray;
  /** [classes] */
  readonly logits: FloatArray;
}

/**
 * Runs one image forward, in evaluation mode. It leaves no tensors on the backend.
 *
 * @param input makes the network's input, [1, 1, 28, 28]
 */
export async function analyze(stages: Stages, input: () => Tensor): Promise<Analysis> {
  const pending = scope(() =>
    noGrad(() => {
      const { inputs, blocks, hidden, logits } = activations(stages, input());
      return {
        inputs: inputs.map((convolutions) => convolutions.map(readMaps)),
        blocks: blocks.map(readMaps),
        hidden: hidden.data(),
        logits: logits.data(),
      };
    }),
  );
  const [hidden, logits] = await Promise.all([pending.hidden, pending.logits]);
  const inputs = await Promise.all(pending.inputs.map((maps) => Promise.all(maps)));
  return { inputs, blocks: await Promise.all(pending.blocks), hidden, logits };
}

async function readMaps(tensor: Tensor): Promise<Maps> {
  const [, channels, side] = tensor.shape;
  return { values: await tensor.data(), channels, side };
}
