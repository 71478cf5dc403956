// The activations of every stage of the network for one image.

import { noGrad, scope, type FloatArray, type Tensor } from '../../../engine/index.js';
import { activations, type Stages } from './stages.js';

export interface Analysis {
  /** Input of each block's last convolution without its zero padding, [channels, side, side]. */
  readonly inputs: readonly FloatArray[];
  /** Output of each block, [channels, side, side]. */
  readonly blocks: readonly FloatArray[];
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
        inputs: inputs.map((maps) => maps.data()),
        blocks: blocks.map((maps) => maps.data()),
        hidden: hidden.data(),
        logits: logits.data(),
      };
    }),
  );
  const [hidden, logits] = await Promise.all([pending.hidden, pending.logits]);
  const [inputs, blocks] = [await Promise.all(pending.inputs), await Promise.all(pending.blocks)];
  return { inputs, blocks, hidden, logits };
}
