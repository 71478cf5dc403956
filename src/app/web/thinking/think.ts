// What goes on in the network for one image: what every stage hands on, and which pixels matter to the outcome, by the engine's
// own autograd. Knows no elements. Imports the engine and the stages.

import { gradientOf, scope, Tensor, tensor, type FloatArray } from '../../../engine/index.js';
import { normalize } from '../../../data/loading/transform.js';
import { activations, type Stages } from './stages.js';

/** Ink goes from 0 to 1 where the network's input goes from -1 to 1: a slope along ink is that much steeper. */
const INPUT_PER_INK = 1 / normalize().std;

export interface Question {
  /** The class whose score is explained. */
  readonly winner: number;
  /** The class that one would like to be more likely. */
  readonly wanted: number;
  /** The class that `wanted` is measured against. */
  readonly against: number;
}

export interface Thought {
  /** What the last convolution of each block gets, [channels, side, side]; around it are zeros. */
  readonly inputs: readonly FloatArray[];
  /** What each block hands on, [channels, side, side]. */
  readonly blocks: readonly FloatArray[];
  /** [256] */
  readonly hidden: FloatArray;
  /** [classes] */
  readonly logits: FloatArray;
  /** d logit of the winner / d ink, [28, 28]: what a pixel of full ink more would add to its score, by the slope. */
  readonly saliency: FloatArray;
  /** d (logit wanted - logit against) / d ink, [28, 28]. That difference is the logarithm of how many times likelier one is. */
  readonly toward: FloatArray;
}

/**
 * Runs one image forward once and backward twice, in evaluation mode; leaves nothing on the backend and no gradient on the
 * network's parameters.
 *
 * @param input makes what the network takes, [1, 1, 28, 28]
 */
export async function think(
  stages: Stages,
  input: () => Tensor,
  { winner, wanted, against }: Question,
): Promise<Thought> {
  const pending = scope(() => {
    const x = new Tensor(input().array, true);
    const { inputs, blocks, hidden, logits } = activations(stages, x);
    /** How the sum of logits, each times its weight, changes with the ink of each pixel. */
    const slope = (weights: ReadonlyMap<number, number>): Promise<FloatArray> => {
      const seed = Float32Array.from(
        { length: logits.size },
        (_, k) => INPUT_PER_INK * (weights.get(k) ?? 0),
      );
      return gradientOf(logits, x, tensor(seed, { shape: logits.shape, backend: x.array.backend })).data();
    };
    return {
      inputs: inputs.map((maps) => maps.data()),
      blocks: blocks.map((maps) => maps.data()),
      hidden: hidden.data(),
      logits: logits.data(),
      saliency: slope(new Map([[winner, 1]])),
      toward: slope(
        new Map([
          [wanted, 1],
          [against, -1],
        ]),
      ),
    };
  });
  const [hidden, logits, saliency, toward] = await Promise.all([
    pending.hidden,
    pending.logits,
    pending.saliency,
    pending.toward,
  ]);
  const [inputs, blocks] = [await Promise.all(pending.inputs), await Promise.all(pending.blocks)];
  return { inputs, blocks, hidden, logits, saliency, toward };
}
